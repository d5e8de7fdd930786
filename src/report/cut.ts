// Makes a report fit where it is shown: GitHub takes 1 MiB for a step's summary and 65,536 characters for a comment, and
// shows nothing of what is longer. Cut is at whole rows, hunks and findings; what is said in a sentence is never cut.

/** A text that is kept, or a list that may be cut: its units stand between `open` and `close`, each with its own end. */
export type Section = string | ListSection;

export type ListSection = {
  /** What a unit is, for the note: `row of the table`. */
  readonly unit: string;
  readonly open: string;
  readonly units: readonly string[];
  readonly close: string;
};

/** Room for the note that says what was cut. */
const NOTE = 300;

/**
 * The sections one below the other, within so many bytes of UTF-8 (no text has more characters than bytes). The lists that
 * come first get the room. `whole` says where all of it is.
 */
export function fit(sections: readonly Section[], limit: number, whole: string): string {
  const lists = sections.filter((section) => typeof section !== 'string');
  const kept = sections
    .map((section) => (typeof section === 'string' ? section : section.open + section.close))
    .reduce((sum, text) => sum + bytes(text) + 2, 0);
  let room = limit - kept - lists.length * NOTE;
  const texts = sections.map((section) => {
    if (typeof section === 'string') return section;
    const shown = unitsWithin(section.units, room);
    room -= bytes(shown.join(''));
    const text = (section.open + shown.join('') + section.close).trimEnd();
    return text + note(section, shown.length, whole);
  });
  return texts.filter((text) => text !== '').join('\n\n');
}

const bytes = (text: string): number => Buffer.byteLength(text);

function unitsWithin(units: readonly string[], room: number): readonly string[] {
  let used = 0;
  const end = units.findIndex((unit) => {
    used += bytes(unit);
    return used > room;
  });
  return end < 0 ? units : units.slice(0, end);
}

function note({ unit, units }: ListSection, shown: number, whole: string): string {
  const left = units.length - shown;
  return left === 0
    ? ''
    : `\n\n✂ ${left} more ${left === 1 ? unit : `${unit}s`} cut here: ${whole}.`;
}
