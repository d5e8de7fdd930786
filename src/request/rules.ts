// What a single value may look like: each rule takes text and gives the value, or says what is wrong with it and what would
// be right. Rules look at one value only; what two values say of each other is decided in inputs.ts.

/** A value, or a problem and its remedy as sentences. */
export type Ruled<T> =
  | { readonly value: T }
  | { readonly problem: string; readonly remedy: string };
export type Rule<T> = (text: string) => Ruled<T>;

/** A rule that a regular expression decides. */
function matching(pattern: RegExp, problem: string, remedy: string): Rule<string> {
  return (text) => (pattern.test(text) ? { value: text } : { problem, remedy });
}

export const accountId = matching(
  /^\d{12}$/,
  'is not an AWS account ID',
  "Give the 12 digits, in quotes so that YAML keeps a leading zero: '012345678901'.",
);

export const roleArn = matching(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
  'is not the ARN of an IAM role',
  'Give the whole ARN, such as arn:aws:iam::111111111111:role/CloudTrailOnboarding.',
);

/** A key's own ARN: CloudTrail gives back nothing else, so an alias could never be compared. */
export const kmsKeyArn = matching(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,128}$/,
  'is no ARN of a KMS key',
  "Give the key's ARN, not an alias: arn:aws:kms:ap-northeast-2:111111111111:key/…, or 'none'.",
);

export const snsTopicArn = matching(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
  'is no ARN of an SNS topic',
  "Give the topic's ARN, or 'none'.",
);

/** CloudTrail takes the ARN with `:*` behind it; without it that is added. */
export const logGroupArn: Rule<string> = (text) =>
  /^arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[\w./#-]{1,512}(?::\*)?$/.test(text)
    ? { value: text.endsWith(':*') ? text : `${text}:*` }
    : {
        problem: 'is no ARN of a CloudWatch log group',
        remedy: "Give the log group's ARN, or 'none'.",
      };

export const region = matching(
  /^[a-z]{2,6}(?:-[a-z]+)+-\d{1,2}$/,
  'is not an AWS Region',
  'Give a Region code such as ap-northeast-2.',
);

export const audience = matching(
  /^[\x21-\x7e]{1,255}$/,
  'is not a valid audience',
  'Give the audience that the IAM identity provider lists, usually sts.amazonaws.com.',
);

// AssumeRole's ExternalId as the STS API has it.
export const externalId = matching(
  /^[\w+=,.@:/-]{2,1224}$/,
  'is not a valid external ID',
  'An external ID has 2 to 1,224 characters, letters, digits and =,.@:/-.',
);

export const planDigest = matching(
  /^sha256:[0-9a-f]{64}$/,
  'is not a plan digest',
  "Give the output plan-digest of the reviewed plan, 'sha256:' and 64 hexadecimal digits.",
);

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const BUCKET =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)(?!.*\.\.)(?!(?:\d{1,3}\.){3}\d{1,3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const bucket = matching(
  BUCKET,
  'is not a valid bucket name',
  'Give the name alone, without s3:// or arn:. It has 3 to 63 lower-case letters, digits, dots and hyphens.',
);

// CloudTrail's rules for trail names, as the CreateTrail API lists them.
export const trailName = matching(
  /^(?!\d{1,3}(?:\.\d{1,3}){3}$)(?=.{3,128}$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*$/,
  'is not a valid trail name',
  'A trail name has 3 to 128 letters, digits, dots, underscores and hyphens, begins and ends with a letter or digit, and has no two of . _ - in a row.',
);

/**
 * A key prefix. Wildcards and `$` are refused because the prefix becomes part of a policy's Resource, where they would
 * match more than the prefix.
 */
export const prefix: Rule<string> = (text) => {
  if (/(?:^|\/)AWSLogs(?:\/|$)/i.test(text))
    return {
      problem: 'holds AWSLogs',
      remedy: 'Leave AWSLogs/ off: CloudTrail adds it behind the prefix by itself.',
    };
  if (text.startsWith('/') || text.endsWith('/') || text.includes('//'))
    return {
      problem: 'has a slash at an end, or two in a row',
      remedy: "Leave them off: 'org/trails', not '/org/trails/'.",
    };
  if (!/^[\w!.'()/=+@:, -]{1,200}$/.test(text))
    return {
      problem: 'has characters that this tool does not put into a policy, or over 200 of them',
      remedy: "Use letters, digits and ! - _ . ' ( ) = + @ : , and spaces.",
    };
  return { value: text };
};

export const flag: Rule<boolean> = (text) => {
  if (/^(?:true|True|TRUE)$/.test(text)) return { value: true };
  if (/^(?:false|False|FALSE)$/.test(text)) return { value: false };
  return { problem: 'is neither true nor false', remedy: "Give 'true' or 'false'." };
};

export const organizationId = matching(
  /^o-[a-z0-9]{10,32}$/,
  'is no ID of an organization',
  'Give the ID that AWS Organizations shows, such as o-a1b2c3d4e5.',
);

/** Whole seconds: 0, or at least 2 (the time in which every run that read before our write has ended its own). */
export const settleSeconds: Rule<number> = (text) => {
  const seconds = Number(text);
  const good = /^\d{1,3}$/.test(text) && (seconds === 0 || seconds >= 2);
  return good
    ? { value: seconds }
    : {
        problem: 'is neither 0 nor a whole number of seconds from 2 to 999',
        remedy:
          "Leave it out for 2 seconds, or give '0' where a concurrency group already serialises all writers.",
      };
};

/** Whole hours, at most those of a year. */
export const silentAfterHours: Rule<number> = (text) => {
  const hours = Number(text);
  return /^\d{1,4}$/.test(text) && hours >= 1 && hours <= 8_784
    ? { value: hours }
    : {
        problem: 'is no whole number of hours from 1 to 8784',
        remedy: "Leave it out for 24 hours, or give a number such as '48'.",
      };
};

/** Whole minutes from 0, which is to look once, to 350: GitHub ends a job after six hours. */
export const deliveryTimeout: Rule<number> = (text) => {
  const minutes = Number(text);
  return /^\d{1,3}$/.test(text) && minutes <= 350
    ? { value: minutes }
    : {
        problem: 'is no whole number of minutes from 0 to 350',
        remedy: "Leave it out for 15 minutes, or give '0' to look once and not to wait.",
      };
};

/** Whole hours; at most 31 days, for every log of that time is read. */
export const digestHours: Rule<number> = (text) => {
  const hours = Number(text);
  return /^\d{1,3}$/.test(text) && hours >= 1 && hours <= 744
    ? { value: hours }
    : {
        problem: 'is no whole number of hours from 1 to 744',
        remedy: "Give the hours to look back, such as '24', or leave it out to validate none.",
      };
};

export function oneOf<const T extends string>(...words: readonly T[]): Rule<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined
      ? { problem: `is not one of ${words.join(', ')}`, remedy: `Give one of ${words.join(', ')}.` }
      : { value };
  };
}

/** Whole numbers from 1 to 64: each account at work holds sockets and memory, and AWS throttles what is faster. */
export const maxParallel: Rule<number> = (text) =>
  /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 64
    ? { value: Number(text) }
    : {
        problem: 'is no whole number from 1 to 64',
        remedy: 'Leave it out for 8 accounts at a time.',
      };
