/** Lines and tables that fit a terminal: broken at words, painted line by line. Pure. */
import { displayWidth, fittingWidths, foldText, naturalWidths, renderGrid } from './grid';
import { titlesOf, type Folded } from './items';

/** A column would be unreadable if it were narrower. */
const leastColumn = 8;

/** @param cells printable texts */
export function gridText(
  titles: readonly string[],
  cells: readonly (readonly string[][])[],
  width: number,
  indent: string,
  dim: (text: string) => string,
): string[] {
  const room = width - indent.length;
  const head = titles.reduce((sum, title) => sum + displayWidth(title) + 2, -2);
  // A column that is narrower than its title would be told by a piece of the title.
  const widths = head > room ? undefined : fittingWidths(naturalWidths(titles, cells), room, leastColumn);
  const lines =
    widths === undefined
      ? cells.flatMap((row) =>
          foldText(row.map(([value = ''], column) => `${titles[column] ?? ''}=${value}`).join('  '), room),
        )
      : renderGrid(titles, cells, widths, dim);
  return lines.map((line) => `${indent}${line}`);
}

/** The words in which the items differ: the values of one column as a line, or a table with a row for each item. */
export function rowsText(item: Folded, width: number, indent: string, dim: (text: string) => string): string[] {
  const { columns, rows } = item;
  const [name = ''] = columns;
  if (columns.length === 0) return [];
  if (columns.length === 1)
    return wrapLine(`${indent}[${name}] is ${rows.map(([value = '']) => value).join(', ')}`, width);
  const cells = rows.map((row) => row.map((value) => [value]));
  return gridText(titlesOf(item), cells, width, indent, dim);
}

// eslint-disable-next-line no-control-regex
const colors = /\u001b\[\d+m/g;

/**
 * Breaks a line at words. Its further lines begin two columns behind its first. A word that is longer stays whole.
 *
 * @param line may be painted; a colour may go on in the next line
 */
export function wrapLine(line: string, width: number): string[] {
  if (displayWidth(line.replace(colors, '')) <= width) return [line];
  const [indent = ''] = /^ */.exec(line) ?? [];
  const further = `${indent}  `;
  const lines: string[] = [];
  let [current, size, isEmpty] = [indent, indent.length, true];
  for (const word of line.slice(indent.length).split(' ')) {
    const more = displayWidth(word.replace(colors, ''));
    if (!isEmpty && size + 1 + more > width) {
      lines.push(current);
      [current, size, isEmpty] = [further, further.length, true];
    }
    [current, size] = isEmpty ? [current + word, size + more] : [`${current} ${word}`, size + 1 + more];
    isEmpty = false;
  }
  return [...lines, current];
}

/** @param width Infinity: the text as it is */
export const wrapLines = (text: string, width: number): string =>
  width === Infinity
    ? text
    : text
        .split('\n')
        .flatMap((line) => wrapLine(line, width))
        .join('\n');
