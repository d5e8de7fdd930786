#!/usr/bin/env bash
# The onboarding by hand, as a careful person would script it with the AWS CLI: look whose credentials these are, keep the
# bucket policy as it was, add the member's trail and path to it, create the trail, start it, see whether it logs.
# The profiles `central` and `member` hold the credentials.
set -euo pipefail

: "${CENTRAL_ACCOUNT:?}" "${MEMBER_ACCOUNT:?}" "${BUCKET:?}" "${TRAIL:?}" "${AWS_REGION:?}"

require_account() {
  local account
  account=$(aws --profile "$1" sts get-caller-identity --query Account --output text)
  [[ $account == "$2" ]] || { echo "profile $1 is of account $account, not $2" >&2; exit 1; }
}

require_account central "$CENTRAL_ACCOUNT"
require_account member "$MEMBER_ACCOUNT"

aws --profile central s3api get-bucket-policy --bucket "$BUCKET" \
  --expected-bucket-owner "$CENTRAL_ACCOUNT" --query Policy --output text > policy-backup.json
python3 "$(dirname "$0")/merge.py" < policy-backup.json > policy.json
aws --profile central s3api put-bucket-policy --bucket "$BUCKET" \
  --expected-bucket-owner "$CENTRAL_ACCOUNT" --policy file://policy.json

aws --profile member cloudtrail create-trail --name "$TRAIL" --s3-bucket-name "$BUCKET" \
  --is-multi-region-trail --include-global-service-events --enable-log-file-validation
aws --profile member cloudtrail start-logging --name "$TRAIL"
logging=$(aws --profile member cloudtrail get-trail-status --name "$TRAIL" --query IsLogging)
[[ $logging == true ]] || { echo "$TRAIL does not log" >&2; exit 1; }
