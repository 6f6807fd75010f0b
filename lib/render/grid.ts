/** Lays out cells of several lines in columns that fit a terminal. Pure. The texts must be printable. */
import { greatest } from '../basics/lists';

/** Characters that a terminal shows two columns wide: Chinese, Japanese, Korean, and emoji. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;
const plainText = /^[\x20-\x7e]*$/;

/** The number of columns that a terminal uses for the text. A combining mark uses none. */
export function displayWidth(text: string): number {
  if (plainText.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/**
 * Breaks the text into lines of at most `width`, at a blank if there is one in a line's second half. No text is lost.
 */
export function foldText(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  let size = 0;
  for (const character of text) {
    const more = displayWidth(character);
    if (size + more > width && line !== '') {
      const blank = line.lastIndexOf(' ');
      const end = blank > line.length / 2 ? blank + 1 : line.length;
      lines.push(line.slice(0, end).trimEnd());
      line = line.slice(end);
      size = displayWidth(line);
    }
    line += character;
    size += more;
  }
  return [...lines, line];
}

/** Lines of one cell. */
export type GridCell = readonly string[];

export const naturalWidths = (titles: readonly string[], rows: readonly (readonly GridCell[])[]): number[] =>
  titles.map((title, column) => {
    let width = displayWidth(title);
    for (const row of rows) for (const text of row[column] ?? []) width = Math.max(width, displayWidth(text));
    return width;
  });

const between = 2;
const sumOf = (widths: readonly number[], cap: number): number =>
  widths.reduce((sum, width) => sum + Math.min(width, cap) + between, -between);

/** Narrows the widest columns until all fit. Undefined if a column would become narrower than `least`. */
export function fittingWidths(natural: readonly number[], width: number, least: number): number[] | undefined {
  let cap = greatest(natural, least);
  while (cap > least && sumOf(natural, cap) > width) cap--;
  return sumOf(natural, cap) > width ? undefined : natural.map((own) => Math.min(own, cap));
}

/** Most cells are one line that fits, and stay as they are. */
const foldCell = (cell: GridCell, width: number): GridCell =>
  cell.every((text) => displayWidth(text) <= width) ? cell : cell.flatMap((text) => foldText(text, width));

/** Renders titles and rows. The lines of a cell are below each other. */
export function renderGrid(
  titles: readonly string[],
  rows: readonly (readonly GridCell[])[],
  widths: readonly number[],
  dim = (text: string): string => text,
): string[] {
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => padded(text, widths[column] ?? 0))
      .join(' '.repeat(between))
      .trimEnd();
  return [
    dim(line(titles)),
    ...rows.flatMap((cells) => {
      const folded = cells.map((cell, column) => foldCell(cell, widths[column] ?? 1));
      const height = greatest(folded.map(({ length }) => length), 1); // prettier-ignore
      return Array.from({ length: height }, (_, index) => line(folded.map((lines) => lines[index] ?? '')));
    }),
  ];
}
