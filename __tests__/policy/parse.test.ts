import * as fc from 'fast-check';
import { PolicyError, parsePolicy, printPolicy } from '../../src/policy/parse.js';
import { documents } from './arbitrary.js';

const STATEMENT =
  '{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::logs/*"}';

/** A policy of one statement, some of its elements replaced (`undefined`: left out). */
function policyWith(changes: Record<string, unknown>): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...(JSON.parse(STATEMENT) as object), ...changes }],
  });
}

function refusal(text: string): PolicyError {
  try {
    parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error(`Taken for a policy: ${text}`);
}

describe('what S3 accepts comes back as it was', () => {
  test.each([
    ['a lone statement instead of a list', `{"Statement":${STATEMENT}}`],
    ['no Version', `{"Statement":[${STATEMENT}]}`],
    ['the old Version', `{"Version":"2008-10-17","Statement":[${STATEMENT}]}`],
    ['keys in any order', `{"Statement":[${STATEMENT}],"Id":"x","Version":"2012-10-17"}`],
    [
      'lists in lists, as deep as can be',
      `{"Owner":${'['.repeat(99)}${']'.repeat(99)},"Statement":[]}`,
    ],
    ['unknown keys', `{"Owner":{"team":[null,1]},"Statement":[${STATEMENT}]}`],
    ['no statement at all', '{"Statement":[]}'],
    ['an empty and a repeated Sid', policyOfSids('', 'A', 'A')],
    ['lists of one', policyWith({ Action: ['s3:GetObject'], Principal: { AWS: ['*'] } })],
    ['numbers and booleans as values', policyWith({ Condition: { Bool: { k: [true, 1.2, 3] } } })],
    ['unicode', policyWith({ Sid: 'żółć 監査 🪣 \u2028' })],
    ['half a surrogate pair', policyWith({ Sid: '\ud83e' })],
    [
      'a Principal that is a bare name',
      policyWith({ Principal: 'arn:aws:iam::111111111111:root' }),
    ],
    [
      'keys that JavaScript gives a meaning',
      `{"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"s3:*","NotResource":"*","Condition":{"StringEquals":{"__proto__":"a","constructor":"b","toString":"c"}},"__proto__":{"Effect":"Allow"}}]}`,
    ],
  ])('%s', (_, text) => {
    expect(printPolicy(parsePolicy(text))).toBe(text);
  });

  test('white space is not kept', () => {
    expect(printPolicy(parsePolicy(` {\n "Statement" : [ ${STATEMENT} ] } `))).toBe(
      `{"Statement":[${STATEMENT}]}`,
    );
  });

  test('numbers of equal value are printed in their shortest form', () => {
    const text = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"NumericEquals":{"k":[1.50,1e3,-0.0,0.1,0.0000001]}}}]}`;
    expect(printPolicy(parsePolicy(text))).toContain('[1.5,1000,0,0.1,1e-7]');
  });

  test('printing and reading are inverse', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(parsePolicy(printPolicy(document))).toEqual(document);
      }),
    );
  });

  test('so they are with any text in any place for text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const text = policyWith({
          Sid: any,
          Action: [any],
          Condition: { [`k${any}`]: { [`k${any}`]: any } },
        });
        expect(printPolicy(parsePolicy(text))).toBe(text);
      }),
    );
  });
});

function policyOfSids(...sids: string[]): string {
  return JSON.stringify({
    Statement: sids.map((Sid) => ({ Sid, ...(JSON.parse(STATEMENT) as object) })),
  });
}

describe('what is no policy is refused, and the place named', () => {
  test.each([
    ['text', 'hello', 'cannot be read'],
    ['nothing', '', 'cannot be read'],
    ['cut-off JSON', '{"Statement":[', 'cannot be read'],
    ['a list', '[]', 'The policy is a list, not a JSON object'],
    ['null', 'null', 'The policy is null'],
    ['a string', '"*"', 'The policy is a string'],
    ['no Statement', '{"Version":"2012-10-17"}', 'The policy has nothing as "Statement"'],
    ['a Statement of the wrong kind', '{"Statement":"Allow"}', 'has a string as "Statement"'],
    [
      'an unheard-of Version',
      '{"Version":"2030-01-01","Statement":[]}',
      'The policy has "2030-01-01" as "Version", which is no version of the policy language.',
    ],
    [
      'an Id that is no string',
      '{"Id":1,"Statement":[]}',
      'The policy has 1 as "Id", which is not a string.',
    ],
    ['a statement that is no object', `{"Statement":[${STATEMENT},null]}`, 'Statement 2 is null'],
    ['a list as statement', '{"Statement":[[]]}', 'Statement 1 is a list'],
    ['a lone statement that is none', '{"Statement":{}}', 'Statement 1 has nothing as "Effect"'],
    [
      'a Sid that is no string',
      policyWith({ Sid: 7 }),
      'Statement 1 has 7 as "Sid", which is not a string.',
    ],
    ['no Effect', policyWith({ Effect: undefined }), 'Statement 1 has nothing as "Effect"'],
    ['an Effect in lower case', policyWith({ Effect: 'allow' }), 'has "allow" as "Effect"'],
    [
      'no Principal',
      policyWith({ Principal: undefined }),
      'neither "Principal" nor "NotPrincipal"',
    ],
    ['both Principals', policyWith({ NotPrincipal: '*' }), 'both "Principal" and "NotPrincipal"'],
    ['a list as Principal', policyWith({ Principal: ['*'] }), 'has ["*"] as "Principal"'],
    ['a Principal of numbers', policyWith({ Principal: { AWS: [1] } }), 'has {"AWS":[1]} as'],
    [
      'a number among the Principals',
      policyWith({ Principal: { AWS: '*', Service: ['a', 1] } }),
      'as "Principal", which is neither a string nor names by principal type.',
    ],
    ['no Action', policyWith({ Action: undefined }), 'neither "Action" nor "NotAction"'],
    ['both Actions', policyWith({ NotAction: [] }), 'both "Action" and "NotAction"'],
    ['an Action that is no string', policyWith({ Action: [null] }), 'has [null] as "Action"'],
    [
      'a number among the Actions',
      policyWith({ Action: ['s3:*', 1] }),
      'has ["s3:*",1] as "Action", which is neither a string nor a list of strings.',
    ],
    ['no Resource', policyWith({ Resource: undefined }), 'neither "Resource" nor "NotResource"'],
    [
      'a Resource that is no string',
      policyWith({ Resource: {} }),
      'has {} as "Resource", which is neither',
    ],
    ['a Condition that is no object', policyWith({ Condition: [] }), 'has [] as "Condition"'],
    [
      'an operator without keys',
      policyWith({ Condition: { Null: { k: true }, Bool: 'x' } }),
      'as "Condition", which is not operator → key → values.',
    ],
    [
      'a condition value of null',
      policyWith({ Condition: { Bool: { j: 'true', k: null } } }),
      'as "Condition"',
    ],
    [
      'a list in a list of values',
      policyWith({ Condition: { Bool: { k: [[]] } } }),
      'as "Condition"',
    ],
    [
      'a text beyond all limits',
      `"${' '.repeat(2_000_000)}"`,
      'The text is far longer than any policy',
    ],
  ])('%s', (_, text, message) => {
    expect(refusal(text).message).toContain(message);
    expect(refusal(text).remedy).not.toBe('');
  });

  test('the statement is named by its number, from 1, and its Sid', () => {
    const text = `{"Statement":[${STATEMENT},{"Sid":"Second \\"one\\"","Effect":"Maybe"}]}`;
    expect(refusal(text).message).toBe(
      'Statement 2 (Sid "Second \\"one\\"") has "Maybe" as "Effect", neither "Allow" nor "Deny".',
    );
  });

  test('long values and Sids are cut', () => {
    const long = 'x'.repeat(9999);
    expect(refusal(policyWith({ Effect: long })).message).toContain(`has "${'x'.repeat(79)}… as`);
    expect(refusal(policyWith({ Sid: long, Effect: long })).message.length).toBeLessThan(300);
  });
});

