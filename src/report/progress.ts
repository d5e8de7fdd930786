// How far long work has come, for the job's log: what is told of an account when its turn has ended, with a count and the time
// so far. An account's lines come together, however many are worked on at once. A run of one account needs none of it.

import type { AuditedMember } from '../audit/observe.js';
import type { AccountDelivery } from '../delivery/verdict.js';
import type { ObservedMember, UnreadMember } from '../plan/observe.js';
import type { MemberOutcome } from '../plan/outcome.js';
import type { LiveTrail } from '../trail/settings.js';
import { stepLines } from './rows.js';
import { grouped } from './words.js';

/** What stands below the heading is folded away. */
export type Told = { readonly heading: string; readonly lines: readonly string[] };

/** Where the log and the time come from, which is in milliseconds. */
type Desk = {
  readonly clock: { readonly now: () => number };
  readonly tell: (told: Told) => void;
};

/** What hears of `all` accounts, one after the other, and tells of each in these words. */
export function counting<T>(
  words: (account: T) => Told,
  all: number,
  { clock: { now }, tell }: Desk,
): (account: T) => void {
  const begun = now();
  let done = 0;
  return (account) => {
    const { heading, lines } = words(account);
    done += 1;
    const count = `${grouped(done)} of ${grouped(all)}`;
    if (all > 1) tell({ heading: `${count} · ${heading} · ${elapsed(now() - begun)}`, lines });
  };
}

/** `12 s`, `3 min 5 s` */
export function elapsed(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${grouped(minutes)} min ${seconds % 60} s`;
}

const named = (accountId: string, name = ''): string => `${accountId} ${name}`.trimEnd();

export function toldOfObserved(one: ObservedMember | UnreadMember): Told {
  const { accountId, name } = one.member;
  const who = named(accountId, name);
  if ('failure' in one)
    return {
      heading: `${who}: could not be read`,
      lines: one.failure.findings.map(({ message }) => message),
    };
  const trails = one.trails.map(trailInWords);
  return { heading: `${who}: read`, lines: trails.length === 0 ? ['no trail'] : trails };
}

const trailInWords = ({ name, homeRegion, bucket, prefix }: LiveTrail): string =>
  `trail ${name} in ${homeRegion}, to ${bucket}${prefix === '' ? '' : `/${prefix}`}`;

export function toldOfApplied({ accountId, steps }: MemberOutcome): Told {
  const isDone = steps.every(({ result }) => result.state === 'done');
  return {
    heading: `${accountId}: ${isDone ? 'done' : 'not finished'}`,
    lines: stepLines(steps),
  };
}

export function toldOfSearched({ observed, newestLog }: AuditedMember): Told {
  const { accountId, name } = observed.member;
  const found = newestLog === undefined ? 'not looked for' : timeOf(newestLog);
  return { heading: `${named(accountId, name)}: newest log ${found}`, lines: [] };
}

const timeOf = (time: number | null): string =>
  time === null ? 'not found' : new Date(time).toISOString();

export function toldOfDelivery({ accountId, trailName, state, ...found }: AccountDelivery): Told {
  const { detail, log, digests } = found;
  return {
    heading: `${named(accountId, trailName)}: ${state}`,
    lines: [detail, log?.key ?? '', digests?.words ?? ''].filter((line) => line !== ''),
  };
}
