/** Commands as a person can paste them into a shell, whatever names they have in them. Pure. */

const shellWord = (word: string): string =>
  /^[\w./:@=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** @param words behind `stackward`; none of them is quoted yet */
export const commandLine = (words: readonly string[]): string => ['stackward', ...words.map(shellWord)].join(' ');
