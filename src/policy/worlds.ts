// What CloudTrail may send with a request, as far as a policy asks for it. Most of it is known; some is not (whether the
// account is in an organization, which encryption header comes with a digest). Each combination of what is not known is a
// world; what follows from a grant that holds in some worlds only is decided in grants.ts.

import { CLOUDTRAIL, CLOUDTRAIL_NAMES, OWNER_CONTROL, partitionOf } from './cloudtrail.js';
import { readDate } from './conditions.js';
import type { Delivery } from './delivery.js';
import { conditionEntries, type PolicyDocument, statementsOf } from './document.js';
import type { AccessRequest } from './evaluate.js';
import { oncePer } from './once.js';

type Values = AccessRequest['context'];

/** One way in which things may be, as far as nobody can know from here. Condition keys are in lower case. */
export type World = {
  readonly service: string;
  readonly context: Values;
  /** `logs` also covers everything that is no digest. */
  readonly headers: { readonly logs: Values; readonly digests: Values };
};

/** What documents ask for in their conditions. */
export type Asked = {
  /** Condition key in lower case → the values wanted; a key that is not in here is not asked for. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** The ways in which what only AWS knows may be, as far as it is asked for: at least one, which may be empty. */
  readonly unknowns: readonly Values[];
};

export const ENCRYPTION = 's3:x-amz-server-side-encryption';
export const KEY_ID = `${ENCRYPTION}-aws-kms-key-id`;
const ORGANIZATION = 'aws:sourceorgid';
const ORGANIZATION_PATHS = 'aws:sourceorgpaths';
const OWN_ORGANIZATION = 'aws:resourceorgid';

/** Always sent, but with a value that only AWS knows; beside the values the policy asks for it may have one of these. */
const SENT_BUT_UNKNOWN: { readonly [key: string]: readonly string[] } = {
  'aws:requestedregion': ['another-region-1'],
  'aws:resourceaccount': ['000000000000'],
  's3:resourceaccount': ['000000000000'],
  's3:tlsversion': ['1.3', '1.2'],
  'aws:currenttime': ['2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z'],
  'aws:epochtime': ['946684800', '4102444800'],
};

/** Per unknown; a policy that asks for more values than that is not followed into each of them. */
const MOST_OPTIONS = 8;

export const askedBy = oncePer((document: PolicyDocument): Asked => askedByAll([document]));

export function askedByAll(documents: readonly PolicyDocument[]): Asked {
  const keys = new Map<string, string[]>();
  for (const statement of documents.flatMap(statementsOf)) {
    for (const { operator, key, values } of conditionEntries(statement)) {
      const known = keys.get(key.toLowerCase()) ?? [];
      if (operator.toLowerCase() !== 'null') known.push(...values.map(String));
      keys.set(key.toLowerCase(), known);
    }
  }
  const unknowns = Object.entries(SENT_BUT_UNKNOWN).map(([key, others]) =>
    options(key, others, keys.get(key)),
  );
  return { keys, unknowns: combinations(unknowns) };
}

/**
 * At least one. Keys that are not in here, and network keys above all, are absent: AWS redacts them between services.
 * `service` is the name CloudTrail goes by, one of {@link serviceNames}.
 */
export function worldsOf(
  delivery: Delivery,
  { keys, unknowns }: Asked,
  service: string = CLOUDTRAIL,
): readonly World[] {
  const known = certain(delivery, service);
  const organization = organizations(delivery, keys);
  return encryptions(delivery, keys).flatMap((headers) =>
    organization.flatMap((member) =>
      unknowns.map((more) => ({ service, headers, context: { ...known, ...member, ...more } })),
    ),
  );
}

/** In the China partition either may be the right one; a policy that admits one of them is taken to be right. */
export function serviceNames({ trailArn }: Delivery): readonly string[] {
  return partitionOf(trailArn) === 'aws-cn' ? [...CLOUDTRAIL_NAMES] : [CLOUDTRAIL];
}

/**
 * `aws:SourceArn` and `aws:SourceAccount`: CloudTrail user guide, "Cross-service confused deputy prevention". The plain TLS
 * Deny of Control Tower and the Landing Zone Accelerator on their CloudTrail buckets shows `aws:SecureTransport` true.
 */
function certain({ trailArn, accountId }: Delivery, service: string): Values {
  return {
    'aws:sourcearn': trailArn,
    'aws:sourceaccount': accountId,
    'aws:securetransport': 'true',
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': service,
    'aws:principalservicenameslist': [service],
    'aws:viaawsservice': 'false',
    's3:authtype': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
  };
}

