// How findings name statements and lists, whatever the policy holds.

import { sidsOf } from '../../src/policy/index.js';
import { listed, nameOf } from '../../src/policy/wording.js';
import { aclCheck, policy } from './shapes/shapes.js';

const { Sid: _sid, ...nameless } = aclCheck;
const document = policy(nameless, { ...aclCheck, Sid: '' }, { ...aclCheck, Sid: 'A "b"' });

test('a statement has its number, from 1, and its Sid where it has one', () => {
  expect([0, 1, 2].map((index) => nameOf(document, index))).toEqual([
    'statement 1',
    'statement 2',
    'statement 3 (Sid "A \\"b\\"")',
  ]);
});

test('an empty Sid is none', () => {
  expect(sidsOf(document)).toStrictEqual(['A "b"']);
});

test.each([
  [1, '1'],
  [3, '1, 2, 3'],
  [4, '1, 2, 3 and 1 more'],
  [9, '1, 2, 3 and 6 more'],
])('of %i things three are named', (count, text) => {
  const things = Array.from({ length: count }, (_, index) => String(index + 1));
  expect(listed(things, 3)).toBe(text);
});
