/** A page of docs/, or a section of it, as a terminal shows it. The pages are our own, and use little of Markdown. Pure. */
import { append } from '../basics/lists';
import { displayWidth, fittingWidths, foldText, naturalWidths, renderGrid } from './grid';
import { plain, type Style } from './style';
import { wrapText } from './table';

/** Columns of a table that would be narrower stand below one another. */
const leastWidth = 12;

/** @param width of the terminal */
export function renderPageText(markdown: string, width: number, style: Style = plain): string {
  const lines: string[] = [];
  let table: string[] = [];
  let isCode = false;
  for (const line of [...markdown.trim().split('\n'), '']) {
    if (!isCode && line.startsWith('|')) table.push(line);
    else if (table.length > 0) {
      append(lines, renderTableOf(table, width, style));
      table = [];
    }
    if (line.trimStart().startsWith('```')) isCode = !isCode;
    else if (isCode) lines.push(`    ${line}`);
    else if (!line.startsWith('|')) append(lines, renderLine(line, width, style));
  }
  return lines.join('\n').trimEnd();
}

function renderLine(line: string, width: number, style: Style): string[] {
  const [, heading] = /^#+ (.*)$/.exec(line) ?? [];
  if (heading !== undefined) return wrapText(readable(heading), width).map(style.bold);
  const [, blanks = '', mark, text = line] = /^( *)(- |\d+\. )?(.*)$/.exec(line) ?? [];
  const own = `${blanks}${mark ?? ''}`;
  const indent = ' '.repeat(own.length);
  const [first = '', ...rest] = wrapText(readable(text), width, indent);
  return [`${own}${first.slice(own.length)}`, ...rest].map((each) => each.trimEnd());
}

const cellsOf = (row: string): string[] =>
  row
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => readable(cell.trim().replaceAll('\\|', '|')));

function renderTableOf([head = '', , ...rows]: readonly string[], width: number, style: Style): string[] {
  const titles = cellsOf(head);
  const cells = rows.map((row) => cellsOf(row).map((cell) => [cell]));
  const widths = fittingWidths(naturalWidths(titles, cells), width, leastWidth);
  const isFitting =
    widths !== undefined && titles.every((title, column) => displayWidth(title) <= (widths[column] ?? 0));
  if (isFitting) return renderGrid(titles, cells, widths, style.dim);
  return cells.flatMap((row) => [
    ...row.flatMap(([cell = ''], column) =>
      foldText(`${titles[column] ?? ''}: ${cell}`, width - 2).map((each, index) => (index === 0 ? each : `  ${each}`)),
    ),
    '',
  ]);
}

/** Without the marks of links and of bold text. */
const readable = (text: string): string => text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('**', '');

/** Such as `database-grants` where a message names docs/database-grants.md. */
export const topicsIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\bdocs\/(?:kinds\/)?([a-z-]+)\.md/g)].map(([, name = '']) => name)),
];

/** How a person at a terminal alone gets at these pages; [] where there are none. */
export const sayMore = (topics: readonly string[]): readonly string[] =>
  topics.length === 0 ? [] : [`More: ${topics.map((topic) => `\`stackward explain ${topic}\``).join(', ')}`];
