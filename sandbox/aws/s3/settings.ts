// A bucket's settings other than its policy: which requests they are, which XML S3 takes for them, what it hands back and
// what it says where one was never set. What a setting does is decided where it matters (objects, policies).
// Errors and shapes: S3 API reference and the service model.

import { type HttpReply, type HttpRequest, Refusal } from '../../wire.js';
import { asList } from '../policies.js';
import type { Bucket } from '../state.js';
import { exclusively } from './busy.js';
import { noContent, xmlBody, xmlReply } from './replies.js';
import { childrenOf, type Element, readXml, textOf } from './xml.js';

export type Setting = {
  readonly noun: string;
  /** The IAM action without `s3:Get` or `s3:Put`. */
  readonly action: string;
  /** Error code and message when it was never set; without one an empty element of this name is answered. */
  readonly missing: readonly [code: string, message: string] | string;
  /** What S3 makes of the XML that was put, without its root; undefined for XML it does not take. */
  readonly accept?: (root: Element) => Element | undefined;
  /** What is left where it is deleted; without it, nothing. */
  readonly initial?: string;
};

/** By the query parameter that selects it. */
export const settings: Readonly<Record<string, Setting>> = {
  publicAccessBlock: {
    noun: 'PublicAccessBlock',
    action: 'BucketPublicAccessBlock',
    missing: [
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
    ],
    accept: publicAccessBlock,
  },
  ownershipControls: {
    noun: 'BucketOwnershipControls',
    action: 'BucketOwnershipControls',
    missing: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
    accept: ownershipControls,
  },
  encryption: {
    noun: 'BucketEncryption',
    action: 'EncryptionConfiguration',
    missing: [
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
    ],
    accept: encryption,
    // S3 API reference, DeleteBucketEncryption: resets to SSE-S3.
    initial: xmlBody('ServerSideEncryptionConfiguration', {
      Rule: {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: false,
      },
    }),
  },
  versioning: {
    noun: 'BucketVersioning',
    action: 'BucketVersioning',
    missing: 'VersioningConfiguration',
    accept: versioning,
  },
  lifecycle: {
    noun: 'BucketLifecycleConfiguration',
    action: 'LifecycleConfiguration',
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
  tagging: {
    noun: 'BucketTagging',
    action: 'BucketTagging',
    missing: ['NoSuchTagSet', 'The TagSet does not exist'],
  },
  'object-lock': {
    noun: 'ObjectLockConfiguration',
    action: 'BucketObjectLockConfiguration',
    missing: [
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    ],
  },
  logging: { noun: 'BucketLogging', action: 'BucketLogging', missing: 'BucketLoggingStatus' },
};

/** The name of the setting a request is about, if it is about one. */
export function settingOf(request: HttpRequest): string | undefined {
  return Object.keys(settings).find((name) => request.query.has(name));
}

/** Reads, replaces or deletes the setting a request is about. */
export async function configure(bucket: Bucket, request: HttpRequest): Promise<HttpReply> {
  const name = settingOf(request) ?? '';
  const setting = settings[name];
  if (setting === undefined) throw new Refusal(501, 'NotImplemented', 'Not in the sandbox.');
  switch (request.method) {
    case 'PUT':
      await exclusively(bucket, 0, () => {
        bucket.configurations.set(name, accepted(setting, request.body.toString()));
      });
      return { status: 200, headers: {}, body: '' };
    case 'DELETE':
      if (setting.initial === undefined) bucket.configurations.delete(name);
      else bucket.configurations.set(name, setting.initial);
      return noContent;
    default:
      return current(bucket, name, setting);
  }
}

function current(bucket: Bucket, name: string, { missing }: Setting): HttpReply {
  const body = bucket.configurations.get(name);
  if (body !== undefined) {
    return { status: 200, headers: { 'content-type': 'application/xml' }, body };
  }
  if (typeof missing === 'string') return xmlReply(missing, '');
  throw new Refusal(404, ...missing);
}

function accepted(setting: Setting, text: string): string {
  if (setting.accept === undefined) return text;
  const [root, content] = readXml(text) ?? malformed();
  const element = typeof content === 'object' ? (content as Element) : {};
  return xmlBody(root, setting.accept(element) ?? malformed());
}

function malformed(): never {
  throw new Refusal(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** A flag that is left out is false; undefined for what is no flag. */
function flagOf(element: Element, name: string): boolean | undefined {
  const text = textOf(element, name).toLowerCase();
  return text === '' || text === 'false' ? false : text === 'true' ? true : undefined;
}

function publicAccessBlock(root: Element): Element | undefined {
  const names = [
    'BlockPublicAcls',
    'IgnorePublicAcls',
    'BlockPublicPolicy',
    'RestrictPublicBuckets',
  ];
  const flags = names.map((name) => [name, flagOf(root, name)] as const);
  return flags.some(([, flag]) => flag === undefined) ? undefined : Object.fromEntries(flags);
}

function ownershipControls(root: Element): Element | undefined {
  const [rule, ...others] = childrenOf(root, 'Rule');
  const known = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];
  const ownership = textOf(rule, 'ObjectOwnership');
  return others.length === 0 && known.includes(ownership)
    ? { Rule: { ObjectOwnership: ownership } }
    : undefined;
}

/** One rule; `BlockedEncryptionTypes` stays as it was put, or away. */
function encryption(root: Element): Element | undefined {
  const [rule, ...others] = childrenOf(root, 'Rule');
  if (rule === undefined || others.length > 0) return undefined;
  const bucketKey = flagOf(rule, 'BucketKeyEnabled');
  const byDefault = defaultEncryption(rule);
  const [blocked] = childrenOf(rule, 'BlockedEncryptionTypes');
  const types = asList(blocked?.['EncryptionType']);
  const known = types.every((type) => type === 'NONE' || type === 'SSE-C');
  if (bucketKey === undefined || byDefault === undefined || !known) return undefined;
  return {
    Rule: {
      ApplyServerSideEncryptionByDefault: byDefault,
      BucketKeyEnabled: bucketKey,
      BlockedEncryptionTypes: blocked,
    },
  };
}

function defaultEncryption(rule: Element): Element | undefined {
  const [byDefault = { SSEAlgorithm: 'AES256' }] = childrenOf(
    rule,
    'ApplyServerSideEncryptionByDefault',
  );
  const algorithm = textOf(byDefault, 'SSEAlgorithm');
  if (!['AES256', 'aws:kms', 'aws:kms:dsse'].includes(algorithm)) return undefined;
  if (algorithm === 'AES256' && byDefault['KMSMasterKeyID'] !== undefined) {
    throw new Refusal(
      400,
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
  }
  return byDefault;
}

function versioning(root: Element): Element | undefined {
  const status = textOf(root, 'Status');
  return ['Enabled', 'Suspended'].includes(status) ? { Status: status } : undefined;
}
