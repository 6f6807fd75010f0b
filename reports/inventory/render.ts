/** Prints the inventory as text, JSON and CSV. `?`: not known. Pure. */
import { greatest } from '../../lib/basics/lists';
import { printable, printableJson } from '../../lib/basics/printable';
import type { Clock } from '../../lib/contract/clock';
import type { Column, Item, Value } from '../../lib/inventory/column';
import { columns as allColumns } from '../../lib/inventory/columns';
import { fittingWidths, foldText, naturalWidths, renderGrid, type GridCell } from '../../lib/render/grid';
import { plain, type Style } from '../../lib/render/style';
import { wrapText } from '../../lib/render/table';
import { count } from '../../lib/render/text';
import type { Inventory, ServerRow } from './report';

type Show = Clock['show'];

const unknown = '?';
const none = '-';

const itemText = (item: Item): string =>
  typeof item === 'string' ? item : Object.entries(item).map(([key, value]) => `${key}=${value ?? none}`).join(' '); // prettier-ignore

/** One line for each item. */
function linesOf(value: Value, show: Show): readonly string[] {
  if (value === undefined) return [unknown];
  if (value === null || value === '') return [none];
  if (value instanceof Date) return [show(value)];
  if (Array.isArray(value)) return value.length === 0 ? [none] : value.map(itemText).map(printable);
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, text]) => printable(`${key}=${text}`));
    return pairs.length === 0 ? [none] : pairs;
  }
  return [printable(String(value))];
}

const whereNowhere: Readonly<Record<string, string>> = {
  nova_cell0: 'none (no host found)',
  build_requests: 'none (in no cell yet)',
};

/** For a server that runs on no host, the cell has the reason instead of a host. */
function cellOf({ valueOf }: ServerRow, column: Column, show: Show): GridCell {
  const value = valueOf(column);
  const place = column.name === 'host' && value === null && foundIn ? valueOf(foundIn) : undefined;
  return typeof place === 'string' ? [whereNowhere[place] ?? none] : linesOf(value, show);
}

const foundIn = allColumns.find(({ name }) => name === 'found_in');

const titleOf = ({ name }: Column): string => name.toUpperCase().replaceAll('_', ' ');

/** The columns of the table, the most important first. If they don't fit, the last ones are left out. */
const byImportance = [
  ...[
    'name',
    'host',
    'project',
    'vm_state',
    'ips',
    'floating_ips',
    'power_state',
    'flavor',
    'zone',
    'networks',
    'user',
    'image',
  ],
  ...['created', 'vcpus', 'memory_mib', 'task_state'],
];
/** In the order of all columns. */
export const tableColumns: readonly Column[] = allColumns.filter(({ name }) => byImportance.includes(name));

/** A column that is narrower is hard to read. */
const leastWidth = 10;
/** A long name must not leave too little room for the other columns. */
const mostWidth = (width: number): number => Math.min(40, Math.floor(width * 0.3));

/** @param isChosen the user named the columns, so that none may be left out */
export function renderInventory(
  inventory: Inventory,
  isChosen: boolean,
  { show }: Pick<Clock, 'show'>,
  width: number,
  style: Style = plain,
): string {
  const { rows, columns } = inventory;
  const cells = rows.map((row) => columns.map((column) => cellOf(row, column, show)));
  const { lines, hidden } = isChosen
    ? wholeTable(columns, cells, width, style)
    : partialTable(columns, cells, width, style);
  return [
    ...(rows.length === 0 ? [] : [...lines, '']),
    ...notesOf(inventory, width, style),
    ...(hidden.length === 0 || rows.length === 0
      ? []
      : [...wrapText(`Not shown for want of width: ${hidden.map(({ name }) => name).join(', ')}. \`--columns\` names others.`, width).map(style.dim), '']), // prettier-ignore
    `${style.bold(count(rows.length, 'server'))}.`,
  ].join('\n');
}

interface Table {
  readonly lines: readonly string[];
  readonly hidden: readonly Column[];
}

/** All columns, beside one another or, where they don't fit, below one another. */
function wholeTable(
  columns: readonly Column[],
  cells: readonly (readonly GridCell[])[],
  width: number,
  style: Style,
): Table {
  const titles = columns.map(titleOf);
  const widths = fittingWidths(naturalWidths(titles, cells), width, leastWidth);
  if (widths) return { lines: renderGrid(titles, cells, widths, style.dim), hidden: [] };
  const titleWidth = greatest(
    columns.map(({ name }) => name.length),
    0,
  );
  const block = (row: readonly GridCell[]): string[] => [
    ...row.flatMap((cell, index) => {
      const [first = '', ...more] = cell.flatMap((line) => foldText(line, width - titleWidth - 2));
      const name = (columns[index]?.name ?? '').padEnd(titleWidth);
      return [`${style.dim(name)}  ${first}`, ...more.map((line) => `${' '.repeat(titleWidth)}  ${line}`)];
    }),
  ];
  return { lines: cells.flatMap((row, index) => [...(index === 0 ? [] : ['']), ...block(row)]), hidden: [] };
}

