// Three-valued logic: whether something in a policy holds, does not, or cannot be known from here. `unknown` carries
// through every combination that does not settle the matter anyway, so that a doubt is never lost and never guessed away.

export type Verdict = 'yes' | 'no' | 'unknown';

export function verdict(holds: boolean): Verdict {
  return holds ? 'yes' : 'no';
}

const OPPOSITE: { readonly [one in Verdict]: Verdict } = {
  yes: 'no',
  no: 'yes',
  unknown: 'unknown',
};

export function not(one: Verdict): Verdict {
  return OPPOSITE[one];
}

/** `yes` for none at all. */
export function all<T>(items: Iterable<T>, test: (item: T) => Verdict): Verdict {
  let doubt = false;
  for (const item of items) {
    const one = test(item);
    if (one === 'no') return 'no';
    doubt ||= one === 'unknown';
  }
  return doubt ? 'unknown' : 'yes';
}

/** `no` for none at all. */
export function any<T>(items: Iterable<T>, test: (item: T) => Verdict): Verdict {
  return not(all(items, (item) => not(test(item))));
}
