"""The accounts in moto's AWS: made, looked at, tampered with. What is found there is judged in claims.py.

Everything is written and read with boto3, so that none of it shares code with the action.
"""

import json
from urllib.request import Request, urlopen

import boto3
from botocore.exceptions import ClientError

REGION = "ap-northeast-2"
BUCKET = "sec-cloudtrail-log"
SEC, DEV = "111111111111", "222222222222"
TRAILS = {SEC: "SEC-CLOUDTRAIL", DEV: "DEV-CLOUDTRAIL"}
RENAMED = "DEV-AUDIT"
ROLES = {SEC: "CloudTrailOnboardingCentral", DEV: "CloudTrailOnboardingMember"}
GITHUB = "token.actions.githubusercontent.com"


def trail_arn(account, name=None):
    return f"arn:aws:cloudtrail:{REGION}:{account}:trail/{name or TRAILS[account]}"


def cloudtrail_statements():
    """As the console writes them: a UUID in each Sid, `AWS:SourceArn`, scalars."""
    principal = {"Service": "cloudtrail.amazonaws.com"}
    source = {"AWS:SourceArn": trail_arn(SEC)}
    return [
        {
            "Sid": "AWSCloudTrailAclCheck20150319-0fe17a82-620f-4bc4-88cc-c4bdd99a4a62",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:GetBucketAcl",
            "Resource": f"arn:aws:s3:::{BUCKET}",
            "Condition": {"StringEquals": source},
        },
        {
            "Sid": "AWSCloudTrailWrite20150319-d33f0aad-50e0-4693-8b65-9ebce39c748f",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{SEC}/*",
            "Condition": {
                "StringEquals": source | {"s3:x-amz-acl": "bucket-owner-full-control"}
            },
        },
    ]


def foreign_statements():
    """Not about CloudTrail's delivery, and therefore nobody's business here."""
    bucket = f"arn:aws:s3:::{BUCKET}"
    return [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "AWSConfigBucketDelivery",
            "Effect": "Allow",
            "Principal": {"Service": "config.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/AWSLogs/{SEC}/Config/*",
            "Condition": {
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "AWS:SourceAccount": SEC,
                }
            },
        },
        {
            "Sid": "Auditors – read only",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{SEC}:root"]},
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": [bucket, f"{bucket}/AWSLogs/*"],
        },
    ]


def seeded_policy():
    deny, *allows = foreign_statements()
    return {
        "Version": "2012-10-17",
        "Id": "central-logs",
        "Statement": [deny, *cloudtrail_statements(), *allows],
    }


class Cloud:
    """Clients of moto's accounts; an account is entered by a role of it, as moto tells accounts apart."""

    def __init__(self, url):
        self.url = url
        self.home = boto3.Session("start", "start", region_name=REGION)

    def forget(self):
        """moto's own way back to an AWS with nothing in it."""
        urlopen(Request(f"{self.url}/moto-api/reset", method="POST")).close()

    def client(self, account, service):
        sts = self.home.client("sts", endpoint_url=self.url)
        role = f"arn:aws:iam::{account}:role/Reader"
        taken = sts.assume_role(RoleArn=role, RoleSessionName="peers")["Credentials"]
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
        )


def empty(cloud):
    """The accounts and their roles, as before a bootstrap."""
    cloud.forget()
    for account in (SEC, DEV):
        seed_role(cloud.client(account, "iam"), account)


def seed(cloud):
    """The tutorial's world before its second account joins, with statements of others in the policy."""
    empty(cloud)
    s3 = cloud.client(SEC, "s3")
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(seeded_policy()))
    cloudtrail = cloud.client(SEC, "cloudtrail")
    cloudtrail.create_trail(
        Name=TRAILS[SEC], S3BucketName=BUCKET, IsMultiRegionTrail=True
    )
    cloudtrail.start_logging(Name=TRAILS[SEC])


def seed_role(iam, account):
    provider = iam.create_open_id_connect_provider(
        Url=f"https://{GITHUB}", ClientIDList=["sts.amazonaws.com"]
    )["OpenIDConnectProviderArn"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{GITHUB}:sub": "repo:example-org/log-archive:*"},
        },
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam.create_role(
        RoleName=ROLES[account], AssumeRolePolicyDocument=json.dumps(document)
    )


def trails_of(cloud, account):
    """Settings and status of each trail, without what moto dates anew at every look."""
    cloudtrail = cloud.client(account, "cloudtrail")

    def more(trail):
        name, arn = trail["Name"], trail["TrailARN"]
        tags = cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]
        return {
            "IsLogging": cloudtrail.get_trail_status(Name=name)["IsLogging"],
            "EventSelectors": [
                # AWS writes out what was left to its default; moto gives back what it was told.
                {"IncludeManagementEvents": True, "DataResources": []} | each
                for each in cloudtrail.get_event_selectors(TrailName=name).get("EventSelectors", [])
            ],
            "Tags": {each["Key"]: each["Value"] for tag in tags for each in tag["TagsList"]},
        }

    trails = cloudtrail.describe_trails()["trailList"]
    return [trail | more(trail) for trail in trails]


def policy_text(cloud):
    """None where the bucket, or its policy, is not there."""
    try:
        return cloud.client(SEC, "s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchBucketPolicy"):
            return None
        raise


def bucket_settings(cloud):
    """Empty where there is no bucket."""
    s3 = cloud.client(SEC, "s3")
    if BUCKET not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        return {}
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    return {
        "block": s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"],
        "ownership": s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"],
        "versioning": s3.get_bucket_versioning(Bucket=BUCKET).get("Status"),
        "encryption": rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "region": s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"],
    }


def snapshot(cloud):
    state = {"policy": policy_text(cloud)}
    state |= {account: trails_of(cloud, account) for account in (SEC, DEV)}
    return json.dumps(state, sort_keys=True)


def tamper(cloud):
    """Somebody stops the new trail and weakens it."""
    cloudtrail = cloud.client(DEV, "cloudtrail")
    cloudtrail.stop_logging(Name=TRAILS[DEV])
    cloudtrail.update_trail(Name=TRAILS[DEV], EnableLogFileValidation=False)
