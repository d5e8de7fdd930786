// The keys that encrypt the logs, as they are: those that the inputs name, and those that existing trails keep. Only keys of the
// central account in the bucket's Region can be looked at. One that cannot be read has its failure instead; what that means
// is decided in keys-plan.ts.

import { PolicyError, parsePolicy } from '../policy/index.js';
import { UserError, userError } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import { type KeyDescription, type KeyReader, placeOfKey } from './key-ports.js';
import type { ObservedMember, ObservedPolicy, UnreadMember } from './observe.js';
import type { Clock } from './ports.js';

export type ObservedKeyPolicy = ObservedPolicy & {
  readonly document: NonNullable<ObservedPolicy['document']>;
};

export type ObservedKey = { readonly arn: string } & (
  | { readonly policy: ObservedKeyPolicy; readonly description: KeyDescription }
  | { readonly failure: UserError }
);

/** ARNs of the keys whose policies a run looks at because its inputs name them. An audit looks at none. */
export function namedKeys({ operation, members, manageKeyPolicy }: KeyRequest): readonly string[] {
  if (operation === 'audit') return [];
  const concerned = members.filter(({ state }) => manageKeyPolicy || state === 'present');
  return unique(concerned.map(keyNamedBy));
}

/** Whether a trail may have a key that no input names. */
export const mayKeepKey = ({ operation }: Pick<Request, 'operation'>, member: Member): boolean =>
  operation !== 'audit' &&
  member.state === 'present' &&
  member.trail.settings.kmsKeyArn === undefined;

type KeyRequest = Pick<Request, 'operation' | 'members' | 'manageKeyPolicy'>;

const keyNamedBy = ({ trail }: Member): string => trail.settings.kmsKeyArn ?? '';

const unique = (arns: readonly string[]): readonly string[] =>
  [...new Set(arns)].filter((arn) => arn !== '');

/** Named keys are read beside the members; only a key that a trail turns out to have is read after them. */
export async function observeKeys(
  request: Request,
  members: Promise<readonly (ObservedMember | UnreadMember)[]>,
  readerOf: (arn: string) => KeyReader,
  clock: Clock,
): Promise<readonly ObservedKey[]> {
  const read = (arns: readonly string[]): Promise<readonly ObservedKey[]> => {
    const own = arns.filter((arn) => isWithinReach(arn, request.central));
    return Promise.all(own.map((arn) => observeKey(arn, readerOf(arn), clock)));
  };
  const named = namedKeys(request);
  const kept = async () => {
    const arns = unique((await members).flatMap((observed) => keysKept(request, observed)));
    return read(arns.filter((arn) => !named.includes(arn)));
  };
  return (await Promise.all([read(named), kept()])).flat();
}

function isWithinReach(arn: string, central: Request['central']): boolean {
  const { accountId, region } = placeOfKey(arn);
  return accountId === central.accountId && region === central.bucketRegion;
}

/** Of the trail itself, or of the one that it replaces. */
function keysKept(request: Request, observed: ObservedMember | UnreadMember): readonly string[] {
  if ('failure' in observed || !mayKeepKey(request, observed.member)) return [];
  const { trails, trailArn, replacedArn } = observed;
  const model =
    trails.find(({ arn }) => arn === trailArn) ?? trails.find(({ arn }) => arn === replacedArn);
  return model === undefined ? [] : [model.kmsKeyArn];
}

async function observeKey(arn: string, reader: KeyReader, clock: Clock): Promise<ObservedKey> {
  try {
    const [policy, description] = await Promise.all([
      readKeyPolicy(reader, arn, clock),
      reader.describe(),
    ]);
    return { arn, policy, description };
  } catch (error) {
    if (error instanceof UserError) return { arn, failure: error };
    throw error;
  }
}

/** @throws UserError */
export async function readKeyPolicy(
  reader: KeyReader,
  arn: string,
  clock: Clock,
): Promise<ObservedKeyPolicy> {
  const readAt = clock.now();
  const text = await reader.keyPolicy();
  try {
    return { text, document: parsePolicy(text), readAt };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw userError(
      {
        code: 'key-policy-unreadable',
        account: placeOfKey(arn).accountId,
        message: `The policy of key ${arn} cannot be read: ${error.message}`,
        remedy: error.remedy,
      },
      { cause: error },
    );
  }
}
