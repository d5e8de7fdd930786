// A plan carried out: in which order things are written, what is left undone behind a failure, and what stays granted.

import { DEV, requestFor } from './members.js';
import {
  arnIn,
  delivering,
  failing,
  KEY,
  KEY_POLICY,
  memberOf,
  run,
  states,
  trailOf,
  type World,
  worldOf,
  writes,
} from './world.js';

const QA = '333333333333';
const bootstrap = { operation: 'bootstrap' } as const;
const managed = { manageKeyPolicy: true } as const;
const withKey = { settings: { kmsKeyArn: KEY } };

const leaving = (...accounts: readonly string[]) =>
  requestFor(accounts.map((id) => memberOf(id, {}, 'absent')));
const holds = ({ policy }: World, ...arns: readonly string[]): boolean =>
  arns.every((arn) => policy?.includes(arn));

/** In which QA delivers, into a bucket of which nothing is set. */
async function unset(): Promise<World> {
  const world = await delivering(QA);
  world.trails.set(DEV, []);
  world.settings = { publicAccessBlock: null, ownership: null, encryption: null, versioning: null };
  return world;
}

const READER = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:role/Auditor' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::sec-cloudtrail-log/*',
};

describe('the order of a run', () => {
  test('who joins is admitted first, and the old policy kept', async () => {
    const world = worldOf();
    const { outcome, finished, backups } = await run(world, requestFor([memberOf(DEV)]));
    expect(world.log[0]).toBe('put-policy');
    expect(writes(world)).toEqual([
      'put-policy',
      `${DEV} create DEV-CLOUDTRAIL`,
      `${DEV} start DEV-CLOUDTRAIL`,
    ]);
    expect(outcome.policy.step).toEqual({ state: 'done' });
    expect(states(outcome)).toEqual([['done', 'done']]);
    expect(finished).toEqual([DEV]);
    expect(backups).toEqual(['sec-cloudtrail-log: null']);
  });

  test('who leaves is stopped, then deleted, and then loses its grants', async () => {
    const world = await delivering(DEV, QA);
    await run(world, leaving(DEV));
    expect(writes(world)).toEqual([
      `${DEV} stop DEV-CLOUDTRAIL`,
      `${DEV} delete DEV-CLOUDTRAIL`,
      'put-policy',
    ]);
    expect(holds(world, arnIn(DEV))).toBe(false);
    expect(holds(world, arnIn(QA))).toBe(true);
  });

  test('a rename grants both, and lets go of the old one when the new one logs', async () => {
    const world = await delivering(DEV);
    await run(world, requestFor([memberOf(DEV, { name: 'NEW', replaces: 'DEV-CLOUDTRAIL' })]));
    expect(writes(world)).toEqual([
      'put-policy',
      `${DEV} create NEW`,
      `${DEV} start NEW`,
      `${DEV} stop DEV-CLOUDTRAIL`,
      `${DEV} delete DEV-CLOUDTRAIL`,
      'put-policy',
    ]);
    expect(holds(world, arnIn(DEV, 'NEW'))).toBe(true);
    expect(holds(world, arnIn(DEV))).toBe(false);
  });

  test('of a closed account the grants go, and nothing else is touched', async () => {
    const world = await delivering(DEV, QA);
    world.trails.delete(DEV);
    const { outcome, finished } = await run(world, requestFor([memberOf(DEV, {}, 'closed')]));
    expect(writes(world)).toEqual(['put-policy']);
    expect(holds(world, arnIn(DEV))).toBe(false);
    expect(states(outcome)).toEqual([[]]);
    expect(finished).toEqual([]);
  });

  test('where nothing is to be done nothing is asked', async () => {
    const world = await delivering(DEV);
    const { outcome, finished } = await run(world, requestFor([memberOf(DEV)]));
    expect(world.log).toEqual([]);
    expect(outcome).toMatchObject({ policy: { step: { state: 'unchanged' } }, findings: [] });
    expect(finished).toEqual([]);
  });

  test('a trail that is only to be started has its grants looked at once more', async () => {
    const world = await delivering(DEV);
    world.silent.add(arnIn(DEV));
    await run(world, requestFor([memberOf(DEV)]));
    expect(writes(world)).toEqual([`${DEV} start DEV-CLOUDTRAIL`]);
    expect(world.log).toContain('policy');
  });

  test('who is held back is not touched', async () => {
    const world = worldOf({ [DEV]: [trailOf(DEV, { bucket: 'another' })], [QA]: [] });
    const { outcome } = await run(world, requestFor([memberOf(DEV), memberOf(QA)]));
    expect(outcome.members.map(({ accountId }) => accountId)).toEqual([QA]);
    expect(world.log.filter((call) => call.startsWith(DEV))).toEqual([]);
  });
});

