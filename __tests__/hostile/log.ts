// The log's workflow commands as the runner finds them (actions/runner, ActionCommand.cs), and stricter: every character that
// anything takes for the end of a line ends one here, and a command need not be known to count.

export type Command = {
  readonly name: string;
  readonly properties: string;
  readonly data: string;
};

const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
const MODERN = /^\s*::([^\s:]+)(?:\s([^\n]*?))?::(.*)$/s;

/** In the order of the log; `##[name]` counts wherever it stands in a line. */
export function commandsIn(log: string): readonly Command[] {
  return log.split(LINE_ENDS).flatMap((line) => {
    const [, name = '', properties = '', data = ''] = MODERN.exec(line) ?? [];
    if (name !== '') return [{ name: name.toLowerCase(), properties, data }];
    return line.includes('##[') ? [{ name: '##[', properties: '', data: line }] : [];
  });
}

const OWN: ReadonlySet<string> = new Set([
  'add-mask',
  'debug',
  'error',
  'warning',
  'notice',
  'group',
  'endgroup',
]);
const TITLED: ReadonlySet<string> = new Set(['error', 'warning', 'notice']);

/** Commands that are none of this program's, lines that hide something, and own commands that carry one of either. */
export function strayInLog(log: string): readonly string[] {
  // The runner takes a mask out of the log before anybody sees it, and it must be the secret to the letter.
  const lines = log.split(/\r?\n/).filter((line) => !line.startsWith('::add-mask::'));
  return [
    ...lines.filter((line) => HIDING.test(line)).map((line) => `hides: ${JSON.stringify(line)}`),
    ...commandsIn(log).flatMap(strayCommand),
  ];
}

/** Control characters, and what has no width or turns the direction. */
const HIDING = /(?!\t)\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u;

function strayCommand({ name, properties, data }: Command): readonly string[] {
  if (!OWN.has(name)) return [`command: ${name} ${data}`];
  if (TITLED.has(name) && !/(?:^|,)title=CloudTrail onboarding/.test(properties))
    return [`title: ${properties}`];
  // A reader of the decoded message must find no command in it either.
  const decoded = data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const inner = name === 'add-mask' ? '' : decoded;
  return [
    ...commandsIn(inner).map((found) => `command in ${name}: ${found.name}`),
    ...inner.split('\n').filter((line) => HIDING.test(line)),
  ];
}
