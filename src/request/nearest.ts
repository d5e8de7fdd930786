// Which known word somebody may have meant.

/** The known word that takes the fewest edits, where that is few for its length, or has the same letters (`nmae`). */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const given = spelt(word);
  const ranked = known
    .map((name) => ({ name, edits: distance(given, spelt(name)) }))
    .toSorted((a, b) => a.edits - b.edits);
  const [best] = ranked;
  const swapped = known.find((name) => lettersOf(spelt(name)) === lettersOf(given));
  if (swapped !== undefined) return swapped;
  const within = known.find((name) => given.endsWith(spelt(name)) && name.length > 3);
  return best !== undefined && best.edits <= Math.max(1, best.name.length / 3) ? best.name : within;
}

const spelt = (word: string): string =>
  word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

const lettersOf = (word: string): string => word.split('').toSorted().join('');

/** Letters to add, drop or change, as Levenshtein counts them. */
function distance(from: string, to: string): number {
  const first = Array.from({ length: to.length + 1 }, (_, column) => column);
  const last = from.split('').reduce((above, letter, row) => {
    const line = [row + 1];
    for (const [column, other] of to.split('').entries())
      line.push(
        Math.min(
          (line[column] ?? 0) + 1,
          (above[column + 1] ?? 0) + 1,
          (above[column] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    return line;
  }, first);
  return last.at(-1) ?? 0;
}
