import * as fc from 'fast-check';
import {
  fits,
  fitsAnyCase,
  fitsArn,
  fittingBoth,
  readPattern,
  type Variables,
} from '../../src/policy/match.js';

const values: Readonly<Record<string, string>> = {
  'aws:sourceaccount': '222222222222',
  'aws:principaltag/my team': 'blue',
  star: 'a*c',
};
const variables: Variables = (key) => (Object.hasOwn(values, key) ? values[key] : undefined);

/** Whether the policy's text matches; `null` if it has an unresolvable variable. */
function matches(pattern: string, text: string): boolean | null {
  const read = readPattern(pattern, variables);
  return read === undefined ? null : fits(read, text);
}

describe('wildcards', () => {
  test.each([
    ['a text is itself', 'abc', 'abc', true],
    ['and nothing more', 'abc', 'abcd', false],
    ['and nothing less', 'abc', 'ab', false],
    ['case counts', 'abc', 'ABC', false],
    ['* is any number of characters', 'a*c', 'abbbc', true],
    ['* may be nothing', 'a*c', 'ac', true],
    ['* crosses / and :', 'arn:*/x', 'arn:aws:s3:::b/c/x', true],
    ['* at the end takes the rest', 'logs/*', 'logs/a/b/c', true],
    ['* at the end may take nothing', 'logs/*', 'logs/', true],
    ['but what stands before it is needed', 'logs/*', 'logs', false],
    ['** is no more than *', 'a**c', 'abc', true],
    ['? is one character', 'a?c', 'abc', true],
    ['? is never nothing', 'a?c', 'ac', false],
    ['? crosses / and :', 'a?c', 'a:c', true],
    ['? is one character of any plane', 'a?c', 'a🪣c', true],
    ['? is one character, the last of the first plane too', 'a?c', 'a\uffffc', true],
    ['two ? are two', 'a??c', 'a🪣c', false],
    ['* gives back what later parts need', '*ab*ab', 'abababab', true],
    ['* alone fits nothing at all', '*', '', true],
    ['an empty pattern fits only nothing', '', 'a', false],
    ['an empty pattern fits nothing', '', '', true],
    ['brackets are plain', '[ab]', 'a', false],
    ['braces are plain', '{a,b}', 'a', false],
    ['! and \\ and . are plain', '!\\.', '!\\.', true],
  ])('%s', (_, pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test('as a regular expression would say', () => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '.') });
    fc.assert(
      fc.property(alphabet, alphabet, (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matches(pattern, text)).toBe(new RegExp(`^${source}$`, 's').test(text));
      }),
    );
  });

  test.each([
    ['many stars', '*a'.repeat(10_000), 'a'.repeat(9_999)],
    ['many stars and no end', `${'*a'.repeat(5_000)}b`, 'a'.repeat(20_000)],
    ['one star, many near misses', `*${'a'.repeat(1_000)}b`, 'a'.repeat(10_000)],
    ['many openings of variables', '${a,'.repeat(5_000), '${a'],
    ['many quotes', "${a, '".repeat(5_000), '${a'],
  ])('a hostile pattern takes no time: %s', (_, pattern, text) => {
    const start = performance.now();
    expect(matches(pattern, text)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('action names', () => {
  test('case does not count', () => {
    expect(fitsAnyCase('S3:put*', 's3:PutObject')).toBe(true);
  });
  test('variables mean nothing there', () => {
    expect(fitsAnyCase('s3:${aws:SourceAccount}', 's3:222222222222')).toBe(false);
  });
});

describe('policy variables', () => {
  test.each([
    ['stand for the value', 'logs/${aws:SourceAccount}/*', 'logs/222222222222/x', true],
    ['in any case of the key', '${AWS:sourceACCOUNT}', '222222222222', true],
    ['and not for another', 'logs/${aws:SourceAccount}/*', 'logs/333333333333/x', false],
    [
      'spaces around the key are none of it',
      "${ aws:SourceAccount , 'none'}",
      '222222222222',
      true,
    ],
    ['tag keys may have spaces', '${aws:PrincipalTag/my team}', 'blue', true],
    ['a default is for a key without value', "a-${aws:username, 'none'}", 'a-none', true],
    ['a default does not replace a value', "${aws:SourceAccount, 'none'}", '222222222222', true],
    ['a default may be empty', "a${aws:username, ''}", 'a', true],
    ['a default may have any characters', "${k, '{*}'}", '{*}', true],
    ['a * in a default is literal', "${k, 'a*'}", 'ab', false],
    ['a * in a value is literal', '${star}', 'abc', false],
    ['and equals itself', '${star}', 'a*c', true],
    ['${*} is an asterisk', 'a${*}c', 'a*c', true],
    ['${*} is no wildcard', 'a${*}c', 'abc', false],
    ['${?} is a question mark', 'a${?}c', 'a?c', true],
    ['${?} is no wildcard', 'a${?}c', 'abc', false],
    ['${$} is a dollar sign', '${$}{a}', '${a}', true],
    ['wildcards go on around them', '*${star}?', 'xa*cx', true],
    ['what has no closing brace is text', '${aws:username', '${aws:username', true],
    ['what has no key is text', '${}', '${}', true],
    ['without value nor default nothing fits', '*${aws:username}*', 'anything', null],
    ['prototype names are no values', '${constructor}', 'x', null],
  ])('%s', (_, pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test('are plain text in documents of the old Version', () => {
    const read = readPattern('${aws:username}-${*}', undefined);
    expect(read && fits(read, '${aws:username}-${any}')).toBe(true);
  });
});

describe('ARN patterns', () => {
  const arn = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/DEV';
  const odd = 'arn:aws:some:us-east-2:999999999999:store/a:111122223333:finance/doc';
  test.each([
    ['an ARN is itself', arn, arn, true],
    ['* is any text of a segment', 'arn:aws:cloudtrail:*:222222222222:trail/*', arn, true],
    ['* may be an empty segment', 'arn:aws:s3:*:*:logs', 'arn:aws:s3:::logs', true],
    ['* never crosses into the next segment', 'arn:*:222222222222:*:*:*', arn, false],
    ['the documented example', 'arn:aws:some:*:111122223333:finance/*', odd, false],
    ['the sixth segment keeps its colons', 'arn:aws:some:*:*:store/*:finance/doc', odd, true],
    ['the first segment may be empty', ':*:*:*:*:*', ':aws:s3:::logs', true],
    ['case counts', arn, arn.toUpperCase(), false],
    ['a text that is no ARN fits nothing', 'arn:*:*:*:*:*', 'trail/DEV', false],
    ['not even six times any text', '*:*:*:*:*:*', 'trail/DEV', false],
    ['variables count in any segment', 'arn:aws:*:*:${aws:SourceAccount}:*', arn, true],
    ['a * in a value is literal there too', 'arn:aws:*:*:*:${star}', 'arn:aws:x:::abc', false],
    ['and equals itself', 'arn:aws:*:*:*:?${star}', 'arn:aws:x:::xa*c', true],
    ['fewer than six segments have no documented meaning', '*', arn, undefined],
  ])('%s', (_, pattern, text, expected) => {
    const read = readPattern(pattern, variables);
    expect(read && fitsArn(read, text)).toBe(expected);
  });
});

describe('a text that fits two patterns', () => {
  test.each([
    ['is the text that both are', 'a', 'a', 'a'],
    ['is none of two texts', 'a', 'b', undefined],
    ['is the text that fits a pattern', 'a*c', 'abc', 'abc'],
    ['has as little for a * as can be', 'logs/*', '*/2026', 'logs/2026'],
    ['has an x for a ?', 'a?', '?', undefined],
    ['has an x for a ? of both', 'a?', '??', 'ax'],
    [
      'lies where two paths cross',
      'AWSLogs/*/CloudTrail/*',
      '*/222222222222/*',
      'AWSLogs/222222222222/CloudTrail/',
    ],
  ])('%s', (_, one, other, text) => {
    expect(fittingBoth(one, other)).toBe(text);
    expect(fittingBoth(other, one)).toBe(text);
  });

  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });

  test('fits both; where there is none, no text fits both', () => {
    fc.assert(
      fc.property(patterns, patterns, (one, other) => {
        const found = fittingBoth(one, other);
        const fitsBoth = (text: string) => matches(one, text) && matches(other, text);
        expect(found === undefined ? !TEXTS.some(fitsBoth) : fitsBoth(found)).toBe(true);
      }),
    );
  });

  test('is not looked for where somebody wants to hold us up', () => {
    expect(fittingBoth('*a'.repeat(500), '*b'.repeat(500))).toBeUndefined();
  });
});

/** All of up to five letters, of two. */
const TEXTS = Array.from({ length: 6 }, (_, length) =>
  Array.from({ length: 2 ** length }, (__, number) =>
    Array.from({ length }, (___, at) => ((number >> at) & 1 ? 'a' : 'b')).join(''),
  ),
).flat();
