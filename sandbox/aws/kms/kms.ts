// KMS, as far as a key's policy goes: DescribeKey, GetKeyPolicy, PutKeyPolicy. Encrypts nothing. Which policies are sound
// and whom they admit is decided in key-policy.ts; what each key state allows: KMS developer guide, "Key states" (all
// three operations work in every state here).

import { Refusal } from '../../wire.js';
import { scopeOf } from '../authentication.js';
import type { Aws, Service } from '../aws.js';
import { type Caller, refusal } from '../iam.js';
import {
  answerOf,
  exception,
  flag,
  type Input,
  inputOf,
  operationName,
  refusalReply,
  signedCaller,
  text,
} from '../json-protocol.js';
import { visibleText } from '../policies.js';
import type { Key } from '../state.js';
import { parseKeyPolicy, questionAbout, requireNoLockout } from './key-policy.js';
import { arnOf, findKey, metadata } from './keys.js';

type Call = {
  readonly aws: Aws;
  readonly caller: Caller;
  readonly key: Key;
  readonly input: Input;
};

type Operation = {
  readonly write: boolean;
  /** DescribeKey takes aliases and works across accounts; the policy's operations do neither (API reference). */
  readonly anyAccount: boolean;
  readonly run: (call: Call) => object | Promise<object>;
};

const operations: Readonly<Record<string, Operation>> = {
  DescribeKey: {
    write: false,
    anyAccount: true,
    run: ({ key }) => ({ KeyMetadata: metadata(key) }),
  },
  GetKeyPolicy: {
    write: false,
    anyAccount: false,
    run: ({ aws, key }) => ({
      Policy: visibleText(key, aws.readDelayMs()),
      PolicyName: 'default',
    }),
  },
  PutKeyPolicy: { write: true, anyAccount: false, run: putKeyPolicy },
};

export const kms: Service = {
  name: (request) => {
    const operation = operationName(request);
    const key = text(inputOf(request), 'KeyId');
    return {
      operation,
      write: operations[operation]?.write ?? false,
      ...(key !== undefined && { resource: key }),
    };
  },
  answer: async (aws, request, named) => {
    const operation = operations[named.operation];
    if (operation === undefined) throw new Refusal(400, 'UnknownOperationException', '');
    const caller = signedCaller(aws, request);
    const input = inputOf(request);
    const region = scopeOf(request)?.region ?? '';
    const key = keyMeant({ aws, caller, region, input }, named.operation, operation);
    await requireAccess(caller, key, named.operation);
    return answerOf(await operation.run({ aws, caller, key, input }));
  },
  refuse: refusalReply,
};

type Request = Omit<Call, 'key'> & { readonly region: string };

function keyMeant(request: Request, name: string, operation: Operation): Key {
  const { aws, caller, region, input } = request;
  const place = { state: aws.state, account: caller.account, region };
  const id = text(input, 'KeyId') ?? '';
  if (!operation.anyAccount && /(^|:)alias\//.test(id)) {
    throw exception('InvalidArn', `${id} is not a key ID or a key ARN`);
  }
  if ((text(input, 'PolicyName') ?? 'default') !== 'default') {
    throw exception('NotFound', 'No such policy exists');
  }
  const key = findKey(place, id);
  const arn = arnOf(place, id);
  const account = arn.split(':')[4];
  if (account !== caller.account && (key === undefined || !operation.anyAccount)) {
    throw denied(caller, arn, name);
  }
  if (key === undefined) throw exception('NotFound', `Key '${arn}' does not exist`);
  return key;
}

async function requireAccess(caller: Caller, key: Key, operation: string): Promise<void> {
  const reason = await refusal(caller, questionAbout(key, caller, operation));
  if (reason === undefined) return;
  if (key.account !== caller.account) throw denied(caller, key.arn, operation);
  throw exception('AccessDenied', reason);
}

/** What a stranger learns of a key: not even whether it exists. */
function denied(caller: Caller, arn: string, operation: string): Refusal {
  return exception(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: kms:${operation} on resource: ${arn} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}

async function putKeyPolicy({ aws, caller, key, input }: Call): Promise<object> {
  const document = text(input, 'Policy') ?? '';
  const policy = await parseKeyPolicy(aws.state, document);
  if (flag(input, 'BypassPolicyLockoutSafetyCheck') !== true) {
    await requireNoLockout(key, caller, policy);
  }
  key.policies.push({ text: document, at: Date.now() });
  return {};
}
