// Reads what an action prints as the GitHub runner does: workflow commands become annotations, masks and groups, all
// else is log. The rules are those of actions/runner (ActionCommand.cs, ActionCommandManager.cs).

import { createMasks } from './masks.js';

export type Annotation = {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
};

export type CommandReader = {
  /** Takes one line without its end. */
  readonly read: (line: string) => void;
  /** Hides a value from everything that is shown from then on. */
  readonly mask: (value: string) => void;
  /** Text with every masked value replaced. */
  readonly masked: (text: string) => string;
  readonly annotate: (level: Annotation['level'], message: string) => void;
  readonly annotations: readonly Annotation[];
  /** The log as a person sees it. */
  readonly log: () => string;
};

type Command = {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
};

const knownCommands = new Set([
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'add-mask',
  'stop-commands',
  'echo',
  'add-matcher',
  'remove-matcher',
  'set-output',
  'save-state',
  'set-env',
  'add-path',
]);

export function createCommandReader(): CommandReader {
  const masks = createMasks();
  const annotations: Annotation[] = [];
  const shown: string[] = [];
  let stoppedBy: string | undefined;
  const masked = (text: string) => masks.applied(text);
  const mask = (value: string) => {
    for (const part of [value, ...value.split(/\r?\n/)]) if (part.trim() !== '') masks.add(part);
  };
  const annotate = (annotation: Annotation) => {
    annotations.push({
      ...annotation,
      title: masked(annotation.title),
      message: masked(annotation.message),
    });
    shown.push(masked(`${capitalised(annotation.level)}: ${annotation.message}`));
  };
  const show = (line: string | undefined) => {
    if (line !== undefined) shown.push(masked(line));
  };
  const run = (command: Command) => {
    if (command.name === 'add-mask') mask(command.data);
    else if (command.name === 'stop-commands') stoppedBy = command.data.trim().toLowerCase();
    else if (isLevel(command.name)) annotate(annotationOf(command.name, command));
    else show(shownForm(command));
  };
  return {
    read: (line) => {
      if (stoppedBy !== undefined) {
        if (parseCommand(line, new Set([stoppedBy])) === undefined) show(line);
        else stoppedBy = undefined;
        return;
      }
      const command = parseCommand(line, knownCommands);
      if (command === undefined) show(line);
      else run(command);
    },
    mask,
    masked,
    annotate: (level, message) => annotate({ level, title: '', message }),
    annotations,
    log: () => shown.map((line) => `${line}\n`).join(''),
  };
}

/**
 * `::name key=value,key=value::data` after any white space, or the older `##[name key=value;key=value]data` anywhere in
 * the line. A line whose name is not known is no command.
 */
function parseCommand(line: string, known: ReadonlySet<string>): Command | undefined {
  return parseNewForm(line.trimStart(), known) ?? parseOldForm(line, known);
}

type Escapes = Readonly<Record<string, string>>;

const lineEnds = { '%0D': '\r', '%0A': '\n' };
const oldEscapes = { ...lineEnds, '%3B': ';', '%5D': ']' };

function parseNewForm(line: string, known: ReadonlySet<string>): Command | undefined {
  const match = /^::([^\s:]+(?: [^\n]*?)?)::(.*)$/s.exec(line);
  if (match === null) return undefined;
  const [name = '', properties = ''] = splitOnce(match[1] ?? '', ' ');
  if (!known.has(name.toLowerCase())) return undefined;
  return {
    name: name.toLowerCase(),
    properties: propertiesOf(properties, ',', { ...lineEnds, '%3A': ':', '%2C': ',' }),
    data: unescaped(match[2] ?? '', lineEnds),
  };
}

function parseOldForm(line: string, known: ReadonlySet<string>): Command | undefined {
  const match = /##\[([^\]]*)\](.*)$/s.exec(line);
  if (match === null) return undefined;
  const [name = '', properties = ''] = splitOnce(match[1] ?? '', ' ');
  if (!known.has(name.toLowerCase())) return undefined;
  return {
    name: name.toLowerCase(),
    properties: propertiesOf(properties, ';', oldEscapes),
    data: unescaped(match[2] ?? '', oldEscapes),
  };
}

function propertiesOf(text: string, separator: string, escapes: Escapes): Record<string, string> {
  const pairs = text.split(separator).map((pair) => splitOnce(pair.trim(), '='));
  return Object.fromEntries(
    pairs.flatMap(([key = '', value]) =>
      value === undefined ? [] : [[key, unescaped(value, escapes)]],
    ),
  );
}

/** The per cent sign itself comes last, so that `%250A` is the text `%0A`. */
function unescaped(text: string, escapes: Escapes): string {
  const plain = Object.entries(escapes).reduce(
    (result, [code, character]) => result.replaceAll(code, character),
    text,
  );
  return plain.replaceAll('%25', '%');
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function isLevel(name: string): name is Annotation['level'] {
  return name === 'error' || name === 'warning' || name === 'notice';
}

function annotationOf(level: Annotation['level'], { properties, data }: Command): Annotation {
  const { title = '', file, line } = properties;
  return {
    level,
    title,
    message: data,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line: Number(line) }),
  };
}

/** What other commands leave in the log; debug lines are hidden unless a person asks for them. */
function shownForm(command: Command): string | undefined {
  return command.name === 'group' ? `▼ ${command.data}` : undefined;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