describe('what reading would lose in silence is refused', () => {
  const twice = '"Action":"s3:*","Action":"s3:Get*"';
  test.each([
    ['a key given twice', `{"Statement":[{${twice}}]}`, 'The key "Action" stands twice'],
    ['a key given twice, a list in between', '{"a":1,"b":[],"a":2}', 'The key "a" stands'],
    [
      'a key given twice in two spellings',
      '{"a":1,"\\u0061":2,"Statement":[]}',
      'The key "\\u0061"',
    ],
    ['__proto__ given twice', '{"__proto__":1,"__proto__":2}', 'The key "__proto__"'],
    ['an integer beyond 2^53', '{"a":[12345678901234567890]}', '12345678901234567890'],
    ['more digits than a double has', '{"a":0.12345678901234567890123}', 'cannot be kept exactly'],
    ['a number beyond all doubles', '{"a":1e400}', 'The number 1e400'],
    ['a number below all doubles', '{"a":-1e-400}', 'The number -1e-400'],
    ['lists in lists beyond that', `${'['.repeat(101)}${']'.repeat(101)}`, 'more than 100 levels'],
  ])('%s', (_, text, message) => {
    expect(refusal(text).message).toContain(message);
  });

  test('the same key in two objects, or as a value, is no repetition', () => {
    const text = `{"Id":"Id","Statement":[${STATEMENT},${STATEMENT}]}`;
    expect(printPolicy(parsePolicy(text))).toBe(text);
  });

  test('digits, braces and escapes inside strings are only text', () => {
    const text = policyWith({ Sid: '{"a":1e999,"a":[\\" : 12345678901234567890' });
    expect(printPolicy(parsePolicy(text))).toBe(text);
  });
});

describe('hostile and large texts are read in no time', () => {
  test.each([
    ['20,480 bytes of backslashes', policyWith({ Sid: '\\'.repeat(10_000) })],
    ['20,480 bytes of quotes', policyWith({ Sid: '"'.repeat(10_000) })],
    ['300 statements', `{"Statement":[${Array(300).fill(STATEMENT).join(',')}]}`],
    ['a list of 10,000 actions', policyWith({ Action: Array(10_000).fill('s3:*') })],
  ])('%s', (_, text) => {
    const start = performance.now();
    expect(printPolicy(parsePolicy(text))).toBe(text);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('a number of half a million zeros', () => {
    const start = performance.now();
    const { message } = refusal(`{"a":1${'0'.repeat(500_000)}1}`);
    expect(message).toMatch(
      /^The policy cannot be read: The number 1(0){79}… cannot be kept exactly/,
    );
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
