// Turns the action's inputs and the accounts file into a Request, or into all that is wrong with them at once.

import type { Finding } from '../policy/index.js';
import { UserError } from '../problem.js';
import { type Account, readAccounts } from './accounts.js';
import type { AccountsFile } from './accounts-file.js';
import { type About, checkTogether } from './ambiguity.js';
import { definedOnly } from './defined.js';
import { modeOf, type RunEvent } from './event.js';
import { inputFault } from './fault.js';
import { accountVoice, runVoice } from './layers.js';
import { readAuditedCentral, readCentralTrail, readMember } from './members.js';
import { type InputName, misspelt } from './names.js';
import { type InputReader, inputReader } from './reader.js';
import type { Member, Request } from './request.js';
import * as rules from './rules.js';
import { inputVoice, type Voice } from './said.js';

/** Where inputs come from. */
export type InputSource = {
  /** An input's value, trimmed, empty for one that is not set. */
  readonly text: (name: InputName) => string;
  /** Names of all inputs set for this step, in any case, declared or not. */
  readonly names: readonly string[];
  readonly environment: { readonly [name: string]: string | undefined };
  readonly event: RunEvent;
};

/**
 * The request that the inputs and the accounts file make; null: no such file is named.
 *
 * @throws UserError with one finding for each fault, so that a user mends them all in one go.
 */
export function readInputs(source: InputSource, file: AccountsFile | null = null): Request {
  const inputs = inputVoice(source.text);
  const reader = inputReader(runVoice(inputs, file), [...(file?.faults ?? [])]);
  for (const { name, problem, remedy } of misspelt(source.names))
    reader.faults.push(inputFault(name, problem, remedy));
  const request = readRequest(source, inputs, file, reader);
  const faults = unique(reader.faults);
  if (request === null || faults.length > 0) throw new UserError(faults);
  return request;
}

/** What all accounts have from one input or default is wrong once. */
function unique(faults: readonly Finding[]): readonly Finding[] {
  return [
    ...new Map(faults.toReversed().map((fault) => [fault.message, fault])).values(),
  ].toReversed();
}

const LAYOUT = rules.oneOf('documented', 'isolated', 'compact', 'organization');

/** Null when something required is missing or wrong; the reader then holds the faults. */
function readRequest(
  source: InputSource,
  inputs: Voice,
  file: AccountsFile | null,
  reader: InputReader,
): Request | null {
  const { optional } = reader;
  const regionOf = (voice: Voice) => readRegion(source.environment, voice, reader);
  const run = runVoice(inputs, file);
  const central = readCentral(reader, () => regionOf(run));
  const operation =
    optional('operation', rules.oneOf('onboard', 'offboard', 'bootstrap', 'verify', 'audit')) ??
    'onboard';
  const grantsOnly = optional('grants-only', rules.flag) ?? false;
  if (grantsOnly && operation !== 'offboard')
    reader.faults.push(
      inputFault('grants-only', 'is given without offboard', "Set operation to 'offboard'."),
    );
  const leaving = grantsOnly ? 'closed' : 'absent';
  const state = operation === 'offboard' ? leaving : 'present';
  const accounts =
    operation === 'bootstrap' ? [] : readAccounts(inputs, file, reader, { name: operation, state });
  const members =
    operation === 'bootstrap'
      ? readCentralTrail(reader, central?.accountId ?? '', regionOf(run))
      : readMembers(accounts ?? [nobody(accountVoice(inputs, file, null))], reader, regionOf);
  if (operation === 'audit') refuseInputs(reader);
  else reader.optional('silent-after-hours', forAudit);
  const dryRun = optional('dry-run', rules.oneOf('auto', 'true', 'false')) ?? 'auto';
  const rest = {
    operation,
    // There is nothing to apply: whatever the event, it reads.
    mode: ['audit', 'verify'].includes(operation) ? 'plan' : modeOf(dryRun, source.event),
    access: readAccess(source, reader),
    layout: optional('policy-layout', LAYOUT) ?? 'documented',
    manageKeyPolicy: optional('manage-kms-key-policy', rules.flag) ?? false,
    allowRepoint: optional('allow-repoint', rules.flag) ?? false,
    allowBroadening: optional('allow-broadening', rules.flag) ?? false,
    settleSeconds: optional('settle-seconds', rules.settleSeconds) ?? 2,
    maxParallel: optional('max-parallel', rules.maxParallel) ?? 8,
    silentAfterHours: optional('silent-after-hours', rules.silentAfterHours) ?? 24,
    failOn: optional('fail-on', rules.oneOf('error', 'changes', 'drift')) ?? 'error',
    verifyDelivery: optional('verify-delivery', rules.flag) ?? operation === 'verify',
    deliveryTimeoutMinutes: optional('delivery-timeout-minutes', rules.deliveryTimeout) ?? 15,
    comment: optional('comment', rules.oneOf('auto', 'always', 'never')) ?? 'auto',
    outputDirectory:
      source.text('output-directory') ||
      `${source.environment['RUNNER_TEMP'] || '.'}/cloudtrail-onboarding`,
    ...definedOnly({
      accountsFile: source.text('accounts-file') || undefined,
      organizationId: optional('organization-id', rules.organizationId),
      expectedPlan: optional('expected-plan', rules.planDigest),
      validateDigestHours: optional('validate-digests', rules.digestHours),
    }),
  } as const;
  if (central === null || accounts === null || members === null) return null;
  const request = { ...rest, central, members };
  reader.faults.push(...checkTogether(request, source.event, aboutAccounts(accounts, run)));
  return operation === 'audit' ? withCentralTrail(request, reader) : request;
}

