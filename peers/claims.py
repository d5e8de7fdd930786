"""Whether the accounts in moto's AWS are as the action should have left them, and the program that the tests call.

    claims.py empty|seed|tamper|snapshot|onboarded|changed|renamed|left|bootstrapped URL
"""

import json
import sys

from world import (
    BUCKET, DEV, REGION, RENAMED, SEC, TRAILS, Cloud, bucket_settings, cloudtrail_statements, empty, foreign_statements,
    policy_text, seed, snapshot, tamper, trail_arn, trails_of,
)


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


def policy_claims(text, trails, foreign, more=()):
    """`trails`: those the policy is to admit, (account, name). `more`: claims about what stands beside."""
    yield "the bucket has a policy", text is not None
    policy = json.loads(text or '{"Statement": []}')
    ours = [each for each in policy["Statement"] if is_cloudtrails(each)]
    others = [each for each in policy["Statement"] if not is_cloudtrails(each)]
    arns = sorted(trail_arn(account, name) for account, name in trails)
    paths = sorted({f"arn:aws:s3:::{BUCKET}/AWSLogs/{account}/*" for account, _ in trails})
    yield "foreign statements are as they were, in their order", [
        each for each in others if each not in more
    ] == foreign
    for each in more:
        yield f"it has the statement {each['Sid']}", each in others
    yield "CloudTrail has two statements", len(ours) == 2
    for name, action, resources in (
        ("the ACL check", "s3:GetBucketAcl", [f"arn:aws:s3:::{BUCKET}"]),
        ("the write", "s3:PutObject", paths),
    ):
        found = [each for each in ours if as_list(each["Action"]) == [action]]
        yield f"{name} is allowed by one statement", len(found) == 1
        for each in found:
            keys = [key.lower() for key in each["Condition"]["StringEquals"]]
            yield f"{name} is for these trails and no other", sorted(source_arns(each)) == arns
            yield f"{name} is on its resources and no other", sorted(as_list(each["Resource"])) == resources
            yield f"{name} names aws:SourceArn once, whatever its case", keys.count("aws:sourcearn") == 1
            yield f"{name} is an Allow under no further operator", (each["Effect"], list(each["Condition"])) == ("Allow", ["StringEquals"])
    write = next((each for each in ours if each["Action"] == "s3:PutObject"), {"Condition": {}})
    acl = write["Condition"].get("StringEquals", {}).get("s3:x-amz-acl")
    yield "the write still demands bucket-owner-full-control", acl == "bucket-owner-full-control"


def kept_claims(text):
    """What the console's policy had beside its lists."""
    policy = json.loads(text)
    ours = [each["Sid"] for each in policy["Statement"] if is_cloudtrails(each)]
    yield "version and ID are as they were", (policy["Version"], policy["Id"]) == ("2012-10-17", "central-logs")
    yield "the two statements have their old Sids", ours == [each["Sid"] for each in cloudtrail_statements()]


def trail_claims(trails, name, wanted=None):
    """`trails`: all of one account's."""
    yield f"{name} is the account's one trail", [each["Name"] for each in trails] == [name]
    settings = {
        "HomeRegion": REGION,
        "S3BucketName": BUCKET,
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "LogFileValidationEnabled": True,
        "IsOrganizationTrail": False,
        "IsLogging": True,
    } | (wanted or {})
    for setting, value in settings.items():
        actual = trails[0].get(setting) if trails else None
        yield f"its {setting} is {value}", actual == value
    yield "it has no key prefix", bool(trails) and not trails[0].get("S3KeyPrefix")


def central_claims(cloud):
    central = trails_of(cloud, SEC)
    yield "the central account's trail logs as before", [
        (each["Name"], each["IsLogging"]) for each in central
    ] == [(TRAILS[SEC], True)]


def joined(cloud, name, wanted=None):
    text = policy_text(cloud)
    both = [(SEC, TRAILS[SEC]), (DEV, name)]
    yield from policy_claims(text, both, foreign_statements())
    yield from kept_claims(text)
    yield from trail_claims(trails_of(cloud, DEV), name, wanted)
    yield from central_claims(cloud)


def onboarded(cloud):
    yield from joined(cloud, TRAILS[DEV])


CHANGED = {
    "IncludeGlobalServiceEvents": False,
    "IsMultiRegionTrail": False,
    "Tags": {"team": "platform", "stage": "dev"},
    "EventSelectors": [
        {
            "ReadWriteType": "WriteOnly",
            "IncludeManagementEvents": True,
            "DataResources": [],
            "ExcludeManagementEventSources": ["kms.amazonaws.com"],
        }
    ],
}


def changed(cloud):
    yield from joined(cloud, TRAILS[DEV], CHANGED)


def renamed(cloud):
    """The new trail has what the old one had."""
    yield from joined(cloud, RENAMED, CHANGED)


def left(cloud):
    text = policy_text(cloud)
    yield from policy_claims(text, [(SEC, TRAILS[SEC])], foreign_statements())
    yield from kept_claims(text)
    yield "the member has no trail", trails_of(cloud, DEV) == []
    yield from central_claims(cloud)


def bootstrapped(cloud):
    found = bucket_settings(cloud)
    block = found.get("block", {})
    yield "all four kinds of public access are blocked", len(block) == 4 and all(block.values())
    yield "the bucket owner owns every object", found.get("ownership") == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    yield "the bucket keeps versions", found.get("versioning") == "Enabled"
    yield "it is encrypted", found.get("encryption") in ("AES256", "aws:kms")
    yield "it is in its Region", found.get("region") == REGION
    text = policy_text(cloud)
    policy = json.loads(text or '{"Statement": []}')
    tls = [each for each in policy["Statement"] if each["Effect"] == "Deny"]
    yield "one Deny refuses all that comes without TLS", [
        (each["Principal"], each["Action"], each["Condition"]) for each in tls
    ] == [("*", "s3:*", {"Bool": {"aws:SecureTransport": "false"}})]
    yield from policy_claims(text, [(SEC, TRAILS[SEC])], [], tls)
    yield from trail_claims(trails_of(cloud, SEC), TRAILS[SEC])


LOOKS = (onboarded, changed, renamed, left, bootstrapped)
DEEDS = (empty, seed, tamper, snapshot)


def printed(command, cloud):
    """JSON: of a look, a list of [claim, whether it holds]."""
    for look in LOOKS:
        if look.__name__ == command:
            return json.dumps(list(look(cloud)))
    return {deed.__name__: deed for deed in DEEDS}[command](cloud)


if __name__ == "__main__":
    told = printed(sys.argv[1], Cloud(sys.argv[2]))
    if told is not None:
        print(told)
