// Text that AWS, a policy or a user wrote, made harmless: in Markdown it shows as what it is and formats, links and mentions
// nothing; in the log it is never a workflow command. All of the report's text goes through here.

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['@', '<span>@</span>'],
  ['#', '<span>#</span>'],
  ['-', '<span>-</span>'],
]);

// Control and bidirectional characters can hide or reorder what a reader sees; they are shown as their code points.
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line without invisible characters: `\n` shows as `\u000a`. */
export function visible(text: string): string {
  return text.replaceAll(
    INVISIBLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Inline code, also inside a table cell. */
export function code(text: string): string {
  const shown = visible(text);
  if (shown !== '' && !/[`|\\<>&]/.test(shown) && shown.trim() === shown) return `\`${shown}\``;
  return `<code>${encoded(shown)}</code>`;
}

/** Running text, also inside a table cell. */
export function prose(text: string): string {
  return encoded(visible(text));
}

/**
 * Everything that Markdown or HTML would read as more than text, as character references. GitHub looks for mentions, issue
 * numbers (`GH-1` too) and commits in the rendered text, where a reference is a character again: a tag in between stops that.
 */
function encoded(text: string): string {
  return text.replaceAll(
    /[&<>`|\\*_~[\]{}$]|:(?=\/\/)|\.(?<=www\.)|[@#](?=\w)|(?<=\bgh)-(?=\d)|\b[0-9a-f]{40}\b/gi,
    (part) => ENTITIES.get(part) ?? (part.length > 1 ? torn(part) : `&#${part.charCodeAt(0)};`),
  );
}

/** GitHub takes seven digits for a commit. */
function torn(commit: string): string {
  return commit.replaceAll(/(.{6})(.{1,6})/g, '$1<span>$2</span>');
}

/** Text whose first line is a sentence; what follows is to be copied as it stands, and comes as a block of its own. */
export function proseWithBlock(text: string): string {
  const [sentence = '', ...block] = text.split('\n');
  return block.length === 0
    ? prose(sentence)
    : `${prose(sentence)}\n\n${fenced('json', block.join('\n'))}`;
}

/** A fenced block whose fence is longer than any run of backticks in it. */
export function fenced(language: string, text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  const lines = text.split('\n').map(visible).join('\n');
  return `${fence}${language}\n${lines}${lines.endsWith('\n') ? '' : '\n'}${fence}`;
}

/**
 * One line of the log. The runner takes `::` at a line's start, and `##[` anywhere in it, for a command
 * (actions/runner, ActionCommand.cs).
 */
export function logLine(text: string): string {
  const shown = visible(text).replaceAll('##[', '## [');
  return shown.trimStart().startsWith('::') ? `'${shown.trimStart()}` : shown;
}
