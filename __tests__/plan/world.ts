// AWS in memory, for a whole run: a bucket, keys and the trails of some accounts. Every call is logged and may be made to fail,
// and time only passes by waiting. CloudTrail takes no trail that the bucket's policy does not name.

import { apply } from '../../src/plan/apply.js';
import type { BucketSettings } from '../../src/plan/bucket-plan.js';
import type { KeyDescription } from '../../src/plan/key-ports.js';
import { observe, readPolicy } from '../../src/plan/observe.js';
import type { Outcome } from '../../src/plan/outcome.js';
import { makePlan } from '../../src/plan/plan.js';
import type { Clock, MemberReader, Readers, TrailWriter, Writers } from '../../src/plan/ports.js';
import type { Member, Request } from '../../src/request/request.js';
import type { TrailExtras } from '../../src/trail/extras.js';
import type { LiveTrail, TrailSettings } from '../../src/trail/settings.js';
import { failure } from './keeper-stage.js';
import { BUCKET, CENTRAL, DEV, live, observed, requestFor } from './members.js';

export const KEY = `arn:aws:kms:ap-northeast-2:${CENTRAL}:key/1`;
export const arnIn = (account: string, name = 'DEV-CLOUDTRAIL'): string =>
  `arn:aws:cloudtrail:ap-northeast-2:${account}:trail/${name}`;

/** A member that wishes the trail DEV-CLOUDTRAIL. */
export function memberOf(
  accountId: string,
  wish: Partial<Member['trail']> = {},
  state: Member['state'] = 'present',
): Member {
  const { member } = observed([]);
  return { ...member, accountId, state, trail: { ...member.trail, ...wish } };
}

export const trailOf = (account: string, more: Partial<LiveTrail> = {}): LiveTrail =>
  live('DEV-CLOUDTRAIL', { arn: arnIn(account, more.name), ...more });

export const KEY_POLICY = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { AWS: CENTRAL }, Action: 'kms:*', Resource: '*' }],
});

export type World = {
  policy: string | null;
  /** Null: there is no such bucket. */
  settings: BucketSettings | null;
  readonly keys: Map<string, string>;
  /** All of them log, but for those that are named here. */
  readonly trails: Map<string, LiveTrail[]>;
  readonly silent: Set<string>;
  extras: TrailExtras;
  /** What the last change of a trail said. */
  sent: Partial<TrailSettings>;
  /** In order; `DEV create DEV-CLOUDTRAIL` for those of a member. */
  readonly log: string[];
  /** Errors that this call will end in, one after the other; `before`: what happens then. */
  readonly faults: Map<string, Error[]>;
  before: (call: string) => void;
  readonly clock: Clock;
};

export function worldOf(accounts: Record<string, LiveTrail[]> = { [DEV]: [] }): World {
  let time = 1_000_000;
  return {
    policy: null,
    settings: null,
    keys: new Map([[KEY, KEY_POLICY]]),
    trails: new Map(Object.entries(accounts)),
    silent: new Set(),
    extras: {},
    sent: {},
    log: [],
    faults: new Map(),
    before: () => {},
    clock: {
      now: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    },
  };
}

export const failing = (world: World, call: string, ...codes: readonly string[]): void => {
  world.faults.set(call, codes.map(failure));
};

async function called<T>(world: World, name: string, work: () => T): Promise<T> {
  await world.clock.sleep(10);
  world.log.push(name);
  world.before(name);
  const error = world.faults.get(name)?.shift();
  if (error !== undefined) throw error;
  return work();
}

const describe = (arn: string): KeyDescription => ({
  arn,
  accountId: CENTRAL,
  region: 'ap-northeast-2',
  enabled: true,
  state: 'Enabled',
  manager: 'customer',
  symmetric: true,
});

export function readersOf(world: World): Readers {
  const member = (accountId: string): MemberReader => {
    const call = <T>(name: string, work: () => T) => called(world, `${accountId} ${name}`, work);
    const of = (name: string) => world.trails.get(accountId)?.find((one) => one.name === name);
    const extra = <E extends keyof TrailExtras>(kind: E) =>
      call(kind, () => world.extras[kind] ?? null);
    const trails = {
      trails: () => call('trails', () => world.trails.get(accountId) ?? []),
      status: (name: string) =>
        call(`status ${name}`, () => {
          const trail = of(name);
          const times = { startedAt: null, stoppedAt: null, deliveredAt: null, triedAt: null };
          if (trail === undefined) return null;
          return { logging: !world.silent.has(trail.arn), error: '', ...times };
        }),
      eventSelectors: () => extra('eventSelectors'),
      insightSelectors: () => extra('insightSelectors'),
      tags: () => extra('tags'),
    };
    const topics = { policy: (arn: string) => call(`topic ${arn}`, () => '{"Statement":[]}') };
    return {
      enter: () => call('enter', () => ({ accountId, partition: 'aws' })),
      open: () => ({ trails, topics }),
    };
  };
  return {
    central: {
      session: { accountId: CENTRAL, partition: 'aws' },
      bucket: { policy: () => called(world, 'policy', () => world.policy) },
      settings: { settings: () => called(world, 'settings', () => world.settings) },
      key: (arn) => ({
        keyPolicy: () => called(world, 'key-policy', () => world.keys.get(arn) ?? ''),
        describe: () => called(world, 'describe-key', () => describe(arn)),
      }),
    },
    members: new Map([...world.trails.keys()].map((id) => [id, member(id)])),
  };
}

