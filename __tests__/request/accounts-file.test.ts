// The accounts file as its writer meets it: what counts where several places give a value, and each mistake told at its line
// and column.

import fc from 'fast-check';
import type { Finding } from '../../src/policy/index.js';
import { UserError } from '../../src/problem.js';
import { readAccountsFile } from '../../src/request/accounts-file.js';
import { readInputs } from '../../src/request/inputs.js';
import type { Request } from '../../src/request/request.js';

type Given = { readonly [name: string]: string };

const EXAMPLE = `
central:
  account-id: "111111111111"
  role-arn: arn:aws:iam::111111111111:role/Central
  bucket: sec-cloudtrail-log
  region: ap-northeast-2
defaults:
  role-arn: arn:aws:iam::{account-id}:role/Member
  trail-name: "{account-name}-CLOUDTRAIL"
accounts:
  - { id: "222222222222", name: DEV }
  - { id: "333333333333", name: PRD, trail-name: PRD-AUDIT, replaces-trail: PRD-CLOUDTRAIL }
  - { id: "444444444444", name: OLD, state: absent }
`;

async function read(
  file: string | Uint8Array,
  inputs: Given = {},
  env: Given = {},
): Promise<Request> {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const accounts = await readAccountsFile('accounts.yml', { bytes });
  return readInputs(
    {
      text: (name) => inputs[name] ?? '',
      names: Object.keys(inputs),
      environment: { RUNNER_TEMP: '/tmp', ...env },
      event: { name: 'push', fork: false },
    },
    accounts,
  );
}

async function faults(...given: Parameters<typeof read>): Promise<readonly Finding[]> {
  try {
    await read(...given);
  } catch (error) {
    if (error instanceof UserError) return error.findings;
    throw error;
  }
  return [];
}

const messages = async (...given: Parameters<typeof read>): Promise<readonly string[]> =>
  (await faults(...given)).map(({ message }) => message);

/** The example with one account instead of its three. */
const one = (account: string): string =>
  EXAMPLE.replace(/accounts:[\s\S]*/, () => `accounts:\n  - ${account}\n`);

test('the example: central, defaults, placeholders, states', async () => {
  const { central, members } = await read(EXAMPLE);
  expect(central).toEqual({
    accountId: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/Central',
    bucket: 'sec-cloudtrail-log',
    bucketRegion: 'ap-northeast-2',
  });
  const role = (id: string) => `arn:aws:iam::${id}:role/Member`;
  const rest = { region: 'ap-northeast-2' };
  const wish = { settings: {}, extras: {} };
  expect(members).toEqual([
    {
      ...rest,
      accountId: '222222222222',
      name: 'DEV',
      state: 'present',
      roleArn: role('222222222222'),
      trail: { ...wish, name: 'DEV-CLOUDTRAIL' },
    },
    {
      ...rest,
      accountId: '333333333333',
      name: 'PRD',
      state: 'present',
      roleArn: role('333333333333'),
      trail: { ...wish, name: 'PRD-AUDIT', replaces: 'PRD-CLOUDTRAIL' },
    },
    {
      ...rest,
      accountId: '444444444444',
      name: 'OLD',
      state: 'absent',
      roleArn: role('444444444444'),
      trail: { ...wish, name: 'OLD-CLOUDTRAIL' },
    },
  ]);
});

test('JSON says the same, indented with tabs or spaces, with or without a byte order mark', async () => {
  const { parse } = await import('yaml');
  const value: unknown = parse(EXAMPLE);
  const wanted = await read(EXAMPLE);
  for (const indent of [0, 2, '\t'])
    expect(await read(`\uFEFF${JSON.stringify(value, null, indent)}`)).toEqual(wanted);
  expect(await read(EXAMPLE.replaceAll('\n', '\r\n'))).toEqual(wanted);
});

