// A report that is too long for where it is shown loses whole units, says so, and keeps every sentence.

import fc from 'fast-check';
import { fit } from '../../src/report/cut.js';

const list = (units: readonly string[]) => ({
  unit: 'row',
  open: '<table>\n',
  units,
  close: '</table>',
});

test('what fits is left alone', () => {
  expect(fit(['Verdict.', '', list(['a\n', 'b\n']), 'End.'], 2_000, 'x')).toBe(
    'Verdict.\n\n<table>\na\nb\n</table>\n\nEnd.',
  );
});

test('what does not fit is cut at whole units, and it is said how many and where they are', () => {
  const units = Array.from({ length: 100 }, (_, at) => `row ${at}\n`);
  const text = fit(['Verdict.', list(units), 'End.'], 400, 'see the file');
  const shown = text.match(/^row \d+$/gm)?.length ?? 0;
  expect(shown).toBeGreaterThan(0);
  expect(text).toMatch(
    /^Verdict\.\n\n<table>\nrow 0\n[\s\S]*<\/table>\n\n✂ (\d+) more rows cut here: see the file\.\n\nEnd\.$/,
  );
  expect(text).toContain(`✂ ${100 - shown} more`);
});

test('whatever the lists hold, the limit holds in bytes, and so do the sentences', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 })), { maxLength: 4 }),
      fc.integer({ min: 2_000, max: 6_000 }),
      (lists, limit) => {
        const text = fit(['Verdict.', ...lists.map(list), 'End.'], limit, 'see the file');
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
        expect(text.startsWith('Verdict.') && text.endsWith('End.')).toBe(true);
      },
    ),
  );
});
