// A policy's text may be anything: it is read or refused with a reason, and whatever is read can be judged, merged, compared and
// shown. Cases that were found stand in FOUND, and stay there.

import * as fc from 'fast-check';
import { evaluate } from '../../src/policy/evaluate.js';
import {
  diagnose,
  diffPolicies,
  mergePolicy,
  PolicyError,
  parsePolicy,
} from '../../src/policy/index.js';
import { casesOf, patienceFor } from '../cases.js';
import { delivery, onboard } from '../policy/shapes/deliveries.js';
import { textCount, withTexts } from './answers.js';
import { hostileTexts } from './texts.js';

const CASES = casesOf(3_000);
const PATIENCE = patienceFor(CASES, 100);

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Id: 'id',
  Statement: [
    {
      Sid: 'AWSCloudTrailWrite20150319',
      Effect: 'Allow',
      Principal: { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] },
      Action: ['s3:PutObject', 's3:GetBucketAcl'],
      Resource: ['arn:aws:s3:::logs/AWSLogs/222222222222/*', 'arn:aws:s3:::logs'],
      Condition: {
        StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:222222222222:trail/DEV' },
        IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
        DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
      },
    },
    { Effect: 'Deny', NotPrincipal: { AWS: '*' }, NotAction: 's3:*', NotResource: '*' },
  ],
});

/** Whatever was found, or is likely to be. */
const FOUND: readonly string[] = [
  '{"Statement":[]}',
  '{"__proto__":{"Effect":"Allow"},"constructor":1,"Statement":[]}',
  '{"Statement":{"Effect":"Deny","Principal":{},"NotAction":[],"Resource":[]}}',
  '{"Statement":{"Effect":"Allow","Principal":{"__proto__":"*"},"Action":"*","Resource":"*","Condition":{"__proto__":{"toString":[]}}}}',
  '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","x":{"":{"toString":0}}}}',
  '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","x":[{"toString":0},{}]}}',
];

function seen(text: string): void {
  const document = parsed(text);
  if (document === null) return;
  const { document: merged } = mergePolicy(document, onboard([delivery('222222222222')]));
  expect(typeof diffPolicies(document, merged)).toBe('string');
  expect(Array.isArray(diagnose(document, [delivery('222222222222')]))).toBe(true);
  const { effect } = evaluate(document, {
    caller: { service: 'cloudtrail.amazonaws.com' },
    action: 's3:PutObject',
    resource: 'arn:aws:s3:::logs/AWSLogs/222222222222/x',
    context: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:222222222222:trail/DEV' },
  });
  expect(['allowed', 'denied', 'not-allowed']).toContain(effect);
}

function parsed(text: string): ReturnType<typeof parsePolicy> | null {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError) return null;
    throw error;
  }
}

const values = fc.oneof(hostileTexts, fc.constantFrom('*', '?', '${aws:SourceAccount}', '${', ''));

test(
  'any text or key in the place of any other',
  () => {
    const places = fc.uniqueArray(fc.nat(textCount(POLICY) - 1), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(places, values, (at, text) => {
        const policy = withTexts(POLICY, (old, index) => (at.includes(index) ? text : old));
        expect(() => seen(policy)).not.toThrow();
      }),
      { numRuns: CASES },
    );
  },
  PATIENCE,
);

test(
  'any JSON, and any text',
  () => {
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 6 }), hostileTexts), (text) => {
        expect(() => seen(text)).not.toThrow();
        seen(`{"Statement":${text}}`);
        seen(
          `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","x":${text}}]}`,
        );
      }),
      { numRuns: CASES },
    );
  },
  PATIENCE,
);

test.each(['Sid', 'Action', 'Resource', 'Principal'])(
  'a %s of a megabyte ends at once',
  (name) => {
    const statement = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' };
    for (const unit of ['x', '*', '?*', '${a}', '`', '\u202e', '<b>']) {
      const long = unit.repeat(Math.floor(900_000 / unit.length));
      const startedAt = performance.now();
      seen(JSON.stringify({ Statement: [{ ...statement, [name]: long }] }));
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    }
  },
  200_000,
);

test('cases that were found', () => {
  for (const text of FOUND) expect(() => seen(text)).not.toThrow();
});