/** An audit looks at the central account's own trail too, if it is named. */
function withCentralTrail(request: Request, reader: InputReader): Request {
  const members = [...readAuditedCentral(reader, request.central), ...request.members];
  return { ...request, members: members.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1)) };
}

/** Inputs about a change or about somebody's approval of one: an audit makes none. */
const NOT_FOR_AUDIT = [
  'expected-plan',
  'allow-broadening',
  'allow-repoint',
  'verify-delivery',
  'manage-kms-key-policy',
] as const;

function refuseInputs({ optional }: InputReader): void {
  for (const name of NOT_FOR_AUDIT) optional(name, forChanges);
}

const forChanges: rules.Rule<null> = (text) =>
  text.toLowerCase() === 'false'
    ? { value: null }
    : {
        problem: 'is about a change, but an audit changes nothing',
        remedy: 'Leave it out.',
      };

const forAudit: rules.Rule<never> = () => ({
  problem: 'is given without audit',
  remedy: "Leave it out, or set operation to 'audit'.",
});

/** Null where one of them cannot be read. */
function readMembers(
  accounts: readonly Account[],
  reader: InputReader,
  regionOf: (voice: Voice) => string | undefined,
): readonly Member[] | null {
  const members = accounts.map((account) => readMember(account, reader, regionOf));
  const read = members.filter((member) => member !== null);
  return read.length < members.length ? null : read;
}

/** So that what is wrong with the other inputs is told too where no account is named. */
const nobody = (voice: Voice): Account => ({ accountId: '000000000000', state: 'present', voice });

/** Tells a fault where the value was said. */
function aboutAccounts(accounts: readonly Account[], run: Voice): About {
  const voices = new Map(accounts.map(({ accountId, voice }) => [accountId, voice]));
  return (input, accountId = '') => {
    const voice = voices.get(accountId) ?? run;
    return (problem, remedy) =>
      voice.said(input)?.fault(problem, remedy) ?? inputFault(input, problem, remedy);
  };
}

function readRegion(
  environment: InputSource['environment'],
  voice: Voice,
  { faults }: InputReader,
): string | undefined {
  if (voice.said('region') !== undefined)
    return inputReader(voice, faults).optional('region', rules.region);
  const ambient = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  const ruled = rules.region(ambient ?? '');
  if ('value' in ruled) return ruled.value;
  const problem = ambient ? `is missing, and AWS_REGION ${ruled.problem}` : 'is missing';
  faults.push(inputFault('region', problem, "Give the trail's home Region, or set AWS_REGION."));
  return undefined;
}

function readCentral(
  { optional, required }: InputReader,
  readDefaultRegion: () => string | undefined,
): Request['central'] | null {
  const accountId = required(
    'central-account-id',
    rules.accountId,
    'Give the 12-digit ID of the account that owns the bucket.',
  );
  const bucket = required('bucket', rules.bucket, 'Give the name of the central log bucket.');
  const bucketRegion = optional('bucket-region', rules.region) ?? readDefaultRegion();
  const mentioned = definedOnly({
    roleArn: optional('central-role-arn', rules.roleArn),
    prefix: optional('bucket-prefix', rules.prefix),
  });
  if (!accountId || !bucket || !bucketRegion) return null;
  return { accountId, bucket, bucketRegion, ...mentioned };
}

function readAccess(source: InputSource, { optional }: InputReader): Request['access'] {
  return {
    audience: optional('audience', rules.audience) ?? 'sts.amazonaws.com',
    sessionName: sessionName(source.environment),
    ...definedOnly({
      hubRoleArn: optional('hub-role-arn', rules.roleArn),
      externalId: optional('external-id', rules.externalId),
    }),
  };
}

/**
 * What AWS's own logs show as the session: repository and run, `acme-landing-zone-1234567890-1`, so that a CloudTrail
 * record leads back to the workflow run. STS takes 2 to 64 of the characters `[\w+=,.@-]`.
 */
export function sessionName(environment: InputSource['environment']): string {
  const run = `${clean(environment['GITHUB_RUN_ID'], '0')}-${clean(environment['GITHUB_RUN_ATTEMPT'], '1')}`;
  const repository = clean(environment['GITHUB_REPOSITORY'], 'cloudtrail-onboarding');
  return `${repository.slice(0, 63 - run.length)}-${run}`;
}

const clean = (text: string | undefined, fallback: string): string =>
  (text || fallback).replaceAll(/[^\w+=,.@-]/g, '-');
