# The onboarding with Terraform: the bucket policy with both trails, owned whole, and the member's trail. Static credentials
# of both accounts, state on the local disk; everything points at the endpoint under test.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" { type = string }
variable "region" { type = string }
variable "bucket" { type = string }
variable "central" { type = object({ account = string, trail = string, access_key = string, secret_key = string }) }
variable "member" { type = object({ account = string, trail = string, access_key = string, secret_key = string }) }

provider "aws" {
  alias             = "central"
  region            = var.region
  access_key        = var.central.access_key
  secret_key        = var.central.secret_key
  s3_use_path_style = true
  endpoints {
    cloudtrail = var.endpoint
    s3         = var.endpoint
    sts        = var.endpoint
  }
}

provider "aws" {
  alias             = "member"
  region            = var.region
  access_key        = var.member.access_key
  secret_key        = var.member.secret_key
  s3_use_path_style = true
  endpoints {
    cloudtrail = var.endpoint
    s3         = var.endpoint
    sts        = var.endpoint
  }
}

locals {
  cloudtrail = { Service = "cloudtrail.amazonaws.com" }
  accounts   = [var.central, var.member]
  trails     = [for each in local.accounts : "arn:aws:cloudtrail:${var.region}:${each.account}:trail/${each.trail}"]
  paths      = [for each in local.accounts : "arn:aws:s3:::${var.bucket}/AWSLogs/${each.account}/*"]
}

resource "aws_s3_bucket_policy" "logs" {
  provider = aws.central
  bucket   = var.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AWSCloudTrailAclCheck20131101"
        Effect    = "Allow"
        Principal = local.cloudtrail
        Action    = "s3:GetBucketAcl"
        Resource  = "arn:aws:s3:::${var.bucket}"
        Condition = { StringEquals = { "aws:SourceArn" = local.trails } }
      },
      {
        Sid       = "AWSCloudTrailWrite20131101"
        Effect    = "Allow"
        Principal = local.cloudtrail
        Action    = "s3:PutObject"
        Resource  = local.paths
        Condition = { StringEquals = { "aws:SourceArn" = local.trails, "s3:x-amz-acl" = "bucket-owner-full-control" } }
      },
    ]
  })
}

resource "aws_cloudtrail" "member" {
  provider                      = aws.member
  name                          = var.member.trail
  s3_bucket_name                = var.bucket
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  depends_on                    = [aws_s3_bucket_policy.logs]
}
