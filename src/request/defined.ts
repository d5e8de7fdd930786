// "Not mentioned" is an absent key, never an undefined value: a value that is there always means something.

/** The entries that have a value. */
export function definedOnly<T extends object>(
  entries: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
