import { printable } from '../../lib/basics/printable';
import { columns } from '../../lib/inventory/columns';
import { Join } from '../../lib/inventory/join';
import type { Dataset } from '../../lib/inventory/records';
import { displayWidth, foldText } from '../../lib/render/grid';
import { renderInventory, renderInventoryCsv, tableColumns } from '../../reports/inventory/render';
import type { Inventory } from '../../reports/inventory/report';

const hostile = ['web\nforged  row', 'red \u001b[31m\u202etext', '=1+1', ';=1', '-2', '+3', '@x', '한국어 서버', 'x'.repeat(255), '?', '-', 'a"b', '::error::x', '##[error]y']; // prettier-ignore
const data: Dataset = {
  servers: hostile.map((name, n) => ({
    id: `id-${n}`,
    foundIn: n === 0 ? 'build_requests' : 'nova',
    name,
    projectId: 'p',
    host: n < 2 ? null : `cnode${n}`,
    powerState: 1,
    vmState: 'active',
    created: new Date(0),
    imageId: '',
  })),
  projects: [{ id: 'p', name: '=cmd|"/c calc"!A1' }],
  nics: [{ portId: 'n1', serverId: 'id-5', mac: 'fa:16:3e:00:00:01', owner: 'compute:nova', network: 'green;=1' }],
  addresses: ['10.0.0.7', '2001:db8::7'].map((address) => ({ portId: 'n1', address, cidr: null, gateway: null })),
};
const join = new Join(data, { hasAllServers: true });
const inventoryOf = (names?: readonly string[]): Inventory => ({
  rows: (data.servers ?? []).map((server) => ({ id: server.id, valueOf: (column) => column.value(server, join) })),
  columns: names === undefined ? tableColumns : columns.filter(({ name }) => names.includes(name)),
  unknown: [{ name: 'zone', why: 'nobody was asked' }],
  unjudged: [{ condition: 'zone=a', servers: 2 }],
  unmet: [],
  failed: [{ what: 'database nova_api', why: 'refused' }],
  ways: new Map(),
  exitCode: 1,
});
const show = (time: Date): string => time.toISOString();
const textOf = (width: number, names?: readonly string[]): string =>
  renderInventory(inventoryOf(names), names !== undefined, { show }, width);

test.each([60, 80, 120, 200])(
  'in a terminal of %i columns no line is longer, and no control character is left',
  (width) => {
    for (const names of [undefined, ['name', 'host'], columns.map(({ name }) => name)]) {
      const text = textOf(width, names);
      for (const line of text.split('\n')) expect([line, displayWidth(line) <= width]).toEqual([line, true]);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  },
);

test('a long name is folded and whole', () => {
  const lines = textOf(80, ['name']).split('\n');
  expect(lines.join('')).toContain('x'.repeat(255));
});

test('columns that were named all appear, one below the other where they do not fit', () => {
  const text = textOf(80, columns.map(({ name }) => name)); // prettier-ignore
  for (const { name } of columns) expect(text.match(new RegExp(`^${name} `, 'gm'))?.length).toBe(hostile.length);
});

test('the table says which columns it leaves out, why a value is unknown, and what was not looked at', () => {
  const text = textOf(80);
  const [titles = ''] = text.split('\n');
  expect(titles).toMatch(/HOST.*NAME.*PROJECT/);
  for (const part of [
    'Not shown for want of width: ',
    'nobody was asked',
    'not looked at: database nova_api',
    '2 servers',
    '14 servers.',
  ])
    expect(text).toContain(part);
});

test('a server that has reached no cell says so in the place of its host, and ports stand one below the other', () => {
  const text = textOf(200);
  expect(text).toContain('none (in no cell yet)');
  expect(text).toMatch(/^.*10\.0\.0\.7.*\n +2001:db8::7/m);
});

/** RFC 4180, written apart from the code under test. */
function parseCsvLine(line: string): string[] {
  const cells: string[] = [];
  for (let rest = line; ;) {
    const [whole = '', quoted, bare = ''] = /^(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/.exec(rest) ?? [];
    cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (whole.length === rest.length) return cells;
    rest = rest.slice(whole.length + 1);
  }
}

test('CSV has one line for each server and one cell for each column, whatever the names hold', () => {
  const [head = '', ...lines] = [...renderInventoryCsv(inventoryOf(columns.map(({ name }) => name)), show)];
  expect(parseCsvLine(head)).toEqual(columns.map(({ name }) => name));
  expect(lines.length).toBe(hostile.length);
  for (const line of lines) expect([line, parseCsvLine(line).length]).toEqual([line, columns.length]);
  const names = lines.map((line) => parseCsvLine(line)[columns.findIndex(({ name }) => name === 'name')]);
  expect(names.slice(0, 7)).toEqual([
    'web\\nforged  row',
    'red \\u001b[31m\\u202etext',
    "'=1+1",
    ";'=1",
    "'-2",
    "'+3",
    "'@x",
  ]);
});

test('no cell of the CSV begins like a formula, also where a semicolon ends cells', () => {
  for (const line of renderInventoryCsv(inventoryOf(columns.map(({ name }) => name)), show))
    for (const cell of parseCsvLine(line)) for (const part of cell.split(';')) expect(part).not.toMatch(/^([=+@]|-.)/);
});

test('folded text is the text, at every width', () => {
  for (const text of [...hostile, 'two words and a third', '한국어 서버 이름이 길다'])
    for (const width of [2, 5, 9, 40]) {
      const lines = foldText(printable(text), width);
      expect(lines.join('').replaceAll(' ', '')).toBe(printable(text).replaceAll(' ', ''));
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
});
