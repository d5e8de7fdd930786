// How the log and the command files are read: as actions/runner reads them.

import { createCommandReader } from '../../sandbox/runner/commands.js';
import { parsePairs } from '../../sandbox/runner/files.js';

function read(...lines: readonly string[]) {
  const reader = createCommandReader();
  for (const line of lines) reader.read(line);
  return { annotations: reader.annotations, log: reader.log() };
}

describe('a workflow command', () => {
  test.each(['error', 'warning', 'notice'] as const)('%s is an annotation', (level) => {
    expect(read(`::${level} title=Policy,file=accounts.yml,line=3::too long`).annotations).toEqual([
      { level, title: 'Policy', message: 'too long', file: 'accounts.yml', line: 3 },
    ]);
  });

  test('has line ends, colons, commas and per cent signs escaped', () => {
    expect(read('::error title=a%2Cb%3Ac::one%0Atwo%25 100%250A').annotations).toEqual([
      { level: 'error', title: 'a,b:c', message: 'one\ntwo% 100%0A' },
    ]);
  });

  test('is seen after white space, not after text', () => {
    expect(read('  ::error::indented').annotations).toHaveLength(1);
    expect(read('text ::error::in a line')).toEqual({
      annotations: [],
      log: 'text ::error::in a line\n',
    });
  });

  test('is only one of the known names, in letters of any size', () => {
    expect(read('::ERROR::loud').annotations).toHaveLength(1);
    expect(read('::shout::loud').log).toBe('::shout::loud\n');
    expect(read('arn:aws:s3:::bucket', ':::x', '::').annotations).toEqual([]);
  });

  test('in the older form is seen anywhere in a line', () => {
    expect(read('note ##[warning title=a]what%5D').annotations).toEqual([
      { level: 'warning', title: 'a', message: 'what]' },
    ]);
  });

  test('groups, and leaves debug and group ends out of the log', () => {
    expect(read('::group::Plan', 'inside', '::endgroup::', '::debug::hidden').log).toBe(
      '▼ Plan\ninside\n',
    );
  });

  test('is mere text between stop-commands and its token', () => {
    const { annotations, log } = read(
      '::stop-commands::Token-1',
      '::error::not one',
      '::token-1::',
      '::error::one',
    );
    expect(annotations).toMatchObject([{ message: 'one' }]);
    expect(log).toBe('::error::not one\nError: one\n');
  });

  test('add-mask hides a value from then on, every line of it', () => {
    const { log, annotations } = read(
      'before secret',
      '::add-mask::secret%0Alines',
      'a secret in lines',
      '::error title=secret::secret',
    );
    expect(log).toBe('before secret\na *** in ***\nError: ***\n');
    expect(annotations).toEqual([{ level: 'error', title: '***', message: '***' }]);
  });

  test('masks a longer secret before a shorter one that it begins with', () => {
    expect(read('::add-mask::abc', '::add-mask::abcdef', 'abcdef abc').log).toBe('*** ***\n');
  });
});

describe('a command file', () => {
  test('holds single lines and heredocs', () => {
    expect(parsePairs('a=1=2\nb<<EOF\none\n\ntwo\nEOF\nc=\n')).toEqual({
      a: '1=2',
      b: 'one\n\ntwo',
      c: '',
    });
  });

  test.each([
    ['a line that is neither', 'nonsense', /Invalid format 'nonsense'/],
    ['a heredoc without an end', 'a<<EOF\nx', /Matching delimiter not found 'EOF'/],
    ['a value without a name', '=x', /name is empty/],
  ])('is not read with %s', (_, text, message) => {
    expect(() => parsePairs(text)).toThrow(message);
  });
});
