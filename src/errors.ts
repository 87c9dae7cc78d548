/** Bad input, said to the person who gave it: what is wrong, where, and what to do. */

/** Whatever is wrong with the data, the options or the file. The command line ends with exit code 2 on it. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** ` Did you mean "x"?` with the known word that is nearest, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (!nearest || nearest.distance > Math.max(1, Math.min(word.length, nearest.candidate.length) / 2)) return "";
  return ` Did you mean "${nearest.candidate}"?`;
}

/** Names in quotation marks, the first dozen of them. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  return shown.join(", ") + (names.length > 12 ? ` and ${names.length - 12} more` : "");
}

/** The least number of letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      row.push(Math.min(row[j] + 1, previous[j + 1] + 1, previous[j] + (a[i] === b[j] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length];
}
