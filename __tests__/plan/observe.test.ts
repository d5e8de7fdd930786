// What is read of AWS for a run, what is not, and what a failure to read does to the run.

import { observe } from '../../src/plan/observe.js';
import type { Request } from '../../src/request/request.js';
import { CENTRAL, DEV, requestFor } from './members.js';
import { arnIn, failing, KEY, memberOf, readersOf, trailOf, type World, worldOf } from './world.js';

const QA = '333333333333';
const ROLE = 'arn:aws:iam::111111111111:role/R';
const WRITES = { kind: 'basic', selectors: [{ ReadWriteType: 'WriteOnly' }] } as const;
const EXTRAS = {
  eventSelectors: WRITES,
  insightSelectors: ['ApiCallRateInsight'],
  tags: { team: 'audit' },
} as const;

async function observing(world: World, request: Request) {
  const seen: string[] = [];
  const observed = await observe(request, readersOf(world), world.clock, ({ member }) =>
    seen.push(member.accountId),
  );
  return { ...observed, seen };
}
/** The calls about a trail and its key beyond those that every run makes. */
const more = ({ log }: World): readonly string[] =>
  log.filter((call) => !/^policy$| enter$| trails$| status DEV-CLOUDTRAIL$/.test(call)).toSorted();
const delivering = (): World => worldOf({ [DEV]: [trailOf(DEV)] });

describe('a member', () => {
  test('has its trails and their state read, and nothing that nobody mentions', async () => {
    const world = delivering();
    const { members, seen } = await observing(world, requestFor([memberOf(DEV)]));
    expect(members).toMatchObject([
      { trailArn: arnIn(DEV), trails: [{ arn: arnIn(DEV) }], logging: true, extras: {} },
    ]);
    expect(members).toMatchObject([{ status: { logging: true } }]);
    expect(members[0]).not.toHaveProperty('replacedArn');
    expect(seen).toEqual([DEV]);
    expect(more(world)).toEqual([]);
  });

  test('without such a trail logs nothing', async () => {
    const { members } = await observing(worldOf(), requestFor([memberOf(DEV)]));
    expect(members).toMatchObject([{ trails: [], logging: false }]);
    expect(members[0]).not.toHaveProperty('status');
  });

  test('has read of it what is mentioned', async () => {
    const world = delivering();
    world.extras = EXTRAS;
    const { members } = await observing(world, requestFor([memberOf(DEV, { extras: EXTRAS })]));
    expect(members).toMatchObject([{ extras: EXTRAS }]);
    expect(more(world)).toEqual(
      ['eventSelectors', 'insightSelectors', 'tags'].map((kind) => `${DEV} ${kind}`),
    );
  });

  test('has all read of the trail that it replaces, for the new one gets it', async () => {
    const world = worldOf({ [DEV]: [trailOf(DEV, { name: 'OLD' })] });
    world.extras = EXTRAS;
    const { members } = await observing(world, requestFor([memberOf(DEV, { replaces: 'OLD' })]));
    expect(members).toMatchObject([
      {
        replacedArn: arnIn(DEV, 'OLD'),
        logging: false,
        extras: {},
        replacedLogging: true,
        replacedExtras: EXTRAS,
      },
    ]);
  });

  test('that is closed is not entered', async () => {
    const world = worldOf();
    const { members, seen } = await observing(world, requestFor([memberOf(DEV, {}, 'closed')]));
    expect(members).toMatchObject([{ trailArn: arnIn(DEV), trails: [], logging: false }]);
    expect(world.log).toEqual(['policy']);
    expect(seen).toEqual([DEV]);
  });

  test('that cannot be read does not hold back the others', async () => {
    const world = worldOf({ [DEV]: [], [QA]: [] });
    failing(world, `${DEV} trails`, 'AccessDenied');
    const { members, seen } = await observing(world, requestFor([memberOf(DEV), memberOf(QA)]));
    expect(members).toMatchObject([
      { member: { accountId: DEV }, failure: { awsCode: 'AccessDenied' } },
      { member: { accountId: QA }, trails: [] },
    ]);
    expect(seen.toSorted()).toEqual([DEV, QA]);
  });

  test('whose calls are throttled is asked again', async () => {
    const world = delivering();
    failing(world, `${DEV} trails`, 'ThrottlingException');
    const { members } = await observing(world, requestFor([memberOf(DEV)]));
    expect(members).toMatchObject([{ logging: true }]);
  });

  test('a fault of the program is no account that could not be read', async () => {
    const world = delivering();
    world.faults.set(`${DEV} trails`, [new TypeError('ours')]);
    await expect(observing(world, requestFor([memberOf(DEV)]))).rejects.toThrow('ours');
    await expect(observing(delivering(), requestFor([memberOf(QA)]))).rejects.toThrow(QA);
  });
});

