// Text that AWS, a policy or a user wrote, made harmless: in Markdown it shows as what it is and formats, links and mentions
// nothing; in the log it is never a workflow command. All of the report's text goes through here.

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

// Control and formatting characters, and what has neither width nor ink, can hide or reorder what a reader sees; they are shown
// as their code points.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line without invisible characters: `\n` shows as `\u000a`. */
export function visible(text: string): string {
  return text.replaceAll(INVISIBLE, (char) => {
    const point = (char.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return point.length > 4 ? `\\u{${point}}` : `\\u${point}`;
  });
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
 * What Markdown or HTML reads as more than text (`+`, `-`, `1.` and spaces: where a line begins). As character references.
 */
const MARKUP = /[&<>`|\\*_~[\]{}$]|^[ +-]|(?<=^\d{1,9})[.)]/;

/**
 * What GitHub makes a link of, not in the source but in the text that it reads there, where a reference is a character again:
 * mentions, issue numbers (`GH-1` too), commits, addresses. Only a tag in between stops that.
 */
const LINKING =
  /[@#]|:(?=\/\/)|(?<=mailto|xmpp):|(?<=www)\.|(?<=gh)-(?=\d)|(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])/;

const SPECIAL = new RegExp(`(${LINKING.source})|${MARKUP.source}`, 'gi');

function encoded(text: string): string {
  return text.replaceAll(SPECIAL, (part, linking: string | undefined) =>
    linking === undefined ? (ENTITIES.get(part) ?? `&#${part.charCodeAt(0)};`) : torn(part),
  );
}

/** A character between tags; a commit in pieces of six digits, for GitHub takes seven for one. */
function torn(text: string): string {
  return text.length === 1
    ? `<span>${text}</span>`
    : text.replaceAll(/(.{6})(.{1,6})/g, '$1<span>$2</span>');
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
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
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

/** Several lines of the log, or of an annotation. */
export function logText(text: string): string {
  return text.split('\n').map(logLine).join('\n');
}