describe('what fails', () => {
  test('in one account stops that account alone', async () => {
    const world = worldOf({ [DEV]: [], [QA]: [] });
    failing(world, `${DEV} create DEV-CLOUDTRAIL`, 'AccessDenied');
    const { outcome } = await run(world, requestFor([memberOf(DEV), memberOf(QA)]));
    expect(states(outcome)).toEqual([
      ['failed', 'not-tried'],
      ['done', 'done'],
    ]);
  });

  test('while leaving keeps the grants of the trail that is still there, and of no other', async () => {
    const world = await delivering(DEV, QA);
    failing(world, `${DEV} delete DEV-CLOUDTRAIL`, 'AccessDenied');
    const { outcome } = await run(world, leaving(DEV, QA));
    expect(states(outcome)).toEqual([
      ['done', 'failed'],
      ['done', 'done'],
    ]);
    expect(holds(world, arnIn(DEV))).toBe(true);
    expect(holds(world, arnIn(QA))).toBe(false);
  });

  test('about the policy leaves every trail alone', async () => {
    const world = worldOf({ [DEV]: [], [QA]: [] });
    failing(world, 'put-policy', 'AccessDenied');
    const { outcome, finished } = await run(world, requestFor([memberOf(DEV), memberOf(QA)]));
    expect(outcome.policy).toMatchObject({
      step: { state: 'failed', findings: [{ code: 'AccessDenied' }] },
      written: null,
    });
    expect(states(outcome)).toEqual([
      ['not-tried', 'not-tried'],
      ['not-tried', 'not-tried'],
    ]);
    expect(writes(world)).toEqual(['put-policy']);
    expect(finished).toEqual([DEV, QA]);
  });

  test('is told with what happened to others meanwhile, and our own is put right', async () => {
    const world = worldOf();
    world.policy = JSON.stringify({ Statement: [READER] });
    const { outcome } = await run(world, requestFor([memberOf(DEV)]), () => {
      world.before = (call) => {
        if (call !== `${DEV} create DEV-CLOUDTRAIL`) return;
        world.before = () => {};
        world.policy = null;
      };
    });
    expect(states(outcome)).toEqual([['done', 'done']]);
    expect(holds(world, arnIn(DEV))).toBe(true);
    expect(outcome.findings).toMatchObject([
      { code: 'policy-changed-meanwhile', message: expect.stringContaining('role/Auditor') },
    ]);
  });
});

test('a policy that is another one than approved by now is not written over', async () => {
  const request = requestFor([memberOf(DEV)], bootstrap);
  const { digest } = (await run(await unset(), request)).plan;
  const world = await unset();
  const { outcome } = await run(world, { ...request, expectedPlan: digest }, () => {
    const document = JSON.parse(world.policy ?? '');
    world.policy = JSON.stringify({ ...document, Statement: [...document.Statement, READER] });
  });
  expect(outcome.policy.step).toMatchObject({
    state: 'failed',
    findings: [{ code: 'plan-not-approved' }],
  });
  expect(writes(world)).not.toContain('put-policy');
});

