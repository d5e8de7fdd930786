// A change of a policy, as people are shown it: one spelling for every policy, and nothing of it left out.

import { type PolicyDocument, statementsOf } from '../../src/policy/document.js';
import { diffPolicies, samePolicy } from '../../src/policy/index.js';
import { DEV, fleet } from './shapes/deliveries.js';
import { aclCheck, admitted, policy, SHAPES, tlsDeny, write } from './shapes/shapes.js';

describe('the diff', () => {
  test('shows one line for each value that joins a list, with three lines around', () => {
    const before = policy(aclCheck, write);
    const diff = diffPolicies(before, admitted(before));
    expect(diff.split('\n').filter((line) => /^[+-] /.test(line))).toHaveLength(6 + 3);
    expect(diff).toContain(`+            "arn:aws:cloudtrail:us-east-1:${DEV}:trail/audit"`);
    expect(diff).toMatch(/^--- before\n\+\+\+ after\n@@.*@@\n( .*\n){3}[+-]/);
  });

  test('does not depend on the order in which S3 returned things', () => {
    const before = policy(aclCheck, write, tlsDeny);
    const after = admitted(before, fleet(5));
    const turned = { ...after, Statement: statementsOf(after).toReversed() };
    expect(diffPolicies(before, turned)).toBe(diffPolicies(before, after));
  });

  test('shows every policy in one way: elements, keys and values in order, what grows as lists', () => {
    const statement = (Sid: string, Resource: string | readonly string[]) => ({
      Resource,
      Odd: null,
      Condition: {
        StringLike: { 'AWS:SourceArn': 'arn', b: ['y', 'x', 'x'], A: [10, 9] },
        Bool: { c: true },
      },
      Action: ['s3:PutObject'],
      Principal: { Service: ['b', 'a'], AWS: '*' },
      Effect: 'Allow' as const,
      Sid,
    });
    const odd = { Statement: [statement('B', 'z'), statement('', ['y', 'x'])], Owner: 1, Id: '' };
    const shown = diffPolicies(null, odd)
      .split('\n')
      .flatMap((line) => (/^\+(?!\+)/.test(line) ? [line.slice(1).trim()] : []))
      .join(' ');
    const rest =
      '"Condition": { "Bool": { "c": true }, "StringLike": { "A": [ 10, 9 ], "AWS:SourceArn": [ "arn" ], "b": [ "x", "y" ] } }, "Odd": null }';
    const common =
      '"Effect": "Allow", "Principal": { "AWS": "*", "Service": [ "a", "b" ] }, "Action": "s3:PutObject",';
    expect(shown).toBe(
      `{ "Id": "", "Owner": 1, "Statement": [ { ${common} "Resource": [ "x", "y" ], ${rest}, { "Sid": "B", ${common} "Resource": [ "z" ], ${rest} ] }`,
    );
  });

  test('shows no element that a statement does not have', () => {
    const { Resource: _resource, ...others } = tlsDeny;
    const shown = diffPolicies(null, policy({ ...others, NotResource: 'x' }));
    expect(shown.match(/"\w*(?=": )/g)).toEqual(
      [
        'Version',
        'Statement',
        'Effect',
        'Principal',
        'Action',
        'NotResource',
        'Condition',
        'Bool',
      ].map((name) => `"${name}`),
    );
  });

  test('shows a policy that is new, or gone, as a whole', () => {
    const document = policy(aclCheck);
    expect(diffPolicies(null, document)).not.toMatch(/^-(?!--)/m);
    expect(diffPolicies(document, null)).not.toMatch(/^\+(?!\+\+)/m);
    expect(diffPolicies(null, null)).toBe('');
  });

  test.each(Object.entries(SHAPES))('loses nothing of the shape "%s"', (_, document) => {
    const shown = diffPolicies(null, document)
      .split('\n')
      .filter((line) => line.startsWith('+') && !line.startsWith('+++'))
      .map((line) => line.slice(1))
      .join('\n');
    expect(samePolicy(JSON.parse(shown) as PolicyDocument, document)).toBe(true);
  });
});