describe('what only certain steps need', () => {
  const changing = memberOf(DEV, { settings: { logFileValidation: false } });
  const TOPIC = `arn:aws:sns:ap-northeast-2:${DEV}:trails`;
  const announcing = memberOf(DEV, { settings: { snsTopicArn: TOPIC } });

  test('the tags of a trail that is to be changed', async () => {
    const world = delivering();
    world.extras = { tags: { terraform: 'true' } };
    const { members } = await observing(world, requestFor([changing]));
    expect(members).toMatchObject([{ extras: { tags: { terraform: 'true' } } }]);
    expect(more(world)).toEqual([`${DEV} tags`]);
  });

  test('are none where it has none, and told where they could not be read', async () => {
    expect((await observing(delivering(), requestFor([changing]))).members).toMatchObject([
      { extras: { tags: {} } },
    ]);
    const world = delivering();
    failing(world, `${DEV} tags`, 'AccessDenied');
    const { members } = await observing(world, requestFor([changing]));
    expect(members).toMatchObject([{ tagsUnread: 'AccessDenied', extras: {} }]);
  });

  test.each<[string, readonly string[], object]>([
    ['the policy of a topic that is to be set', [], { document: { Statement: [] } }],
    ['one that is not there', ['NotFoundException'], { document: null }],
    ['one that could not be read', ['AuthorizationError'], { unread: 'AuthorizationError' }],
  ])('%s', async (_, codes, topic) => {
    const world = worldOf();
    failing(world, `${DEV} topic ${TOPIC}`, ...codes);
    const { members } = await observing(world, requestFor([announcing]));
    expect(members).toMatchObject([{ topic }]);
    expect(more(world)).toEqual([`${DEV} topic ${TOPIC}`]);
  });

  test('is not read by an audit', async () => {
    const world = delivering();
    const audit = { operation: 'audit', mode: 'plan' } as const;
    world.policy = '{"Statement":[]}';
    const { bucket, policy } = await observing(world, requestFor([changing], audit));
    expect(more(world)).toEqual(['settings']);
    expect({ bucket, text: policy.text }).toEqual({ bucket: null, text: world.policy });
  });
});

describe('the bucket', () => {
  const bootstrap = { operation: 'bootstrap' } as const;

  test.each(['onboard', 'offboard'] as const)('has no settings read for %s', async (operation) => {
    const world = delivering();
    expect(await observing(world, requestFor([memberOf(DEV)], { operation }))).not.toHaveProperty(
      'bucket',
    );
    expect(world.log).not.toContain('settings');
  });

  test('that is still to be made has no policy, for a bootstrap alone', async () => {
    const world = worldOf({ [CENTRAL]: [] });
    failing(world, 'policy', 'NoSuchBucket');
    const { bucket, policy } = await observing(world, requestFor([memberOf(CENTRAL)], bootstrap));
    expect(bucket).toBeNull();
    expect(policy).toMatchObject({ text: null, document: null });
    failing(world, 'policy', 'NoSuchBucket');
    await expect(observing(world, requestFor([memberOf(CENTRAL)]))).rejects.toThrow('NoSuchBucket');
  });

  test('that is of another account is told as the settings tell it', async () => {
    const world = worldOf({ [CENTRAL]: [] });
    failing(world, 'policy', 'AccessDenied');
    failing(world, 'settings', 'bucket-owned-by-another');
    const request = requestFor([memberOf(CENTRAL)], bootstrap);
    await expect(observing(world, request)).rejects.toThrow('bucket-owned-by-another');
  });

  test.each(['AccessDenied', 'network'])(
    'whose policy cannot be read (%s) has none that may be written over',
    async (code) => {
      for (const operation of ['onboard', 'bootstrap', 'audit'] as const) {
        const world = worldOf({ [CENTRAL]: [] });
        failing(world, 'policy', code);
        const request = requestFor([memberOf(CENTRAL)], { operation });
        await expect(observing(world, request)).rejects.toThrow(code);
      }
    },
  );

  test('whose policy is no policy stops the run, with account and cause', async () => {
    const world = delivering();
    world.policy = '{"Statement": 7}';
    await expect(observing(world, requestFor([memberOf(DEV)]))).rejects.toMatchObject({
      findings: [
        {
          severity: 'error',
          code: 'policy-unreadable',
          account: CENTRAL,
          message: expect.stringMatching(
            /policy of bucket sec-cloudtrail-log in account 111111111111 .*: .+/,
          ),
          remedy: expect.stringMatching(/.+/),
        },
      ],
      cause: expect.anything(),
    });
  });
});

