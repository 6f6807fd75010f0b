/** Things that are told in lines of words, before a format prints them. Items that are alike fold into one (fold.ts). */

/**
 * A part of a line. `code`: a name or a command, shown as it is. `strong`: a word that has to be seen first. Each text
 * may come from outside, so the format makes it harmless; none of them is trusted because of where it stands.
 */
export type Piece = string | { readonly code: string } | { readonly strong: string };
export type Line = readonly Piece[];

export type Tone = 'danger' | 'warning' | 'good' | 'plain';

/** Lines of a file or of statements. */
export interface Code {
  readonly language: 'sql' | 'diff' | 'iptables' | 'text';
  readonly lines: readonly string[];
}

/** One thing, or several things that differ in a few words. The first line is the title. */
export interface Item {
  readonly tone: Tone;
  readonly lines: readonly Line[];
  readonly code: readonly Code[];
  /** Texts whose words name the thing, such as its construct path. Folding takes these words for names. */
  readonly names: readonly string[];
}

/** Items that are alike. In `lines` and `code`, `[A]` stands where column A has a value for each of them. */
export interface Folded extends Omit<Item, 'names'> {
  readonly count: number;
  readonly columns: readonly string[];
  /** The sort of the values of each column: `project`, `prefix`. */
  readonly meanings: readonly string[];
  /** One row for each item, in natural order. [] if there is one item. */
  readonly rows: readonly (readonly string[])[];
}

export const code = (text: string): Piece => ({ code: text });
export const strong = (text: string): Piece => ({ strong: text });

export const textOfPiece = (piece: Piece): string =>
  typeof piece === 'string' ? piece : 'code' in piece ? piece.code : piece.strong;
export const textOfLine = (line: Line): string => line.map(textOfPiece).join('');

/** Lines with these words between them, as one line. */
export const joined = (lines: readonly Line[], between: string): Line =>
  lines.flatMap((line, place) => (place === 0 ? line : [between, ...line]));

/** The pieces with ", " between them. */
export const listed = (pieces: readonly Piece[]): Line =>
  joined(
    pieces.map((piece) => [piece]),
    ', ',
  );

/** `A: project` */
export const titlesOf = ({ columns, meanings }: Folded): string[] =>
  columns.map((column, place) => `${column}: ${meanings[place] ?? 'name'}`);

/** The prefix of the title of an item that folds several. */
export const alikeOf = ({ count, columns }: Folded): string =>
  count === 1
    ? ''
    : columns.length < 2
      ? `${count} alike: `
      : `${count} like this; the table shows where they differ: `;
