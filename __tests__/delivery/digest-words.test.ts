// What people read of a verdict.

import { digestFindings, digestWords } from '../../src/delivery/digest-words.js';
import type { DigestValidation } from '../../src/delivery/digests.js';

const counts = (valid: number, missing = 0) => ({ valid, invalid: 0, missing, unread: 0 });

const verdict = (changes: Partial<DigestValidation>): DigestValidation => ({
  word: 'valid',
  digests: counts(24),
  logs: counts(288),
  problems: [],
  ...changes,
});

test('all is well in one line, and nothing is to be done', () => {
  expect(digestWords(verdict({}))).toBe('valid: 24 of 24 digests, 288 of 288 logs valid');
  expect(digestFindings(verdict({}), '222222222222')).toEqual([]);
});

test('a deletion is an error that names the object', () => {
  const problem = { kind: 'log', key: 'AWSLogs/x.json.gz', digest: 'd', cause: 'missing' } as const;
  const found = digestFindings(
    verdict({ word: 'invalid', logs: counts(287, 1), problems: [problem] }),
    '222222222222',
  );
  expect(found).toMatchObject([
    {
      severity: 'error',
      code: 'digests-invalid',
      message:
        'Account 222222222222: digests are invalid: 24 of 24 digests, 287 of 288 logs valid: log AWSLogs/x.json.gz was deleted.',
    },
  ]);
});

test('hours without a digest are a warning', () => {
  const from = Date.parse('2026-11-23T10:00:00Z');
  const period = { kind: 'period', region: 'eu-west-1', from, to: from + 7_200_000 } as const;
  const found = digestFindings(
    verdict({ word: 'incomplete', problems: [{ ...period, cause: 'not-logging' }] }),
    '222222222222',
  );
  expect(found[0]?.severity).toBe('warning');
  expect(found[0]?.message).toContain(
    'eu-west-1 from 2026-11-23T10:00:00Z to 2026-11-23T12:00:00Z',
  );
});

test('of many problems the first ten are listed', () => {
  const problems = Array.from({ length: 25 }, (_, index) => ({
    kind: 'digest' as const,
    key: `k${index}`,
    cause: 'missing' as const,
  }));
  const [found] = digestFindings(verdict({ word: 'invalid', problems }), '222222222222');
  expect(found?.message).toContain('k9 was deleted; and 15 more');
  expect(found?.message).not.toContain('k10');
});
