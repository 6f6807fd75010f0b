/** Rows as aligned columns that fit a terminal. Pure. */
import { greatest } from '../basics/lists';
import { printable } from '../basics/printable';
import { displayWidth } from './grid';

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface Row {
  readonly cells: readonly (Cell | string)[];
  /** Lines below the row, indented. */
  readonly notes?: readonly string[];
}

const textOf = (cell: Cell | string): string => printable(typeof cell === 'string' ? cell : cell.text);

/**
 * @param width if the columns don't fit, each row becomes a block of lines: its first cell, then the other cells with
 * their titles
 */
export function renderTable(
  titles: readonly string[],
  rows: readonly Row[],
  dim = (text: string): string => text,
  width = Infinity,
): string[] {
  const widths = titles.map((title, column) =>
    greatest(
      rows.map(({ cells }) => displayWidth(textOf(cells[column] ?? ''))),
      title.length,
    ),
  );
  if (widths.reduce((sum, each) => sum + each + 2, -2) > width) return renderBlocks(titles, rows, dim, width);
  const line = (cells: readonly (Cell | string)[]): string =>
    cells
      .map((cell, column) => {
        const text = textOf(cell);
        const padding = ' '.repeat(column === cells.length - 1 ? 0 : (widths[column] ?? 0) - displayWidth(text));
        return `${painted(cell)}${padding}`;
      })
      .join('  ')
      .trimEnd();
  return [
    dim(line(titles)),
    ...rows.flatMap(({ cells, notes = [] }) => [line(cells), ...notes.map((note) => `${noteIndent}${note}`)]),
  ];
}

const painted = (cell: Cell | string): string =>
  typeof cell === 'string' || cell.paint === undefined ? textOf(cell) : cell.paint(textOf(cell));

const noteIndent = '    ';

function renderBlocks(
  titles: readonly string[],
  rows: readonly Row[],
  dim: (text: string) => string,
  width: number,
): string[] {
  return rows.flatMap(({ cells: [first = '', ...others], notes = [] }) => {
    const parts = others.map((cell, column) => {
      const title = `${titles[column + 1] ?? ''} `;
      return { width: title.length + displayWidth(textOf(cell)), shown: `${dim(title)}${painted(cell)}` };
    });
    const lines: { width: number; shown: string }[] = [];
    for (const part of parts) {
      const last = lines.at(-1);
      if (last === undefined || noteIndent.length + last.width + 2 + part.width > width) lines.push({ ...part });
      else Object.assign(last, { width: last.width + 2 + part.width, shown: `${last.shown}  ${part.shown}` });
    }
    return [painted(first), ...[...lines.map(({ shown }) => shown), ...notes].map((line) => `${noteIndent}${line}`)];
  });
}

/** Breaks text into lines of at most `width`, each beginning with `indent`. A word that is longer stays whole. */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  let size = 0;
  for (const word of printable(text).split(' ')) {
    const more = displayWidth(word);
    if (line !== '' && indent.length + size + 1 + more > width) {
      lines.push(`${indent}${line}`);
      line = '';
      size = 0;
    }
    size += line === '' ? more : more + 1;
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}${line}`];
}

/** `4 s`, `3 min`, `5 h`, `12 d`; `?` if the number is unknown. */
export function sayDuration(seconds: number | undefined): string {
  if (seconds === undefined || Number.isNaN(seconds)) return '?';
  const size = Math.abs(seconds);
  const sign = seconds < -0.5 ? '-' : '';
  if (size < 120) return `${sign}${Math.round(size)} s`;
  if (size < 120 * 60) return `${sign}${Math.round(size / 60)} min`;
  if (size < 48 * 3600) return `${sign}${Math.round(size / 3600)} h`;
  return `${sign}${Math.round(size / 86_400)} d`;
}

/**
 * The time since then: `4 s`. For a time in the future: `60 min in the future`. A difference below `slack` seconds
 * counts as none, because clocks differ.
 */
export function sayAge(seconds: number | undefined, slack = 0): string {
  if (seconds === undefined || seconds >= 0) return sayDuration(seconds);
  return -seconds <= slack ? '0 s' : `${sayDuration(-seconds)} in the future`;
}
