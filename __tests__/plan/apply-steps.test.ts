// The steps of one member's trail, carried out: what is waited for, and for how long.

import type { Member } from '../../src/request/request.js';
import { DEV, requestFor } from './members.js';
import {
  arnIn,
  delivering,
  failing,
  KEY,
  memberOf,
  run,
  states,
  trailOf,
  worldOf,
  writes,
} from './world.js';

const withKey = { settings: { kmsKeyArn: KEY } };

describe('CloudTrail does not see yet what the policies grant', () => {
  const create = `${DEV} create DEV-CLOUDTRAIL`;
  const foreign = { settings: { kmsKeyArn: KEY.replace('111111111111', '999999999999') } };
  const REFUSED = 'InsufficientEncryptionPolicyException';

  /** One whose key is open already, and to be managed or not. */
  async function refused(
    wish: Member['trail']['settings'],
    manageKeyPolicy: boolean,
    times: number,
  ) {
    const world = worldOf();
    await run(world, requestFor([memberOf(DEV, withKey)], { manageKeyPolicy: true }));
    world.trails.set(DEV, []);
    failing(world, create, ...Array<string>(times).fill(REFUSED));
    const begun = world.clock.now();
    const alone = { manageKeyPolicy, settleSeconds: 0 };
    const request = requestFor([memberOf(DEV, { settings: wish })], alone);
    const { outcome } = await run(world, request);
    return { outcome, world, seconds: (world.clock.now() - begun) / 1_000 };
  }

  test.each([
    ['managed', true, 1],
    ['only looked at', false, 0],
  ])(
    'a key that is %s: it is waited for, and a policy of ours is read again',
    async (_, isManaged, reads) => {
      const { outcome, world } = await refused(withKey.settings, isManaged, 1);
      expect(states(outcome)).toEqual([['done', 'done']]);
      const after = world.log.slice(world.log.indexOf(create), world.log.lastIndexOf(create));
      expect(after).toContain('policy');
      expect(after.filter((call) => call === 'key-policy').length).toBe(reads);
    },
  );

  test('of a key that nobody could look at there is less hope', async () => {
    const unknown = await refused(foreign.settings, false, 1_000);
    expect(unknown.outcome.members[0]?.steps[0]?.result).toMatchObject({
      state: 'failed',
      findings: [{ code: REFUSED }],
    });
    expect(unknown.seconds).toBeLessThan(15);
    const known = await refused(withKey.settings, false, 1_000);
    expect(states(known.outcome)).toEqual([['failed', 'not-tried']]);
    expect(known.seconds).toBeGreaterThan(60);
  });

  test('a bucket policy just written is waited for, and looked at meanwhile', async () => {
    const world = worldOf();
    failing(world, create, 'InsufficientS3BucketPolicyException');
    const { outcome } = await run(world, requestFor([memberOf(DEV)]));
    expect(states(outcome)).toEqual([['done', 'done']]);
    const after = world.log.slice(world.log.indexOf(create), world.log.lastIndexOf(create));
    expect(after).toContain('policy');
  });
});

test('a policy that CloudTrail never sees is waited for long, whether or not a key is known', async () => {
  const world = worldOf();
  failing(
    world,
    `${DEV} create DEV-CLOUDTRAIL`,
    ...Array<string>(1_000).fill('InsufficientS3BucketPolicyException'),
  );
  const begun = world.clock.now();
  const { outcome } = await run(world, requestFor([memberOf(DEV)]));
  expect(states(outcome)).toEqual([['failed', 'not-tried']]);
  expect(world.clock.now() - begun).toBeGreaterThan(60_000);
});