describe('a bootstrap', () => {
  const central = '111111111111';
  const STEPS = [
    'create-bucket',
    'put-public-access-block',
    'put-ownership-controls',
    'put-encryption',
    'put-versioning',
  ];

  test('makes the bucket ready, reads its policy anew, and goes on', async () => {
    const world = worldOf({ [central]: [] });
    const { outcome } = await run(world, requestFor([memberOf(central)], bootstrap));
    expect(world.log.slice(0, 7)).toEqual([...STEPS, 'policy', 'put-policy']);
    expect(outcome.bucket.map(({ result }) => result.state)).toEqual(STEPS.map(() => 'done'));
  });

  test('ends at the first step that fails: no policy, no trail', async () => {
    const world = worldOf({ [central]: [] });
    failing(world, 'put-ownership-controls', 'AccessDenied');
    const { outcome } = await run(world, requestFor([memberOf(central)], bootstrap));
    expect(outcome.bucket.map(({ result }) => result.state)).toEqual([
      'done',
      'done',
      'failed',
      'not-tried',
      'not-tried',
    ]);
    expect(outcome.policy).toEqual({ step: { state: 'not-tried' }, written: null });
    expect(states(outcome)).toEqual([['not-tried', 'not-tried']]);
    expect(writes(world)).toEqual(STEPS.slice(0, 3));
  });

  test('waits out what passes by itself', async () => {
    const world = worldOf({ [central]: [] });
    failing(world, 'create-bucket', 'OperationAborted');
    const { outcome } = await run(world, requestFor([memberOf(central)], bootstrap));
    expect(outcome.bucket[0]?.result).toEqual({ state: 'done' });
  });

  test('looks again at a bucket that came into being meanwhile, and keeps what was set there', async () => {
    const world = worldOf({ [central]: [] });
    failing(world, 'create-bucket', 'BucketAlreadyOwnedByYou');
    const { outcome } = await run(world, requestFor([memberOf(central)], bootstrap), () => {
      world.settings = {
        publicAccessBlock: null,
        ownership: 'ObjectWriter',
        encryption: null,
        versioning: 'Enabled',
      };
    });
    expect(outcome.bucket.map(({ result }) => result.state)).toEqual([
      'unchanged',
      'done',
      'unchanged',
      'done',
      'unchanged',
    ]);
  });
});

describe('a key', () => {
  test('that is managed is opened for the trail before it is created, and its policy kept', async () => {
    const world = worldOf();
    const { outcome, backups } = await run(world, requestFor([memberOf(DEV, withKey)], managed));
    expect(writes(world).toSorted().slice(-2)).toEqual(['put-key-policy', 'put-policy']);
    expect(writes(world).slice(2)).toEqual([
      `${DEV} create DEV-CLOUDTRAIL`,
      `${DEV} start DEV-CLOUDTRAIL`,
    ]);
    expect(world.keys.get(KEY)).toContain(arnIn(DEV));
    expect(outcome.keys).toMatchObject([{ arn: KEY, step: { state: 'done' } }]);
    expect(backups).toContain(`${KEY}: ${KEY_POLICY}`);
  });

  test('that cannot be opened stops those that would use it, and keeps what they have', async () => {
    const world = worldOf({ [DEV]: [], [QA]: [] });
    failing(world, 'put-key-policy', 'AccessDeniedException');
    const members = [memberOf(DEV, withKey), memberOf(QA)];
    const { outcome } = await run(world, requestFor(members, managed));
    expect(outcome.keys).toMatchObject([{ arn: KEY, step: { state: 'failed' } }]);
    expect(states(outcome)).toEqual([
      ['not-tried', 'not-tried'],
      ['done', 'done'],
    ]);
  });

  test('is not taken for another: each keeps what its own policy holds', async () => {
    const world = worldOf({ [DEV]: [], [QA]: [] });
    const second = KEY.replace('key/1', 'key/2');
    const { Statement } = JSON.parse(KEY_POLICY);
    const decrypting = { ...READER, Action: 'kms:Decrypt', Resource: '*' };
    world.keys.set(second, JSON.stringify({ Statement: [...Statement, decrypting] }));
    const members = [memberOf(DEV, withKey), memberOf(QA, { settings: { kmsKeyArn: second } })];
    await run(world, requestFor(members, managed));
    const held = (arn: string) =>
      ['role/Auditor', arnIn(DEV), arnIn(QA)].map((text) => world.keys.get(arn)?.includes(text));
    expect(held(KEY)).toEqual([false, true, false]);
    expect(held(second)).toEqual([true, false, true]);
  });

  test('that is only looked at is not written', async () => {
    const world = worldOf();
    await run(world, requestFor([memberOf(DEV, withKey)], managed));
    const open = world.keys.get(KEY);
    const { outcome } = await run(world, requestFor([memberOf(DEV, withKey, 'absent')]));
    expect(states(outcome)).toEqual([['done', 'done']]);
    expect(outcome.keys).toEqual([]);
    expect(world.keys.get(KEY)).toBe(open);
  });

  test('is closed again when the trail that used it is gone', async () => {
    const world = worldOf({ [DEV]: [], [QA]: [] });
    const [dev, qa] = [memberOf(DEV, withKey), memberOf(QA, withKey)];
    await run(world, requestFor([dev, qa], managed));
    await run(world, requestFor([{ ...dev, state: 'absent' }], managed));
    expect(world.keys.get(KEY)).not.toContain(arnIn(DEV));
    expect(world.keys.get(KEY)).toContain(arnIn(QA));
  });
});
