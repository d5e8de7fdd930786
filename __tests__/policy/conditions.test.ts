import { conditionHolds } from '../../src/policy/conditions.js';
import type { OneOrMany, Scalar } from '../../src/policy/document.js';
import { asList } from '../../src/policy/document.js';
import type { Verdict } from '../../src/policy/verdict.js';

const variables = (name: string): string | undefined => (name === 'me' ? 'Alice' : undefined);

/** Whether `operator` holds for a key of this value (`undefined`: the request does not have the key). */
function holds(
  operator: string,
  wanted: OneOrMany<Scalar>,
  actual: OneOrMany<string> | undefined,
): Verdict {
  const context = new Map(actual === undefined ? [] : [['key', asList(actual)]]);
  return conditionHolds({ operator, key: 'KEY', values: asList(wanted) }, context, variables);
}

type Row = readonly [string, string, OneOrMany<Scalar>, OneOrMany<string> | undefined, Verdict];

const ARN = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/DEV';

const TABLES: { readonly [title: string]: readonly Row[] } = {
  strings: [
    ['equal', 'StringEquals', 'a', 'a', 'yes'],
    ['case counts', 'StringEquals', 'a', 'A', 'no'],
    ['wildcards are plain', 'StringEquals', 'a*', 'ab', 'no'],
    ['one of several is enough', 'StringEquals', ['a', 'b'], 'b', 'yes'],
    ['case does not count', 'StringEqualsIgnoreCase', 'a', 'A', 'yes'],
    ['like', 'StringLike', 'a*', 'ab', 'yes'],
    ['like, case counts', 'StringLike', 'a*', 'AB', 'no'],
    ['a number is its digits', 'StringEquals', 111122223333, '111122223333', 'yes'],
    ['a boolean is its word', 'StringEquals', true, 'true', 'yes'],
    ['a variable is its value', 'StringEquals', '${me}', 'Alice', 'yes'],
    ['a variable without value equals nothing', 'StringLike', '${you}*', 'Alice', 'no'],
    ['but another of the values may', 'StringLike', ['${you}', '*'], 'Alice', 'yes'],
    ['operators in any case', 'STRINGequals', 'a', 'a', 'yes'],
  ],

  'negated operators': [
    ['another value', 'StringNotEquals', 'a', 'b', 'yes'],
    ['the value', 'StringNotEquals', 'a', 'a', 'no'],
    ['none of several may match', 'StringNotEquals', ['a', 'b'], 'b', 'no'],
    ['none of several does', 'StringNotEquals', ['a', 'b'], 'c', 'yes'],
    ['case does not count', 'StringNotEqualsIgnoreCase', 'a', 'A', 'no'],
    ['not like', 'StringNotLike', 'a*', 'ab', 'no'],
    ['not like any', 'StringNotLike', ['a*', 'b*'], 'cb', 'yes'],
    ['a variable without value is unlike all', 'StringNotEquals', '${you}', 'Alice', 'yes'],
    ['ARNs', 'ArnNotLike', 'arn:aws:*:*:222222222222:*', ARN, 'no'],
    ['ARNs, equals is like', 'ArnNotEquals', 'arn:aws:*:*:222222222222:*', ARN, 'no'],
    ['numbers', 'NumericNotEquals', '1', '1.0', 'no'],
    ['dates', 'DateNotEquals', '2026-01-01', '2026-01-02', 'yes'],
    ['addresses', 'NotIpAddress', ['10.0.0.0/8', '192.168.0.0/16'], '192.168.3.4', 'no'],
  ],

  'a key the request does not have': [
    ['fails', 'StringEquals', 'a', undefined, 'no'],
    ['fails for a pattern that fits all', 'StringLike', '*', undefined, 'no'],
    ['passes when negated', 'StringNotEquals', 'a', undefined, 'yes'],
    ['passes when negated', 'NotIpAddress', '0.0.0.0/0', undefined, 'yes'],
    ['passes with IfExists', 'StringEqualsIfExists', 'a', undefined, 'yes'],
    ['passes with IfExists in any case', 'boolIFEXISTS', 'true', undefined, 'yes'],
    ['passes with both', 'ArnNotLikeIfExists', 'a', undefined, 'yes'],
    ['an empty list is no key', 'StringEquals', 'a', [], 'no'],
  ],

  'IfExists with a key that exists changes nothing': [
    ['hit', 'StringEqualsIfExists', 'a', 'a', 'yes'],
    ['miss', 'StringEqualsIfExists', 'a', 'b', 'no'],
    ['negated', 'StringNotEqualsIfExists', 'a', 'a', 'no'],
  ],

  Null: [
    ['true: the key is absent', 'Null', 'true', undefined, 'yes'],
    ['true: it is not', 'Null', 'true', 'x', 'no'],
    ['false: the key is there', 'Null', false, 'x', 'yes'],
    ['false: it is not', 'Null', 'False', undefined, 'no'],
    ['both', 'Null', ['true', 'false'], 'x', 'yes'],
    ['neither', 'Null', 'maybe', 'x', 'unknown'],
    ['takes no IfExists', 'NullIfExists', 'true', undefined, 'unknown'],
    ['takes no set operator', 'ForAnyValue:Null', 'true', undefined, 'unknown'],
  ],

  'ForAllValues: every value of the request must pass': [
    ['all do', 'ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], 'yes'],
    ['one does not', 'ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], 'no'],
    ['negated: none may match', 'ForAllValues:StringNotLike', 'a*', ['b', 'ab'], 'no'],
    ['negated: none does', 'ForAllValues:StringNotLike', 'a*', ['b', 'c'], 'yes'],
    ['no key at all', 'ForAllValues:StringEquals', 'a', undefined, 'yes'],
    ['an empty string is no value', 'ForAllValues:StringEquals', 'a', '', 'yes'],
  ],

  'ForAnyValue: one value of the request must pass': [
    ['one does', 'ForAnyValue:StringEquals', 'a', ['a', 'c'], 'yes'],
    ['an empty string beside it', 'ForAnyValue:StringEquals', 'a', ['', 'a'], 'yes'],
    ['none does', 'ForAnyValue:StringLike', 'a*', ['b', 'c'], 'no'],
    ['negated: one is unlike', 'ForAnyValue:StringNotLike', 'a*', ['ab', 'c'], 'yes'],
    ['negated: none is unlike', 'ForAnyValue:StringNotLike', 'a*', ['ab', 'ac'], 'no'],
    ['no key at all', 'ForAnyValue:StringEquals', 'a', undefined, 'no'],
    ['no key at all, negated', 'ForAnyValue:StringNotEquals', 'a', undefined, 'no'],
    ['an empty string is no value', 'ForAnyValue:StringNotEquals', 'a', '', 'no'],
    ['IfExists without key: two rules', 'ForAnyValue:BoolIfExists', 'true', undefined, 'unknown'],
    ['IfExists with key', 'foranyvalue:StringLikeIfExists', 'a*', ['ab'], 'yes'],
  ],

  'several values under an operator for one': [
    ['cannot be decided', 'StringEquals', 'a', ['a', 'b'], 'unknown'],
    ['nor when negated', 'StringNotEquals', 'a', ['a', 'b'], 'unknown'],
    ['a list of one is one', 'StringEquals', 'a', ['a'], 'yes'],
  ],

  ARNs: [
    ['like', 'ArnLike', 'arn:aws:cloudtrail:*:222222222222:trail/*', ARN, 'yes'],
    ['equals takes wildcards too', 'ArnEquals', 'arn:aws:cloudtrail:*:*:trail/D?V', ARN, 'yes'],
    ['segment by segment', 'ArnLike', 'arn:aws:*:trail/DEV', ARN, 'unknown'],
    ['no ARN in the request', 'ArnLike', 'arn:*:*:*:*:*', 'DEV', 'no'],
  ],

  numbers: [
    ['equal', 'NumericEquals', '1.0', '1', 'yes'],
    ['equal, from a number', 'NumericEquals', 1.2, '1.20', 'yes'],
    ['less', 'NumericLessThan', 1.2, '1.1', 'yes'],
    ['not less', 'NumericLessThan', '1.2', '1.2', 'no'],
    ['compared as numbers', 'NumericLessThan', '10', '9', 'yes'],
    ['at most', 'NumericLessThanEquals', '10', '10', 'yes'],
    ['not at most', 'NumericLessThanEquals', '10', '11', 'no'],
    ['more', 'NumericGreaterThan', '-1', '0', 'yes'],
    ['not more', 'NumericGreaterThan', '10', '10', 'no'],
    ['at least', 'NumericGreaterThanEquals', '1e2', '100', 'yes'],
    ['digits on both sides of the point', 'NumericEquals', '12.5', '12.50', 'yes'],
    ['digits behind the point only', 'NumericEquals', '.25', '0.25', 'yes'],
    ['a sign before the power', 'NumericEquals', '1e+2', '100', 'yes'],
    ['a power of two digits', 'NumericEquals', '1e10', '10000000000', 'yes'],
    ['no number in the policy', 'NumericEquals', 'ten', '10', 'unknown'],
    ['no number in the request', 'NumericNotEquals', '10', '', 'unknown'],
    ['hexadecimal is none', 'NumericEquals', '0x10', '16', 'unknown'],
    ['variables are none', 'NumericEquals', '${me}', '16', 'unknown'],
  ],

  dates: [
    ['before', 'DateLessThan', '2026-11-24T00:00:00Z', '2026-11-23T12:00:00Z', 'yes'],
    ['after', 'DateGreaterThan', '2026-11-24T00:00:00Z', '2026-11-23T12:00:00Z', 'no'],
    [
      'equal across zones',
      'DateEquals',
      '2026-11-23T12:00:00+09:00',
      '2026-11-23T03:00:00Z',
      'yes',
    ],
    ['epoch seconds', 'DateEquals', '1767225600', '2026-01-01T00:00:00Z', 'yes'],
    ['epoch seconds, as a number', 'DateEquals', 1767225600, '2026-01-01', 'yes'],
    [
      'fractions of epoch seconds',
      'DateEquals',
      '1767225600.25',
      '2026-01-01T00:00:00.250Z',
      'yes',
    ],
    ['text before epoch seconds', 'DateEquals', 'v1767225600', '2026-01-01', 'unknown'],
    ['text behind epoch seconds', 'DateEquals', '1767225600s', '2026-01-01', 'unknown'],
    ['text before a date', 'DateEquals', 'about 2026', '2026-01-01', 'unknown'],
    ['text behind a date', 'DateEquals', '2026-01-01 10:00', '2026-01-01', 'unknown'],
    ['a day', 'DateLessThanEquals', '2026-01-01', '2026-01-01T00:00:00Z', 'yes'],
    ['a month', 'DateGreaterThanEquals', '2026-02', '2026-01-31', 'no'],
    ['a year, not an epoch', 'DateLessThan', '2026', '2025-12-31', 'yes'],
    [
      'without a zone it is UTC',
      'DateEquals',
      '2026-01-01T00:00',
      '2026-01-01T00:00:00.000Z',
      'yes',
    ],
    ['no such day', 'DateEquals', '2026-13-45', '2026-01-01', 'unknown'],
    ['no date', 'DateEquals', 'tomorrow', '2026-01-01', 'unknown'],
  ],

  booleans: [
    ['equal', 'Bool', 'true', 'true', 'yes'],
    ['from a boolean', 'Bool', false, 'false', 'yes'],
    ['in any case', 'Bool', 'FALSE', 'false', 'yes'],
    ['unequal', 'Bool', 'true', 'false', 'no'],
    ['no boolean', 'Bool', 'yes', 'true', 'unknown'],
  ],

  binary: [
    ['byte for byte', 'BinaryEquals', 'QUJD', 'QUJD', 'yes'],
    ['case counts', 'BinaryEquals', 'QUJD', 'qujd', 'no'],
  ],

  addresses: [
    ['in the range', 'IpAddress', '203.0.113.0/24', '203.0.113.7', 'yes'],
    ['outside', 'IpAddress', '203.0.113.0/24', '203.0.114.7', 'no'],
    ['a range need not start at its network', 'IpAddress', '203.0.113.99/24', '203.0.113.7', 'yes'],
    ['a lone address', 'IpAddress', '203.0.113.7', '203.0.113.7', 'yes'],
    ['everything', 'IpAddress', '0.0.0.0/0', '203.0.113.7', 'yes'],
    ['version 6', 'IpAddress', '2001:DB8::/32', '2001:db8:1::1', 'yes'],
    ['version 6, outside', 'IpAddress', '2001:DB8::/32', '2001:db9::1', 'no'],
    ['version 6, a lone address', 'IpAddress', '2001:db8::1', '2001:db8:0:0::1', 'yes'],
    ['version 6, another lone address', 'IpAddress', '2001:db8::1', '2001:db8::2', 'no'],
    ['version 6, a long prefix', 'IpAddress', '2001:db8:0:1::/64', '2001:db8:0:1::5', 'yes'],
    ['versions do not mix', 'IpAddress', '0.0.0.0/0', '2001:db8::1', 'no'],
    ['not even in disguise', 'IpAddress', '1.2.3.0/24', '::ffff:1.2.3.4', 'no'],
    ['version 4 is in no range of 6', 'IpAddress', '::/0', '1.2.3.4', 'no'],
    ['a zone', 'IpAddress', 'fe80::/10', 'fe80::1%eth0', 'yes'],
    ['versions do not mix, negated', 'NotIpAddress', '203.0.113.7', '2001:db8::1', 'yes'],
    ['no such prefix', 'IpAddress', '10.0.0.0/33', '10.0.0.1', 'unknown'],
    ['no prefix after the slash', 'IpAddress', '10.0.0.0/', '10.0.0.1', 'unknown'],
    ['a space before the prefix', 'IpAddress', '10.0.0.0/ 8', '10.0.0.1', 'unknown'],
    ['a space behind the prefix', 'IpAddress', '10.0.0.0/8 ', '10.0.0.1', 'unknown'],
    ['no address in the policy', 'NotIpAddress', 'office', '10.0.0.1', 'unknown'],
    ['no address in the request', 'IpAddress', '10.0.0.0/8', 'AWS Internal', 'unknown'],
  ],

  'operators nobody knows are undecided': [
    ['an invention', 'StringSounds', 'a', 'a', 'unknown'],
    ['though the key is absent', 'StringSounds', 'a', undefined, 'unknown'],
    ['a negation that does not exist', 'BoolNot', 'true', 'false', 'unknown'],
    ['a prototype name', 'constructor', 'a', 'a', 'unknown'],
    ['half a name', 'IfExists', 'a', 'a', 'unknown'],
    ['a wrong set operator', 'ForEach:StringEquals', 'a', 'a', 'unknown'],
  ],

  'a doubt is settled by what is certain': [
    ['one value is none of the type, another matches', 'NumericEquals', ['x', '1'], '1', 'yes'],
    ['one is none of the type, another does not', 'NumericEquals', ['x', '2'], '1', 'unknown'],
    ['negated, another matches', 'NumericNotEquals', ['x', '1'], '1', 'no'],
  ],
};

describe.each(Object.entries(TABLES))('%s', (_title, rows) => {
  test.each(rows)('%s: %s %j, request %j → %s', (_, operator, wanted, actual, expected) => {
    expect(holds(operator, wanted, actual)).toBe(expected);
  });
});
