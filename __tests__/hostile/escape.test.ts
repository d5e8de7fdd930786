// Whatever text comes in, the Markdown and the log that come out hold nothing but text, as parsers find that are not ours.

import * as fc from 'fast-check';
import { code, fenced, logLine, prose, proseWithBlock, visible } from '../../src/report/escape.js';
import { tableSection } from '../../src/report/sections.js';
import { casesOf, patienceFor } from '../cases.js';
import { strayInLog } from './log.js';
import { parsedMarkdown, skeletonOf, strayIn, textOf } from './markdown.js';
import { HOSTILE, hostileTexts } from './texts.js';

const CASES = casesOf(1_000);
const PATIENCE = patienceFor(CASES, 20);

/** The places of a report in which a text may stand. */
const PLACES: readonly (readonly [string, (text: string) => string])[] = [
  ['a paragraph of its own', (text) => prose(text)],
  ['the end of a sentence', (text) => `AWS said: ${prose(text)}`],
  ['a list item', (text) => `- ❌ ${prose(text)} ${code(text)}  \n  **→** text`],
  ['a cell', (text) => `| head |\n| --- |\n| ${prose(text)} |`],
  ['a cell of code', (text) => `| head |\n| --- |\n| ${code(text)} in ${code(text)} |`],
  ['a fold', (text) => `<details><summary>Diff: ${prose(text)}</summary>\n\nx\n</details>`],
  ['a note before the end of a fold', (text) => `<details>\n\n${prose(text)}\n</details>`],
  ['a fence', (text) => fenced('diff', text)],
  ['a fence in a list', (text) => `- x\n\n  ${fenced('json', text).replaceAll('\n', '\n  ')}`],
];

const isEmpty = (text: string): boolean => visible(text).trim() === '';

describe.each(PLACES)('in %s', (_name, place) => {
  test.each(HOSTILE)('%j is text', (text) => {
    expect(strayIn(place(text))).toEqual([]);
    expect(skeletonOf(place(text))).toBe(skeletonOf(place('text')));
  });

  test(
    'so is every other text',
    () => {
      fc.assert(
        fc.property(hostileTexts, (text) => {
          fc.pre(!isEmpty(text));
          expect(strayIn(place(text))).toEqual([]);
          expect(skeletonOf(place(text))).toBe(skeletonOf(place('text')));
        }),
        { numRuns: CASES },
      );
    },
    PATIENCE,
  );
});

test(
  'a text reads, once rendered, as it was written, but for what cannot be seen',
  () => {
    fc.assert(
      fc.property(hostileTexts, (text) => {
        fc.pre(!isEmpty(text));
        expect(textOf(parsedMarkdown(`AWS said: ${prose(text)}.`))).toBe(
          `AWS said: ${visible(text)}.`,
        );
        expect(textOf(parsedMarkdown(`Named ${code(text)}.`))).toBe(`Named ${visible(text)}.`);
      }),
      { numRuns: CASES },
    );
  },
  PATIENCE,
);

test('a table keeps its rows and columns', () => {
  fc.assert(
    fc.property(fc.array(hostileTexts, { minLength: 1, maxLength: 4 }), (texts) => {
      const { open, items } = tableSection(
        ['a', 'b'],
        texts.map((text) => [prose(text), code(text)]),
      );
      const [table, ...others] = parsedMarkdown([open, ...items].join('\n')).children;
      expect(others).toEqual([]);
      expect(table?.type === 'table' && table.children.map((row) => row.children.length)).toEqual([
        2,
        ...texts.map(() => 2),
      ]);
    }),
  );
});

describe('a line of the log', () => {
  test.each(HOSTILE)('holds no command made of %j', (text) => {
    expect(strayInLog(logLine(text))).toEqual([]);
  });

  test(
    'holds no command, whatever it says',
    () => {
      fc.assert(
        fc.property(hostileTexts, (text) => {
          expect(strayInLog(logLine(text))).toEqual([]);
        }),
        { numRuns: CASES },
      );
    },
    PATIENCE,
  );
});

test('what is to be copied is a block, whatever is in it', () => {
  fc.assert(
    fc.property(hostileTexts, (text) => {
      const [first, second, ...others] = parsedMarkdown(
        proseWithBlock(`Put this there:\n${text}`),
      ).children;
      expect([first?.type, second?.type, others]).toEqual(['paragraph', 'code', []]);
    }),
  );
});
