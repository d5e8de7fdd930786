// Reads JSON text without losing anything: what `JSON.parse` would drop or change in silence (a key given twice, a number
// no double can hold) is refused, by a `JsonError`. What the value means is decided elsewhere.

/** The text is not JSON, or not JSON that can be held without loss. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Far deeper than any policy; keeps printing, which recurses, within the stack. */
const DEEPEST = 100;

/** Throws a JsonError. Keys such as `__proto__` are plain own keys of the objects it returns. */
export function readJson(text: string): unknown {
  const value = parse(text);
  refuseLoss(text);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JsonError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Strings, brackets, numbers; what is between them does not matter in a text known to be JSON. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]|-?\d[\d.eE+-]*/g;

function refuseLoss(text: string): void {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) addKey(open.at(-1), token.slice(0, -colon.length));
    else if (!token.startsWith('"')) refuseInexact(token);
    if (open.length > DEEPEST) throw new JsonError(`It is nested more than ${DEEPEST} levels deep`);
  }
}

function addKey(keys: Set<string> | undefined, literal: string): void {
  const key = String(JSON.parse(literal));
  if (keys?.has(key)) throw new JsonError(`The key ${cut(literal)} stands twice in one object`);
  keys?.add(key);
}

function refuseInexact(literal: string): void {
  if (decimal(literal) !== decimal(String(Number(literal)))) {
    throw new JsonError(`The number ${cut(literal)} cannot be kept exactly; write it as a string`);
  }
}

function cut(literal: string): string {
  return literal.length > 80 ? `${literal.slice(0, 80)}…` : literal;
}

/** One spelling for all spellings of a number: 0.<digits without zeros at the ends>e<power of ten>. */
function decimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const power = Number(exponent) + digits.length - fraction.length;
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return end === 0 ? '0' : `${sign}${digits.slice(0, end)}e${power}`;
}
