// The house as CONTRIBUTING.md draws it: which room may import from which, and what may never reach the bundle.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

type Import = { readonly from: string; readonly to: string };

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

/** The part of the house a file of src belongs to: its folder, or its own name at the top. */
const roomOf = (path: string): string => path.split('/')[0] ?? path;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join('src', file), 'utf8');
  return [...text.matchAll(/from '([^']+)'/g)]
    .map(([, target = '']) => target)
    .filter((target) => target.startsWith('.'))
    .map((target) => ({ from: file, to: relative('.', join(dirname(file), target)) }));
}

const imports = sources.flatMap(importsOf).filter(({ from, to }) => roomOf(from) !== roomOf(to));

/** Rooms that a room may know. `problem.ts` and `cancel.ts` are anybody's; `main` and `index` know all. */
const MAY_KNOW: { readonly [room: string]: readonly string[] } = {
  policy: [],
  trail: [],
  'problem.ts': ['policy'],
  'cancel.ts': [],
  request: ['policy', 'trail', 'problem.js'],
  plan: ['policy', 'trail', 'request', 'problem.js', 'cancel.js'],
  delivery: ['policy', 'trail', 'request', 'plan', 'problem.js', 'cancel.js'],
  audit: ['policy', 'trail', 'request', 'plan', 'delivery'],
  report: ['policy', 'trail', 'request', 'plan', 'delivery', 'audit'],
  aws: ['plan', 'delivery', 'request', 'trail', 'problem.js', 'cancel.js'],
  github: ['policy', 'report', 'request', 'plan', 'problem.js', 'cancel.js'],
};

test('rooms are imported one way', () => {
  const strangers = imports
    .filter(({ from }) => !['main.ts', 'index.ts'].includes(from))
    .filter(({ from, to }) => !(MAY_KNOW[roomOf(from)] ?? []).includes(roomOf(to)));
  expect(strangers).toEqual([]);
});

test('every room is drawn', () => {
  const rooms = new Set(
    sources.map(roomOf).filter((room) => !['main.ts', 'index.ts'].includes(room)),
  );
  expect([...rooms].toSorted()).toEqual(Object.keys(MAY_KNOW).toSorted());
});

test('the policy room is entered by its door', () => {
  const doors = imports.filter(({ to }) => roomOf(to) === 'policy' && to !== 'policy/index.js');
  expect(doors.filter(({ from }) => from !== 'problem.ts')).toEqual([]);
});

test('policy, trail, plan, delivery, audit and report are pure: they import nothing that reaches the world', () => {
  const pure = sources.filter((file) =>
    ['policy', 'trail', 'plan', 'delivery', 'audit', 'report'].includes(roomOf(file)),
  );
  const worldly = pure.flatMap((file) =>
    [...readFileSync(join('src', file), 'utf8').matchAll(/from '([^.'][^']*)'/g)]
      .map(([, name = '']) => name)
      .filter(
        (name) =>
          !['diff', 'node:crypto', 'node:net', 'node:zlib', 'node:stream/promises'].includes(name),
      )
      .map((name) => `${file}: ${name}`),
  );
  expect(worldly).toEqual([]);
});

describe('the bundle', () => {
  const bundle = readFileSync('dist/index.js', 'utf8');
  const licenses = readFileSync('dist/licenses.txt', 'utf8');

  test('holds nothing of the sandbox or its IAM evaluator', () => {
    expect(bundle).not.toMatch(/cloud-copilot|iam-simulate|iam-data/);
    expect(licenses).not.toMatch(/cloud-copilot/);
  });

  test('holds no package under a licence that asks for more than a notice', () => {
    const lines = new Set(licenses.split('\n').map((line) => line.trim()));
    const permissive = ['MIT', 'Apache-2.0', 'ISC', 'BSD-3-Clause', 'BSD-2-Clause', '0BSD'];
    expect(permissive.some((name) => lines.has(name))).toBe(true);
    expect(licenses).not.toMatch(/GNU (?:AFFERO|LESSER|GENERAL)|Mozilla Public License/i);
  });

  test('is one file, as reviewed', () => {
    expect(readdirSync('dist').toSorted()).toEqual(['index.js', 'licenses.txt', 'package.json']);
  });
});