describe('what counts, first found', () => {
  const region = async (account: string, defaults: string, central: string, inputs: Given) =>
    (
      await read(
        EXAMPLE.replace('  region: ap-northeast-2\n', central)
          .replace('defaults:\n', `defaults:\n${defaults}`)
          .replace('name: DEV', `name: DEV${account}`),
        inputs,
        { AWS_REGION: 'sa-east-1' },
      )
    ).members[0]?.region;

  test.each<[string, string, string, string, Given]>([
    [
      'us-east-1',
      ', region: us-east-1',
      '  region: us-east-2\n',
      '  region: eu-west-1\n',
      { region: 'eu-west-2' },
    ],
    ['eu-west-2', '', '  region: us-east-2\n', '  region: eu-west-1\n', { region: 'eu-west-2' }],
    ['us-east-2', '', '  region: us-east-2\n', '  region: eu-west-1\n', {}],
    ['eu-west-1', '', '', '  region: eu-west-1\n', {}],
    ['sa-east-1', '', '', '', {}],
  ])('%s', async (wanted, account, defaults, central, inputs) => {
    expect(await region(account, defaults, central, inputs)).toBe(wanted);
  });

  test("the input region is the trails'; the bucket stays where central says it is", async () => {
    const { central, members } = await read(EXAMPLE, { region: 'us-east-1' });
    expect([central.bucketRegion, members[0]?.region]).toEqual(['ap-northeast-2', 'us-east-1']);
  });

  test('an input wins over central', async () => {
    expect((await read(EXAMPLE, { bucket: 'another-bucket' })).central.bucket).toBe(
      'another-bucket',
    );
  });

  test("central's key is every trail's, until defaults or an account name another", async () => {
    const key = (id: string) => `arn:aws:kms:ap-northeast-2:111111111111:key/${id}`;
    const text = EXAMPLE.replace('  bucket:', `  kms-key-arn: ${key('a')}\n  bucket:`).replace(
      'name: DEV',
      'name: DEV, kms-key-arn: none',
    );
    const { members } = await read(text);
    expect(members.map(({ trail }) => trail.settings.kmsKeyArn)).toEqual(['', key('a'), key('a')]);
  });

  test("central's own trail is not the members'", async () => {
    const text = EXAMPLE.replace('  bucket:', '  trail-name: SEC-CLOUDTRAIL\n  bucket:');
    expect((await read(text)).members[0]?.trail.name).toBe('DEV-CLOUDTRAIL');
    const { members } = await read(text, { operation: 'bootstrap' });
    expect(members).toMatchObject([
      { accountId: '111111111111', trail: { name: 'SEC-CLOUDTRAIL' } },
    ]);
  });

  test('settings may be given as YAML values or as an input would have them', async () => {
    const settings = (
      await read(
        one(
          '{ id: "222222222222", name: DEV, multi-region: true, log-file-validation: "false", tags: { a=b: "c d" }, insight-selectors: [ApiCallRateInsight], event-selectors: [{ ReadWriteType: All }] }',
        ),
      )
    ).members[0]?.trail;
    expect(settings).toMatchObject({
      settings: { multiRegion: true, logFileValidation: false },
      extras: {
        tags: { 'a=b': 'c d' },
        insightSelectors: ['ApiCallRateInsight'],
        eventSelectors: { kind: 'basic', selectors: [{ ReadWriteType: 'All' }] },
      },
    });
  });
});

test('all faults come out at once, each with its line and column', async () => {
  const text = `central:
  account-id: 111111111111
  bukcet: sec-cloudtrail-log
  bucket: Sec_Log
defaults:
  trail-name: x
  member-role-arn: y
accounts:
  - { id: 012345678901, name: A }
  - { id: "222222222222", name: B, trail_name: B-TRAIL }
  - { id: "222222222222", name: C }
  - { name: D, multi-region: 1 }
  - { id: "333333333333", state: gone }
surplus: true
`;
  const found = await faults(text, { region: 'eu-west-1', 'max-parallel': '0' });
  expect(
    found.map(({ at, message }) => `${at?.line ?? '-'}:${at?.column ?? '-'} ${message}`),
  ).toEqual([
    '2:15 accounts.yml:2:15: the account ID 111111111111 is not in quotes, so YAML reads it as the number 111111111111 and a leading zero is lost.',
    '3:3 accounts.yml:3:3: "bukcet" is no key that central can have.',
    '7:3 accounts.yml:7:3: "member-role-arn" is no key that defaults can have.',
    '9:11 accounts.yml:9:11: the account ID 012345678901 is not in quotes, so YAML reads it as the number 12345678901 and a leading zero is lost.',
    '10:36 accounts.yml:10:36: "trail_name" is no key that an account can have.',
    '12:5 accounts.yml:12:5: the account has no id.',
    '12:30 accounts.yml:12:30: multi-region "1" is neither true nor false.',
    '13:34 accounts.yml:13:34: state "gone" is not one of present, absent, closed.',
    '14:1 accounts.yml:14:1: "surplus" is no key that the file can have.',
    '4:11 accounts.yml:4:11: bucket "Sec_Log" is not a valid bucket name.',
    '11:11 accounts.yml:11:11: account 222222222222 is listed already in line 10.',
    '6:15 accounts.yml:6:15: trail-name "x" is not a valid trail name.',
    '-:- Input max-parallel "0" is no whole number from 1 to 64.',
  ]);
  expect(found.map(({ remedy }) => remedy).slice(0, 5)).toEqual([
    'Put it in quotes: "111111111111".',
    'Write bucket, or take it out.',
    'Write role-arn, or take it out.',
    'Put it in quotes: "012345678901".',
    'Write trail-name, or take it out.',
  ]);
});

