import fc from 'fast-check';
import { code, fenced, logLine, prose, proseWithBlock } from '../../src/report/escape.js';

const HOSTILE = [
  '`code`',
  '| cell | cell |',
  '<img src=x onerror=alert(1)>',
  '</details>',
  '[click](https://evil.example)',
  'https://evil.example www.evil.example',
  '@someone #1 GH-1 gh-2',
  'a9993e364706816aba3e25717850c26c9cd0d89d',
  'two\nlines',
  '::set-env name=PATH::/evil',
  '##[error]x',
  '**bold** _it_ ~~no~~ $x$',
  'right-to-left \u202e mark',
  '\u001b[31mred',
];

test('a harmless name is shown in backticks, as a person would write it', () => {
  expect(code('arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL')).toBe(
    '`arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL`',
  );
});

test.each(HOSTILE)('as code, %j neither ends its cell nor its line nor becomes HTML', (text) => {
  const [, inner = ''] = /^(?:`([^`]*)`|<code>[^`]*<\/code>)$/.exec(code(text)) ?? ['', '|'];
  expect(code(text).replaceAll(/^<code>|<\/code>$/g, '')).not.toMatch(/[\n\r|<>]/);
  expect(inner).not.toContain('|');
});

test.each(HOSTILE)('as prose, %j formats, links and mentions nothing', (text) => {
  const shown = prose(text).replaceAll(/<span>[^<>]{1,6}<\/span>/g, ' ');
  expect(shown).not.toMatch(/[`|\n\r<>*_[\]~$]|(?<!&)[@#](?=\w)|:\/\/|www\.|gh-\d|[0-9a-f]{7}/i);
});

test('prose reads the same as it was written once it is rendered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      const rendered = prose(text)
        .replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCharCode(Number(point)))
        .replaceAll(/<\/?span>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&');
      expect(rendered).toBe(text);
    }),
  );
});

test('what is to be copied comes as a block of its own', () => {
  expect(proseWithBlock('Put this there:\n{\n  "a": ["*"]\n}')).toBe(
    'Put this there:\n\n```json\n{\n  "a": ["*"]\n}\n```',
  );
});

test('a fence is longer than any run of backticks in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', 'a', '\n') }), (text) => {
      const [first = '', ...rest] = fenced('diff', text).split('\n');
      const fence = first.replace('diff', '');
      expect(rest.at(-1)).toBe(fence);
      expect(rest.slice(0, -1).some((line) => line.includes(fence))).toBe(false);
    }),
  );
});

test.each(HOSTILE)('in the log, %j is one line and no workflow command', (text) => {
  const line = logLine(text);
  expect(line).not.toMatch(/\p{Cc}|\u202e|##\[|^\s*::/u);
});