/**
 * A trail with a key sends `aws:kms` and the key with its logs; its digests come with AES256 or, newly, with the key too.
 * Without a key AWS documents AES256 ("Deny … StringNotEquals … [aws:kms, AES256]", or trail creation fails), so the header
 * is there; that it may be missing is kept as the less likely world. Source: CloudTrail user guide, "Security best
 * practices" and "Encrypting CloudTrail log files, digest files … with AWS KMS keys".
 */
function encryptions({ kmsKeyArn }: Delivery, asked: Asked['keys']): readonly World['headers'][] {
  const acl = { 's3:x-amz-acl': OWNER_CONTROL };
  if (!asked.has(ENCRYPTION) && !asked.has(KEY_ID)) return [{ logs: acl, digests: acl }];
  const s3 = { ...acl, [ENCRYPTION]: 'AES256' };
  if (kmsKeyArn === undefined) {
    return [
      { logs: s3, digests: s3 },
      { logs: acl, digests: acl },
    ];
  }
  const kms = { ...acl, [ENCRYPTION]: 'aws:kms', [KEY_ID]: kmsKeyArn };
  return [
    { logs: kms, digests: kms },
    { logs: kms, digests: s3 },
  ];
}

/**
 * Of an account that is known to be in an organization it is not known where in it. Otherwise it is in one that the policy
 * asks for (first: a policy that asks for it expects it), in none, or (last: nobody named it) in another.
 */
function organizations({ organizationId }: Delivery, asked: Asked['keys']): readonly Values[] {
  const wanted = (key: string): readonly string[] => distinct(asked.get(key) ?? []);
  const units = wanted(ORGANIZATION_PATHS);
  if (organizationId !== undefined) {
    const own = units.slice(0, MOST_OPTIONS).map((path) => inUnit(organizationId, path));
    return [inOrganization(organizationId), ...own];
  }
  if (!IN_ORGANIZATIONS.some((key) => asked.has(key))) return OUTSIDE;
  const inside = [
    ...[...wanted(ORGANIZATION), ...wanted(OWN_ORGANIZATION)].map((id) =>
      inOrganization(anIdOf(id)),
    ),
    ...units.map((path) => inUnit(anIdOf(path.split('/')[0] ?? path), path)),
  ];
  return [...inside.slice(0, MOST_OPTIONS), ...OUTSIDE, IN_ANOTHER];
}

const IN_ORGANIZATIONS = [ORGANIZATION, ORGANIZATION_PATHS, OWN_ORGANIZATION];

function anIdOf(pattern: string): string {
  return pattern.includes('${') ? THIS_ORGANIZATION : anExampleOf(pattern);
}

function inUnit(id: string, pattern: string): Values {
  return inOrganization(id, anExampleOf(pattern.replace(/^[^/]*/, id)));
}

/** The bucket is taken to be in the same one. */
function inOrganization(id: string, path = `${id}/r-root/`): Values {
  return { [ORGANIZATION]: id, [ORGANIZATION_PATHS]: [path], [OWN_ORGANIZATION]: id };
}

const THIS_ORGANIZATION = 'o-thisorganization';
const IN_ANOTHER: Values = {
  ...inOrganization('o-anotherorganization'),
  [OWN_ORGANIZATION]: THIS_ORGANIZATION,
};
const OUTSIDE: readonly Values[] = [{}];

function options(
  key: string,
  others: readonly string[],
  wanted: readonly string[] | undefined,
): readonly Values[] {
  if (wanted === undefined) return [{}];
  const literal = wanted.filter((value) => !value.includes('${')).map(anExampleOf);
  const after = TIMES.has(key) ? literal.map(secondAfter) : [];
  return distinct([...others, ...literal, ...after])
    .slice(0, MOST_OPTIONS)
    .map((value) => ({ [key]: value }));
}

const TIMES: ReadonlySet<string> = new Set(['aws:currenttime', 'aws:epochtime']);

/** Between two bounds, even where neither of them is included. */
function secondAfter(time: string): string {
  if (/^\d+$/.test(time)) return String(Number(time) + 1);
  const start = readDate(time);
  return start === undefined ? time : new Date(start + 1000).toISOString();
}

function anExampleOf(pattern: string): string {
  return pattern.replace(/[*?]/g, 'x');
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function combinations(choices: readonly (readonly Values[])[]): readonly Values[] {
  return choices.reduce<readonly Values[]>(
    (made, choice) => made.flatMap((context) => choice.map((more) => ({ ...context, ...more }))),
    [{}],
  );
}
