"""Adds the member's trail and path to the policy that the CloudTrail console writes, and to no other."""

import json
import os
import sys

account, region = os.environ["MEMBER_ACCOUNT"], os.environ["AWS_REGION"]
trail = f"arn:aws:cloudtrail:{region}:{account}:trail/{os.environ['TRAIL']}"
path = f"arn:aws:s3:::{os.environ['BUCKET']}/AWSLogs/{account}/*"


def with_value(values, value):
    values = values if isinstance(values, list) else [values]
    return values if value in values else [*values, value]


policy = json.load(sys.stdin)
for statement in policy["Statement"]:
    if statement["Principal"] != {"Service": "cloudtrail.amazonaws.com"}:
        continue
    condition = statement["Condition"]["StringEquals"]
    key = next(key for key in condition if key.lower() == "aws:sourcearn")
    condition[key] = with_value(condition[key], trail)
    if statement["Action"] == "s3:PutObject":
        statement["Resource"] = with_value(statement["Resource"], path)
json.dump(policy, sys.stdout)