test.each([
  '0o12345670123',
  '0x1B2C3D4E5F',
  '2.22222222222e11',
  '222222222222.0',
  '012345670123',
  '.5',
])('the account ID %s without quotes is told as a number', async (id) => {
  const [fault, ...others] = await faults(one(`{ id: ${id}, name: DEV }`));
  expect(fault).toMatchObject({
    message: expect.stringContaining(`the account ID ${id} is not in quotes, so YAML reads it`),
    remedy: expect.stringContaining('in quotes'),
    at: { file: 'accounts.yml', line: 11, column: 11 },
  });
  expect(others).toEqual([]);
});

test.each([
  ['222_222_222_222', 'id "222_222_222_222" is not an AWS account ID'],
  ['1:23', 'id "1:23" is not an AWS account ID'],
  ['"22222222222"', 'id "22222222222" is not an AWS account ID'],
  ['~', 'id has no value'],
  ['true', 'id "true" is not text'],
  ['[1]', 'id is not text'],
])('the account ID %s is refused', async (id, problem) => {
  const found = await messages(one(`{ id: ${id}, name: DEV }`));
  expect(found).toEqual([`accounts.yml:11:11: ${problem}.`]);
});

test('words that YAML 1.1 took for true and false are told where a flag is wanted', async () => {
  expect(await messages(one('{ id: "222222222222", name: NO, multi-region: yes }'))).toEqual([
    'accounts.yml:11:51: multi-region "yes" is neither true nor false.',
  ]);
});

