import fc from 'fast-check';
import {
  fairShares,
  inLimit,
  type Section,
  tableSection,
  uncut,
} from '../../src/report/sections.js';

const ELSEWHERE = 'in the [job summary](https://github.example/run)';
const within = (bytes: number) => ({ bytes, elsewhere: ELSEWHERE });
const bytes = (text: string): number => Buffer.byteLength(text);

const rows = (count: number): readonly (readonly string[])[] =>
  Array.from({ length: count }, (_, row) => ['+', `row ${row}`]);
const folded = (items: readonly string[], thing: Section['thing'] = 'hunk'): Section => ({
  open: '<details><summary>Policy diff</summary>\n\n```diff\n--- before\n+++ after',
  items,
  thing,
  close: '```',
  end: '</details>',
});

test('parts come one after the other, with an empty line between', () => {
  expect(inLimit([uncut('Verdict'), uncut(''), tableSection(['', 'account'], rows(2))])).toBe(
    'Verdict\n\n|  | account |\n| --- | --- |\n| + | row 0 |\n| + | row 1 |\n',
  );
});

describe('a limit', () => {
  const parts = [uncut('Verdict'), tableSection(['', 'what'], rows(500)), folded(['@@ 1 @@'])];
  const whole = inLimit(parts);

  test('that is just reached cuts nothing', () => {
    expect(inLimit(parts, within(bytes(whole)))).toBe(whole);
  });

  test('that is passed by one byte cuts rows, and says how many and where they are', () => {
    const cut = inLimit(parts, within(bytes(whole) - 1));
    expect(bytes(cut)).toBeLessThan(bytes(whole));
    const shown = cut.match(/^\| \+ \| row \d+ \|$/gm) ?? [];
    expect(cut).toContain(
      `\n\n… and ${500 - shown.length} more rows, left out here: the whole report is ${ELSEWHERE}.\n\n`,
    );
  });

  test('leaves short parts whole', () => {
    expect(inLimit(parts, within(2_000))).toContain('@@ 1 @@');
  });

  test('never cuts the verdict, even where that alone passes it', () => {
    expect(inLimit(parts, within(10))).toContain('Verdict');
  });

  test('cuts whole hunks and leaves fence and fold closed', () => {
    const hunk = ['@@ -1 +1 @@', ...Array.from({ length: 50 }, () => '+ one')].join('\n');
    const cut = inLimit([folded([hunk, hunk, hunk])], within(700));
    expect(cut).toBe(
      `${folded([]).open}\n${hunk}\n\`\`\`\n\n… and 2 more hunks, left out here: the whole report is ${ELSEWHERE}.\n</details>\n`,
    );
  });

  test('counts bytes, not characters', () => {
    const part = tableSection(['what'], [['한국어'.repeat(10)], ['한국어'.repeat(10)]]);
    expect(bytes(inLimit([part], within(250)))).toBeLessThanOrEqual(250);
  });
});

const text = fc.string({ unit: fc.constantFrom('a', '한', '😀', ' '), maxLength: 60 });
const section: fc.Arbitrary<Section> = fc.record({
  open: fc.constantFrom('', '<details>', 'Verdict'),
  items: fc.array(
    text.map((inner) => `| ${inner} |`),
    { maxLength: 40 },
  ),
  thing: fc.constantFrom('row' as const, 'hunk' as const, 'finding' as const),
  close: fc.constantFrom('', '```'),
  end: fc.constantFrom('', '</details>'),
});

test('whatever the parts: they fit, what is shown are the first whole items, and every part is closed', () => {
  fc.assert(
    fc.property(fc.array(section, { maxLength: 5 }), fc.nat(8_000), (sections, limit) => {
      const cut = inLimit(sections, within(limit));
      const bare = inLimit(sections, within(0));
      expect(bytes(cut)).toBeLessThanOrEqual(Math.max(limit, bytes(bare)));
      const lines = cut.split('\n').filter((line) => line.startsWith('| '));
      const left = (cut.match(/… and (\d+) more/g) ?? []).map((note) => Number(note.slice(6, -5)));
      const all = sections.flatMap(({ items }) => items);
      expect(lines.length + left.reduce((sum, count) => sum + count, 0)).toBe(all.length);
      for (const word of ['</details>', '```'])
        expect(cut.split(word)).toHaveLength(inLimit(sections).split(word).length);
    }),
  );
});

describe('room', () => {
  test.each([
    ['enough for all', [5, 10], 100, [5, 10]],
    [
      'the short one gets what it needs, the long ones share the rest',
      [100, 5, 100],
      45,
      [20, 5, 20],
    ],
    ['none', [5, 5], 0, [0, 0]],
    ['less than none', [5], -3, [0]],
  ])('%s', (_what, needs, room, shares) => {
    expect(fairShares(needs, room)).toEqual(shares);
  });
});