test('a trail that came into being meanwhile is changed where it differs, even at a loss; the rest follows once', async () => {
  const world = worldOf();
  const eventSelectors = { kind: 'basic', selectors: [{ ReadWriteType: 'WriteOnly' }] } as const;
  const wish = { settings: { kmsKeyArn: '' }, extras: { eventSelectors } };
  const { outcome } = await run(world, requestFor([memberOf(DEV, wish)]), () => {
    world.trails.get(DEV)?.push(trailOf(DEV, { kmsKeyArn: KEY }));
  });
  expect(states(outcome)).toEqual([['done', 'done', 'done']]);
  expect(world.sent).toEqual({ kmsKeyArn: '' });
  expect(writes(world)).toEqual([
    'put-policy',
    ...['create', 'update', 'event-selectors', 'start'].map(
      (kind) => `${DEV} ${kind} DEV-CLOUDTRAIL`,
    ),
  ]);
});

describe("a trail's steps", () => {
  const extras = {
    eventSelectors: { kind: 'basic', selectors: [{ ReadWriteType: 'WriteOnly' }] },
    insightSelectors: ['ApiCallRateInsight'],
    tags: { team: 'audit' },
  } as const;

  test('are all carried out, in order', async () => {
    const world = await delivering(DEV);
    await run(world, requestFor([memberOf(DEV, { extras, settings: { prefix: 'new' } })]));
    expect(writes(world)).toEqual([
      'put-policy',
      `${DEV} update DEV-CLOUDTRAIL`,
      `${DEV} event-selectors DEV-CLOUDTRAIL`,
      `${DEV} insight-selectors DEV-CLOUDTRAIL`,
      `${DEV} add-tags DEV-CLOUDTRAIL`,
    ]);
    world.extras = extras;
    await run(world, requestFor([memberOf(DEV, { extras: { tags: {} } })]));
    expect(writes(world)).toEqual([`${DEV} remove-tags DEV-CLOUDTRAIL`]);
  });

  test.each(['stop', 'delete'])('%s of a trail that is gone by then is done', async (kind) => {
    const world = await delivering(DEV);
    failing(world, `${DEV} ${kind} DEV-CLOUDTRAIL`, 'TrailNotFoundException');
    const { outcome } = await run(world, requestFor([memberOf(DEV, {}, 'absent')]));
    expect(states(outcome)).toEqual([['done', 'done']]);
  });

  test('starting a trail that is gone by then is not', async () => {
    const world = await delivering(DEV);
    world.silent.add(arnIn(DEV));
    failing(world, `${DEV} start DEV-CLOUDTRAIL`, 'TrailNotFoundException');
    const { outcome } = await run(world, requestFor([memberOf(DEV)]));
    expect(states(outcome)).toEqual([['failed']]);
  });

  test('a trail just created may be unknown to the next step: it is waited for', async () => {
    const world = worldOf();
    failing(world, `${DEV} start DEV-CLOUDTRAIL`, 'TrailNotFoundException');
    const { outcome } = await run(world, requestFor([memberOf(DEV)]));
    expect(states(outcome)).toEqual([['done', 'done']]);
  });

  test.each(['ThrottlingException', 'ConflictException'])('%s is waited out', async (code) => {
    const world = worldOf();
    failing(world, `${DEV} create DEV-CLOUDTRAIL`, code);
    const { outcome } = await run(world, requestFor([memberOf(DEV)]));
    expect(states(outcome)).toEqual([['done', 'done']]);
  });

  const logs = {
    cloudWatchLogGroupArn: `arn:aws:logs:ap-northeast-2:${DEV}:log-group:trails:*`,
    cloudWatchRoleArn: `arn:aws:iam::${DEV}:role/ToLogs`,
  };

  test.each([
    ['multiRegion', { multiRegion: false, globalServiceEvents: true }],
    ['cloudWatchRoleArn', logs],
  ])('settings that CloudTrail couples (%s) are sent together', async (_, settings) => {
    const before = { ...logs, cloudWatchRoleArn: `arn:aws:iam::${DEV}:role/Old` };
    const world = worldOf({ [DEV]: [trailOf(DEV, before)] });
    await run(world, requestFor([memberOf(DEV, { settings })]));
    expect(world.sent).toEqual(settings);
  });
});