describe('a file that is no list of accounts', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['empty', '', '1:1: the file is no table of keys and values'],
    ['a list', '- a\n', '1:1: the file is no table of keys and values'],
    ['text', 'hello', '1:1: the file "hello" is no table of keys and values'],
    ['accounts as a table', 'accounts: { a: b }', '1:11: accounts is no list of accounts'],
    [
      'an account that is text',
      'accounts: ["222222222222"]',
      '1:12: the account "222222222222" is no table of keys and values',
    ],
    ['UTF-16', Buffer.from('\uFEFFaccounts: []', 'utf16le'), '1:1: the accounts file is not UTF-8'],
    ['Latin-1', Buffer.from('# Z\xfcrich', 'latin1'), '1:1: the accounts file is not UTF-8'],
    ['two documents', 'a: 1\n---\nb: 1\n', '2:1: a second document begins'],
    ['a tab as indentation', 'central:\n\tbucket: x\n', '2:1: Tabs are not allowed as indentation'],
    [
      'a key twice',
      'central: {}\ncentral: {}\n',
      '2:1: the key "central" stands twice in one table',
    ],
    [
      'an alias',
      'defaults: &d {}\ncentral: *d\n',
      '2:10: the alias *d stands for something written elsewhere',
    ],
    ['a merge key', 'defaults:\n  <<: {}\n', '2:3: the merge key << is not part of YAML 1.2'],
    [
      'YAML 1.1',
      '%YAML 1.1\n---\ncentral: {}\n',
      '1:1: the file asks for YAML 1.1, in which no, on and 0123 mean something else',
    ],
    ['an unknown tag', 'central: !vault x\n', '1:10: Unresolved tag: !vault'],
    [
      '__proto__',
      '__proto__: { accounts: [] }\n',
      '1:1: "__proto__" is no key that the file can have',
    ],
    [
      'constructor',
      'central: { constructor: x }\n',
      '1:12: "constructor" is no key that central can have',
    ],
    ['no accounts', 'accounts: []', 'Input accounts-file lists no account'],
  ])('%s', async (_name, text, problem) => {
    const found = await messages(text, { region: 'eu-west-1' });
    expect(found.some((message) => message.includes(problem))).toBe(true);
  });

  test('a bomb of aliases or of depth ends at once, with a fault', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`,
    );
    const bomb = ['a0: &a0 x', ...levels].join('\n');
    expect((await messages(bomb))[0]).toMatch(/alias/);
    expect((await messages('['.repeat(100_000)))[0]).toMatch(/^accounts\.yml:1:/);
  });

  test('nothing that anybody writes is more than a fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ maxLength: 200 }),
        async (bytes, text) => {
          for (const file of [bytes, text, one(text)])
            for (const { code, remedy } of await faults(file)) {
              expect(code).toMatch(/^(?:accounts-file|input)-invalid$/);
              expect(remedy).not.toBe('');
            }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a hostile name cannot leave its place in a message', async () => {
    const [message] = await messages(
      one(String.raw`{ id: "222222222222", name: "x\n::error::", "\n::set-env": y }`),
    );
    expect(message).not.toContain('\n');
  });
});

describe('account names', () => {
  test('an account without a name cannot have one in its trail', async () => {
    expect(await messages(one('{ id: "222222222222" }'))).toEqual([
      'accounts.yml:9:15: trail-name "{account-name}-CLOUDTRAIL" holds {account-name}, but account 222222222222 has no name.',
    ]);
  });

  test('a name that makes no trail name is told with the account', async () => {
    expect(await messages(one('{ id: "222222222222", name: My App }'))).toEqual([
      'accounts.yml:9:15: trail-name "{account-name}-CLOUDTRAIL" gives "My App-CLOUDTRAIL" for account 222222222222, which is not a valid trail name.',
    ]);
  });

  test('a name with dollar signs is taken as it stands', async () => {
    expect((await messages(one('{ id: "222222222222", name: "$&" }')))[0]).toContain(
      'gives "$&-CLOUDTRAIL"',
    );
  });
});

test('a value that is wrong for all accounts is told once, at its place', async () => {
  expect(await messages(EXAMPLE.replace('"{account-name}-CLOUDTRAIL"', 'x'))).toEqual([
    'accounts.yml:9:15: trail-name "x" is not a valid trail name.',
  ]);
  expect(await messages(EXAMPLE, { tags: '=' })).toHaveLength(1);
});

test('contradictions between values are told at the place of the value', async () => {
  expect(
    await messages(
      `${EXAMPLE}  - { id: "111111111111", name: SEC }
  - { id: "555555555555", name: X, role-arn: "arn:aws:iam::666666666666:role/R" }
  - { id: "777777777777", name: Y, trail-name: Y-1, replaces-trail: Y-1 }
  - { id: "888888888888", name: Z, state: absent, replaces-trail: Z-1 }
`,
    ),
  ).toEqual([
    'accounts.yml:17:67: replaces-trail is given for an account that leaves.',
    'accounts.yml:15:46: role-arn is a role of account 666666666666, but it is for account 555555555555.',
    'accounts.yml:14:11: id names 111111111111, the central account.',
    'accounts.yml:16:69: replaces-trail and trail-name are the same.',
  ]);
});

describe('with the input member-account-id', () => {
  test('the run is limited to those accounts of the file', async () => {
    const { members } = await read(EXAMPLE, { 'member-account-id': '444444444444,222222222222' });
    expect(members.map(({ accountId, state }) => [accountId, state])).toEqual([
      ['222222222222', 'present'],
      ['444444444444', 'absent'],
    ]);
  });

  test('an account that the file does not list is a fault', async () => {
    expect(await messages(EXAMPLE, { 'member-account-id': '999999999999' })).toEqual([
      'Input member-account-id names 999999999999, which accounts.yml does not list.',
    ]);
  });

  test('a file without accounts gives central and defaults', async () => {
    const text = EXAMPLE.replace(/accounts:[\s\S]*/, '').replace(
      '{account-name}',
      'T-{account-id}',
    );
    const { members } = await read(text, { 'member-account-id': '222222222222' });
    expect(members).toMatchObject([{ trail: { name: 'T-222222222222-CLOUDTRAIL' } }]);
    expect(await messages(text)).toContain('Input member-account-id is missing.');
  });
});

describe('offboard', () => {
  const STATELESS = EXAMPLE.replace(', state: absent', '').replace(
    ', replaces-trail: PRD-CLOUDTRAIL',
    '',
  );

  test('never takes a whole file for the accounts that leave', async () => {
    expect(await messages(STATELESS, { operation: 'offboard' })).toEqual([
      'Input operation is offboard, which would remove every account of accounts.yml.',
    ]);
  });

  test.each([
    ['', 'absent'],
    ['true', 'closed'],
  ])(
    'takes those that member-account-id names, with grants-only "%s"',
    async (grantsOnly, state) => {
      const inputs = {
        operation: 'offboard',
        'grants-only': grantsOnly,
        'member-account-id': '333333333333',
      };
      expect((await read(STATELESS, inputs)).members).toMatchObject([
        { accountId: '333333333333', state },
      ]);
    },
  );

  test('contradicts an account that is to be present', async () => {
    const text = STATELESS.replace('name: DEV', 'name: DEV, state: present');
    expect(
      await messages(text, { operation: 'offboard', 'member-account-id': '222222222222' }),
    ).toEqual([
      "accounts.yml:11:11: account 222222222222 has 'state: present', but the operation is offboard.",
    ]);
  });
});

test('five thousand accounts are read in moments, and share what they have in common', async () => {
  const entries = Array.from(
    { length: 5_000 },
    (_, at) => `  - { id: "${100_000_000_000 + at}", name: A${at} }`,
  );
  const text = EXAMPLE.replace(
    /accounts:[\s\S]*/,
    `  event-selectors: [{ ReadWriteType: All }]\naccounts:\n${entries.join('\n')}\n`,
  );
  const startedAt = performance.now();
  const { members } = await read(text);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(members).toHaveLength(5_000);
  expect(members[0]?.trail.extras.eventSelectors).toBe(members[4_999]?.trail.extras.eventSelectors);
});