describe('keys', () => {
  const withKey = { settings: { kmsKeyArn: KEY } };
  const managed = { manageKeyPolicy: true } as const;
  const read = ({ keys }: Awaited<ReturnType<typeof observing>>) => keys.map(({ arn }) => arn);

  test.each<[string, Request, readonly string[]]>([
    ['one that is named', requestFor([memberOf(DEV, withKey)]), [KEY]],
    ['one that two name, once', requestFor([memberOf(DEV, withKey), memberOf(QA, withKey)]), [KEY]],
    ['one that a trail has', requestFor([memberOf(DEV)]), [KEY]],
    [
      'one that a trail has, and another names',
      requestFor([memberOf(DEV), memberOf(QA, withKey)]),
      [KEY],
    ],
    [
      'one that the replaced trail has',
      requestFor([memberOf(DEV, { name: 'NEW', replaces: 'DEV-CLOUDTRAIL' })]),
      [KEY],
    ],
    ['none that is taken off', requestFor([memberOf(DEV, { settings: { kmsKeyArn: '' } })]), []],
    ['none of who leaves', requestFor([memberOf(DEV, withKey, 'absent')]), []],
    ['but for one that is managed', requestFor([memberOf(DEV, withKey, 'absent')], managed), [KEY]],
    ['none that a leaving trail has', requestFor([memberOf(DEV, {}, 'absent')], managed), []],
    [
      'none for an audit',
      requestFor([memberOf(DEV), memberOf(QA, withKey)], { operation: 'audit' }),
      [],
    ],
  ])('looked at is %s', async (_, request, arns) => {
    const world = worldOf({ [DEV]: [trailOf(DEV, { kmsKeyArn: KEY })], [QA]: [] });
    expect(read(await observing(world, request))).toEqual(arns);
  });

  test.each([
    ['of another account', KEY.replace(CENTRAL, '999999999999')],
    ['of another Region', KEY.replace('ap-northeast-2', 'us-east-1')],
  ])('none %s', async (_, kmsKeyArn) => {
    const world = worldOf();
    const request = requestFor([memberOf(DEV, { settings: { kmsKeyArn } })]);
    expect(read(await observing(world, request))).toEqual([]);
  });

  test('none that only another trail of the account has', async () => {
    const world = worldOf({ [DEV]: [trailOf(DEV, { name: 'OTHER', kmsKeyArn: KEY })] });
    expect(read(await observing(world, requestFor([memberOf(DEV)])))).toEqual([]);
  });

  test('of a member that could not be read are none', async () => {
    const world = worldOf({ [DEV]: [trailOf(DEV, { kmsKeyArn: KEY })] });
    failing(world, `${DEV} enter`, 'AccessDenied');
    expect(read(await observing(world, requestFor([memberOf(DEV)])))).toEqual([]);
  });

  test.each(['key-policy', 'describe-key'])(
    'that cannot be read (%s) stop nothing',
    async (call) => {
      const world = worldOf();
      failing(world, call, 'AccessDeniedException');
      const { keys } = await observing(world, requestFor([memberOf(DEV, withKey)]));
      expect(keys).toMatchObject([{ arn: KEY, failure: { awsCode: 'AccessDeniedException' } }]);
    },
  );

  test('whose policy is none are told with key and account', async () => {
    const world = worldOf();
    world.keys.set(KEY, '{"Statement": 7}');
    const { keys } = await observing(world, requestFor([memberOf(DEV, withKey)]));
    expect(keys).toMatchObject([
      {
        failure: {
          findings: [
            {
              code: 'key-policy-unreadable',
              account: CENTRAL,
              message: expect.stringMatching(/policy of key .*key\/1 .*: .+/),
              remedy: expect.stringMatching(/.+/),
            },
          ],
        },
      },
    ]);
  });
});

describe('accounts that no session policy limits', () => {
  const entered = { ...memberOf(QA), roleArn: ROLE };

  test.each<[string, Request, readonly string[]]>([
    ['all that are entered without a role', requestFor([memberOf(DEV), entered]), [CENTRAL, DEV]],
    ['the central one once', requestFor([memberOf(CENTRAL)]), [CENTRAL]],
    ['no closed one', requestFor([memberOf(DEV, {}, 'closed')]), [CENTRAL]],
    [
      'none where all have roles',
      requestFor([entered], { central: { ...requestFor([]).central, roleArn: ROLE } }),
      [],
    ],
  ])('are %s', async (_, request, accounts) => {
    const world = worldOf({ [DEV]: [], [QA]: [], [CENTRAL]: [] });
    expect((await observing(world, request)).unlimitedAccounts).toEqual(accounts);
  });

  test('and no one that could not be read', async () => {
    const world = worldOf();
    failing(world, `${DEV} enter`, 'AccessDenied');
    expect((await observing(world, requestFor([memberOf(DEV)]))).unlimitedAccounts).toEqual([
      CENTRAL,
    ]);
  });
});