/** As many columns as fit, the most important ones first. */
function partialTable(
  columns: readonly Column[],
  cells: readonly (readonly GridCell[])[],
  width: number,
  style: Style,
): Table {
  const natural = naturalWidths(columns.map(titleOf), cells).map((own) => Math.min(own, mostWidth(width)));
  const chosen = new Set<Column>();
  let left = width + 2;
  for (const name of byImportance) {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    const needed = (natural[index] ?? 0) + 2;
    if (column === undefined || (chosen.size > 0 && needed > left)) continue;
    chosen.add(column);
    left -= needed;
  }
  const kept = columns.flatMap((column, index) => (chosen.has(column) ? [index] : []));
  const pick = <Item>(items: readonly Item[]): Item[] => kept.flatMap((index) => items[index] ?? []) as Item[];
  const shown = pick(columns);
  const rows = cells.map((row) => kept.map((index) => row[index] ?? []));
  const widths = pick(natural).map((own) => Math.min(own, width));
  return {
    lines: renderGrid(shown.map(titleOf), rows, widths, style.dim),
    hidden: columns.filter((column) => !chosen.has(column)),
  };
}

/** Notes about missing data. */
function notesOf({ unknown: untold, unjudged, failed }: Inventory, width: number, style: Style): string[] {
  const grouped = new Map<string, string[]>();
  for (const { name, why } of untold) grouped.set(why, [...(grouped.get(why) ?? []), name]);
  const note = (head: string, what: string, why: string): string[] => [
    `${style.yellow(`${head}:`)} ${what}`,
    ...wrapText(why, width, '  '),
  ];
  const all = [
    ...failed.flatMap(({ what, why }) => note('not looked at', what, why)),
    ...[...grouped].flatMap(([why, names]) => note('not known', names.join(', '), why)),
    ...unjudged.flatMap(({ condition, servers }) =>
      note('left out', count(servers, 'server'), `nobody tells whether --where ${condition} holds`),
    ),
  ];
  return all.length === 0 ? [] : [...all, ''];
}

/** Prints one server per line, so that neither the writer nor the reader needs all servers in memory. */
export function* renderInventoryJson(
  { rows, columns, unknown: untold, unjudged, failed, ways, exitCode }: Inventory,
  head: { readonly formatVersion: string; readonly cloud: string; readonly time: string },
): Generator<string> {
  const { formatVersion, cloud, time } = head;
  const names = columns.map(({ name }) => name);
  const opening = printableJson({ formatVersion, command: 'inventory', cloud, time, columns: names });
  yield `${opening.slice(0, -1)},"servers":[`;
  for (const [index, row] of rows.entries())
    yield `${printableJson(jsonOf(row, columns))}${index === rows.length - 1 ? '' : ','}`;
  const readBy = Object.fromEntries(ways);
  const closing = printableJson({ unknown: untold, leftOut: unjudged, notLookedAt: failed, readBy, exitCode });
  yield `],${closing.slice(1)}`;
}

/** Null means that there is no value, unless the column is listed in `unknown`: then the value isn't known. */
function jsonOf({ valueOf }: ServerRow, columns: readonly Column[]): object {
  const values = columns.map((column) => [column.name, valueOf(column)] as const);
  return {
    ...Object.fromEntries(values.map(([name, value]) => [name, value ?? null])),
    unknown: values.flatMap(([name, value]) => (value === undefined ? [name] : [])),
  };
}

/** Lines without their ends. */
export function* renderInventoryCsv({ rows, columns }: Inventory, show: Show): Generator<string> {
  yield columns.map(({ name }) => csvCell(name)).join(',');
  for (const { valueOf } of rows)
    yield columns
      .map((column) => {
        const value = valueOf(column);
        if (value === null || (Array.isArray(value) && value.length === 0)) return '';
        return typeof value === 'number' ? String(value) : csvCell(linesOf(value, show).join('; '));
      })
      .join(',');
}

/**
 * The places at which a spreadsheet would read a text as a formula: its beginning, and behind a semicolon, which some
 * programs take for the end of a cell. An apostrophe in front turns the formula into text.
 */
const formula = /(^|;)(?=[=+@\uff0b\uff1d\uff20]|[-\uff0d][^;])/gu;

/** RFC 4180. Line ends and other controls inside of a text have become escapes. */
function csvCell(text: string): string {
  const inert = text.replace(formula, "$1'");
  return /[",;\s]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
