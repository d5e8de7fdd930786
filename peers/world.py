"""The same onboarding in moto's AWS: makes the accounts, takes a snapshot of them, checks what the action left behind.

Everything is written and read with boto3 and judged here, so that none of it shares code with the action.

    world.py seed|snapshot|tamper|check URL
"""

import json
import sys

import boto3

REGION = "ap-northeast-2"
BUCKET = "sec-cloudtrail-log"
SEC, DEV = "111111111111", "222222222222"
TRAILS = {SEC: "SEC-CLOUDTRAIL", DEV: "DEV-CLOUDTRAIL"}
ROLES = {SEC: "CloudTrailOnboardingCentral", DEV: "CloudTrailOnboardingMember"}
GITHUB = "token.actions.githubusercontent.com"


def trail_arn(account):
    return f"arn:aws:cloudtrail:{REGION}:{account}:trail/{TRAILS[account]}"


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


def seed(cloud):
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
    for account in (SEC, DEV):
        seed_role(cloud.client(account, "iam"), account)


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
    trails = cloudtrail.describe_trails()["trailList"]
    return [
        trail
        | {"IsLogging": cloudtrail.get_trail_status(Name=trail["Name"])["IsLogging"]}
        for trail in trails
    ]


def policy_text(cloud):
    return cloud.client(SEC, "s3").get_bucket_policy(Bucket=BUCKET)["Policy"]


def snapshot(cloud):
    state = {"policy": policy_text(cloud)}
    state |= {account: trails_of(cloud, account) for account in (SEC, DEV)}
    return json.dumps(state, sort_keys=True)


def tamper(cloud):
    """Somebody stops the new trail and weakens it."""
    cloudtrail = cloud.client(DEV, "cloudtrail")
    cloudtrail.stop_logging(Name=TRAILS[DEV])
    cloudtrail.update_trail(Name=TRAILS[DEV], EnableLogFileValidation=False)


def as_list(value):
    return value if isinstance(value, list) else [value]


def source_arns(statement):
    equals = statement.get("Condition", {}).get("StringEquals", {})
    return [
        arn
        for key, value in equals.items()
        if key.lower() == "aws:sourcearn"
        for arn in as_list(value)
    ]


def is_cloudtrails(statement):
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    return "cloudtrail.amazonaws.com" in as_list(services)


def policy_claims(policy):
    ours = [each for each in policy["Statement"] if is_cloudtrails(each)]
    foreign = [each for each in policy["Statement"] if not is_cloudtrails(each)]
    both = sorted(map(trail_arn, (SEC, DEV)))
    paths = sorted(f"arn:aws:s3:::{BUCKET}/AWSLogs/{each}/*" for each in (SEC, DEV))
    yield "foreign statements are as they were, in their order", foreign == foreign_statements()
    yield "version and ID are as they were", (policy["Version"], policy["Id"]) == ("2012-10-17", "central-logs")
    yield "CloudTrail has two statements, under their old Sids", [
        each["Sid"] for each in ours
    ] == [each["Sid"] for each in cloudtrail_statements()]
    for name, action, resources in (
        ("the ACL check", "s3:GetBucketAcl", [f"arn:aws:s3:::{BUCKET}"]),
        ("the write", "s3:PutObject", paths),
    ):
        found = [each for each in ours if as_list(each["Action"]) == [action]]
        yield f"{name} is allowed by one statement", len(found) == 1
        for each in found:
            keys = [key.lower() for key in each["Condition"]["StringEquals"]]
            yield f"{name} is for both trails and no other", sorted(source_arns(each)) == both
            yield f"{name} is on its resources and no other", sorted(as_list(each["Resource"])) == resources
            yield f"{name} names aws:SourceArn once, whatever its case", keys.count("aws:sourcearn") == 1
            yield f"{name} is an Allow under no further operator", (each["Effect"], list(each["Condition"])) == ("Allow", ["StringEquals"])
    write = next((each for each in ours if each["Action"] == "s3:PutObject"), {"Condition": {}})
    acl = write["Condition"].get("StringEquals", {}).get("s3:x-amz-acl")
    yield "the write still demands bucket-owner-full-control", acl == "bucket-owner-full-control"


def trail_claims(cloud):
    trails = trails_of(cloud, DEV)
    yield "the member has one trail", [each["Name"] for each in trails] == [TRAILS[DEV]]
    wanted = {
        "TrailARN": trail_arn(DEV),
        "HomeRegion": REGION,
        "S3BucketName": BUCKET,
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "LogFileValidationEnabled": True,
        "IsOrganizationTrail": False,
        "IsLogging": True,
    }
    for setting, value in wanted.items():
        actual = trails[0].get(setting) if trails else None
        yield f"its {setting} is {value}", actual == value
    yield "it has no key prefix", bool(trails) and not trails[0].get("S3KeyPrefix")
    central = trails_of(cloud, SEC)
    yield "the central account's trail logs as before", [
        (each["Name"], each["IsLogging"]) for each in central
    ] == [(TRAILS[SEC], True)]


def check(cloud):
    """JSON: a list of [claim, whether it holds]."""
    claims = [*policy_claims(json.loads(policy_text(cloud))), *trail_claims(cloud)]
    return json.dumps(claims)


if __name__ == "__main__":
    command, endpoint = sys.argv[1:]
    commands = {"seed": seed, "snapshot": snapshot, "tamper": tamper, "check": check}
    printed = commands[command](Cloud(endpoint))
    if printed is not None:
        print(printed)
