// Reads a round's request log: which document each write of a run was merged from, how long that took, and which edits of the
// other writer fell between the two. Written without the code under test.

import type { RecordedRequest } from '../sandbox/index.js';
import type { Run } from './cast.js';
import type { Played } from './round.js';
import { OTHER_WRITER } from './scene.js';

/** A write of a run that took effect, with the read before it. */
export type Merge = {
  readonly run: Run;
  /** Versions of the policy: the one that was shown, the one that was made. */
  readonly shown: number;
  readonly made: number;
  /** From the arrival of the read to the write's effect. */
  readonly windowMs: number;
  /** Versions of the other writer in between, which this write undid. */
  readonly undone: readonly number[];
};

type Log = Pick<Played, 'runs' | 'requests' | 'versions'>;

export function mergesOf(log: Log): readonly Merge[] {
  const others = new Set(writesOf(log.requests, OTHER_WRITER));
  return log.runs.flatMap(({ run }) => {
    const calls = policyCalls(log.requests, run.name);
    return calls.flatMap((call, index) => {
      if (!call.write || call.policyVersion === undefined) return [];
      const read = calls.slice(0, index).findLast((one) => isShown(one));
      if (read?.policyVersion === undefined) return [];
      const [shown, made] = [read.policyVersion, call.policyVersion];
      const windowMs = (log.versions[made]?.at ?? Number.NaN) - read.at;
      const undone = [...others].filter((version) => shown < version && version < made);
      return [{ run, shown, made, windowMs, undone }];
    });
  });
}

/** All that a run had been shown before it made a version. */
export function shownBefore({ requests }: Log, { name }: Run, made: number): readonly number[] {
  const calls = policyCalls(requests, name);
  const write = calls.findIndex((call) => call.write && call.policyVersion === made);
  return calls.slice(0, write).flatMap((call) => call.policyVersion ?? []);
}

/** What a run was shown last. */
export function lastShown({ requests }: Log, { name }: Run): number | undefined {
  return policyCalls(requests, name).findLast(isShown)?.policyVersion;
}

const isShown = ({ write, policyVersion }: RecordedRequest): boolean =>
  !write && policyVersion !== undefined;

const POLICY = /^(?:Get|Put|Delete)BucketPolicy$/;

function policyCalls(
  requests: readonly RecordedRequest[],
  role: string,
): readonly RecordedRequest[] {
  return requests.filter(
    ({ operation, principal = '' }) =>
      POLICY.test(operation) && principal.includes(`:assumed-role/${role}/`),
  );
}

const writesOf = (requests: readonly RecordedRequest[], role: string): readonly number[] =>
  policyCalls(requests, role).flatMap(({ write, policyVersion }) =>
    write && policyVersion !== undefined ? [policyVersion] : [],
  );
