// Turns the action's inputs into a Request, or into all that is wrong with them at once.

import { UserError } from '../problem.js';
import { checkTogether } from './ambiguity.js';
import { definedOnly } from './defined.js';
import { modeOf, type RunEvent } from './event.js';
import { inputFault } from './fault.js';
import { readCentralTrail, readMembers } from './members.js';
import { type InputName, misspelt } from './names.js';
import { type InputReader, inputReader } from './reader.js';
import type { Request } from './request.js';
import * as rules from './rules.js';

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
 * The request that the inputs make.
 *
 * @throws UserError with one finding for each fault, so that a user mends them all in one go.
 */
export function readInputs(source: InputSource): Request {
  const reader = inputReader(source.text);
  for (const { name, problem, remedy } of misspelt(source.names))
    reader.faults.push(inputFault(name, problem, remedy));
  const request = readRequest(source, reader);
  if (request !== null) reader.faults.push(...checkTogether(request, source.event));
  if (request === null || reader.faults.length > 0) throw new UserError(reader.faults);
  return request;
}

const LAYOUT = rules.oneOf('documented', 'isolated', 'compact', 'organization');

/** Null when something required is missing or wrong; the reader then holds the faults. */
function readRequest(source: InputSource, reader: InputReader): Request | null {
  const { optional } = reader;
  const region = readRegion(source, reader);
  const central = readCentral(reader, region);
  const operation =
    optional('operation', rules.oneOf('onboard', 'offboard', 'bootstrap', 'audit')) ?? 'onboard';
  const grantsOnly = optional('grants-only', rules.flag) ?? false;
  if (grantsOnly && operation !== 'offboard')
    reader.faults.push(
      inputFault('grants-only', 'is given without offboard', "Set operation to 'offboard'."),
    );
  const leaving = grantsOnly ? 'closed' : 'absent';
  const members =
    operation === 'bootstrap'
      ? readCentralTrail(reader, central?.accountId ?? '', region)
      : readMembers(reader, region, operation === 'offboard' ? leaving : 'present');
  if (operation === 'audit') refuseInputs(reader);
  else reader.optional('silent-after-hours', forAudit);
  const dryRun = optional('dry-run', rules.oneOf('auto', 'true', 'false')) ?? 'auto';
  const rest = {
    operation,
    mode: operation === 'audit' ? 'plan' : modeOf(dryRun, source.event),
    access: readAccess(source, reader),
    layout: optional('policy-layout', LAYOUT) ?? 'documented',
    allowRepoint: optional('allow-repoint', rules.flag) ?? false,
    allowBroadening: optional('allow-broadening', rules.flag) ?? false,
    settleSeconds: optional('settle-seconds', rules.settleSeconds) ?? 2,
    silentAfterHours: optional('silent-after-hours', rules.silentAfterHours) ?? 24,
    failOn: optional('fail-on', rules.oneOf('error', 'changes', 'drift')) ?? 'error',
    outputDirectory:
      source.text('output-directory') ||
      `${source.environment['RUNNER_TEMP'] || '.'}/cloudtrail-onboarding`,
    ...definedOnly({
      organizationId: optional('organization-id', rules.organizationId),
      expectedPlan: optional('expected-plan', rules.planDigest),
    }),
  } as const;
  return central === null || members === null ? null : { ...rest, central, members };
}

/** Inputs about a change or about somebody's approval of one: an audit makes none. */
const NOT_FOR_AUDIT = ['expected-plan', 'allow-broadening', 'allow-repoint'] as const;

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

function readRegion(source: InputSource, { optional, faults }: InputReader): string | undefined {
  if (source.text('region') !== '') return optional('region', rules.region);
  const ambient = source.environment['AWS_REGION'] || source.environment['AWS_DEFAULT_REGION'];
  const ruled = rules.region(ambient ?? '');
  if ('value' in ruled) return ruled.value;
  const problem = ambient ? `is missing, and AWS_REGION ${ruled.problem}` : 'is missing';
  faults.push(inputFault('region', problem, "Give the trail's home Region, or set AWS_REGION."));
  return undefined;
}

function readCentral(
  { optional, required }: InputReader,
  region: string | undefined,
): Request['central'] | null {
  const accountId = required(
    'central-account-id',
    rules.accountId,
    'Give the 12-digit ID of the account that owns the bucket.',
  );
  const bucket = required('bucket', rules.bucket, 'Give the name of the central log bucket.');
  const bucketRegion = optional('bucket-region', rules.region) ?? region;
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
