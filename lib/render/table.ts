/** Rows as aligned columns that fit a terminal. Pure. */
import { greatest } from '../basics/lists';
import { printable } from '../basics/printable';

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

export function renderTable(titles: readonly string[], rows: readonly Row[], dim = (text: string): string => text) {
  const widths = titles.map((title, column) =>
    greatest(
      rows.map(({ cells }) => textOf(cells[column] ?? '').length),
      title.length,
    ),
  );
  const line = (cells: readonly (Cell | string)[]): string =>
    cells
      .map((cell, column) => {
        const text = textOf(cell);
        const padding = ' '.repeat(column === cells.length - 1 ? 0 : (widths[column] ?? 0) - text.length);
        const painted = typeof cell === 'string' || cell.paint === undefined ? text : cell.paint(text);
        return `${painted}${padding}`;
      })
      .join('  ')
      .trimEnd();
  return [
    dim(line(titles)),
    ...rows.flatMap(({ cells, notes = [] }) => [line(cells), ...notes.map((note) => `    ${note}`)]),
  ];
}

/** Breaks text into lines of at most `width`, each beginning with `indent`. A longer word stays whole. */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(`${indent}${line}`);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
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
