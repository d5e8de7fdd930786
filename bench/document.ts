// Puts what was measured into a page, between the comments that mark its place: `<!-- fleet -->` to `<!-- end of fleet -->`.

import { readFile, writeFile } from 'node:fs/promises';

/** @throws Error where the page has no such place. */
export async function insertInto(
  path: string,
  made: { readonly [place: string]: string },
): Promise<void> {
  let text = await readFile(path, 'utf8');
  for (const [place, content] of Object.entries(made)) {
    const [begin, end] = [`<!-- ${place} -->`, `<!-- end of ${place} -->`];
    const [before, rest] = text.split(begin);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) throw new Error(`${path} lacks ${begin}`);
    text = `${before}${begin}\n\n${content}\n\n${end}${after}`;
  }
  await writeFile(path, text);
}
