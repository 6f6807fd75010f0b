/** Lines and blanks as Python reads them: Python 2 reads bytes, Python 3 reads characters. */
import type { Python } from './era';

export interface PythonLine {
  readonly start: number;
  /** The place of its line end. */
  readonly end: number;
  /** The place of the next line. */
  readonly next: number;
}

/** Python 3 also ends a line at a lone carriage return. */
const lineEnds: Readonly<Record<Python, RegExp>> = { 2: /\n/g, 3: /\r\n|\r|\n/g };

/** An empty rest after the last line end is not a line. */
export function linesOf(text: string, python: Python): readonly PythonLine[] {
  const lines: PythonLine[] = [];
  let start = 0;
  for (const { index, 0: end } of text.matchAll(lineEnds[python])) {
    const next = index + end.length;
    lines.push({ start, end: index, next });
    start = next;
  }
  if (start < text.length) lines.push({ start, end: text.length, next: text.length });
  return lines;
}

/** The characters that `strip()` removes. */
const blanks: Readonly<Record<Python, string>> = {
  2: ' \t\n\r\v\f',
  3: ' \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
};

/** Python 2's blanks are among Python 3's. */
export const isBlankInAnyPython = (character: string): boolean => character !== '' && blanks[3].includes(character);

/** The place of the text between `start` and `end` without the blanks around it. */
export function stripped(text: string, start: number, end: number, python: Python): { start: number; end: number } {
  const isBlank = (index: number): boolean => blanks[python].includes(text.charAt(index));
  while (end > start && isBlank(end - 1)) end -= 1;
  while (start < end && isBlank(start)) start += 1;
  return { start, end };
}

/** Python's `lower()`. For Python 2's bytes it changes only the letters of ASCII. */
export const lower = (text: string, python: Python): string =>
  python === 3 ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