function trailWriter(world: World, accountId: string): TrailWriter {
  const own = () => world.trails.get(accountId) ?? [];
  const call = (kind: string, name: string, work: (trail: LiveTrail) => void) =>
    called(world, `${accountId} ${kind} ${name}`, () => {
      const trail = own().find((one) => one.name === name);
      if (trail === undefined) throw failure('TrailNotFoundException');
      work(trail);
    });
  const byArn = (arn: string) => arn.split('/')[1] ?? '';
  return {
    create: (name, settings) =>
      called(world, `${accountId} create ${name}`, () => {
        const arn = arnIn(accountId, name);
        if (own().some((one) => one.name === name)) throw failure('TrailAlreadyExistsException');
        if (!world.policy?.includes(arn)) throw failure('InsufficientS3BucketPolicyException');
        own().push(live(name, { ...settings, arn }));
        world.silent.add(arn);
      }),
    update: (name, settings) =>
      call('update', name, (trail) => {
        world.sent = settings;
        Object.assign(trail, settings);
      }),
    putEventSelectors: (name) => call('event-selectors', name, () => {}),
    putInsightSelectors: (name) => call('insight-selectors', name, () => {}),
    addTags: (arn) => call('add-tags', byArn(arn), () => {}),
    removeTags: (arn) => call('remove-tags', byArn(arn), () => {}),
    startLogging: (name) => call('start', name, ({ arn }) => world.silent.delete(arn)),
    stopLogging: (name) => call('stop', name, ({ arn }) => world.silent.add(arn)),
    delete: (name) => call('delete', name, (trail) => own().splice(own().indexOf(trail), 1)),
  };
}

function writersOf(world: World): Writers {
  const set = (name: string) => () => called(world, name, () => {});
  return {
    bucket: {
      putPolicy: (text) =>
        called(world, 'put-policy', () => {
          world.policy = text;
        }),
      deletePolicy: () =>
        called(world, 'delete-policy', () => {
          world.policy = null;
        }),
    },
    bucketSettings: {
      'create-bucket': set('create-bucket'),
      'put-public-access-block': set('put-public-access-block'),
      'put-ownership-controls': set('put-ownership-controls'),
      'put-encryption': set('put-encryption'),
      'put-versioning': set('put-versioning'),
    },
    key: (arn) => ({
      putKeyPolicy: (text) =>
        called(world, 'put-key-policy', () => {
          world.keys.set(arn, text);
        }),
    }),
    trails: (accountId) => trailWriter(world, accountId),
  };
}

/** A whole run without its reports: what was planned, what came of it, and the calls once the plan was made. */
export async function run(world: World, request: Request, meanwhile: () => void = () => {}) {
  const readers = readersOf(world);
  const seen = await observe(request, readers, world.clock, () => {});
  const plan = makePlan(request, seen);
  world.log.length = 0;
  meanwhile();
  const finished: string[] = [];
  const backups: string[] = [];
  const outcome = await apply(plan, request, seen, {
    readers,
    writers: writersOf(world),
    clock: world.clock,
    readPolicy: () => readPolicy(readers.central.bucket, request.central, world.clock),
    backup: async ({ text }) => void backups.push(`${BUCKET}: ${text}`),
    backupKey: async (arn, { text }) => void backups.push(`${arn}: ${text}`),
    finished: ({ accountId }) => void finished.push(accountId),
  });
  return { plan, outcome, finished, backups };
}

/** The calls that change something, in order. */
export const writes = ({ log }: World): readonly string[] =>
  log.filter((call) =>
    / (?:create|update|start|stop|delete|event-|insight-|add-|remove-)|^(?:put|delete|create)/.test(
      call,
    ),
  );

export const states = ({ members }: Outcome): readonly (readonly string[])[] =>
  members.map(({ steps }) => steps.map(({ result }) => result.state));

/** In which these accounts deliver already. */
export async function delivering(...accounts: readonly string[]): Promise<World> {
  const world = worldOf(Object.fromEntries(accounts.map((id) => [id, []])));
  await run(world, requestFor(accounts.map((id) => memberOf(id))));
  return world;
}
