// Work on a document or a statement that is done once, however often its result is asked for. Both are values that never
// change, so the result stays true as long as they live, and it is forgotten with them.

export function oncePer<K extends object, T extends object | string>(
  work: (key: K) => T,
): (key: K) => T {
  const done = new WeakMap<K, T>();
  return (key) => {
    const known = done.get(key);
    if (known !== undefined) return known;
    const result = work(key);
    done.set(key, result);
    return result;
  };
}
