/** docs/inventory.md is what the code has. `WRITE_PAGES=1` before the command of this test writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execFileSync } from 'node:child_process';
import { columns } from '../../lib/inventory/columns';
import { renderInventoryPage } from '../../reports/inventory/page';

const root = resolve(__dirname, '../..');
const path = join(root, 'docs/inventory.md');
const formatted = (text: string): string =>
  execFileSync(process.execPath, [join(root, 'node_modules/oxfmt/bin/oxfmt'), '--stdin-filepath', path], {
    input: text,
    encoding: 'utf8',
  });

test('the page has every column, as the code has them', () => {
  const page = formatted(renderInventoryPage());
  if (process.env.WRITE_PAGES === '1') writeFileSync(path, page);
  expect(readFileSync(path, 'utf8')).toBe(page);
});

test('no column is named twice, and each says something', () => {
  const names = columns.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, about } of columns) expect([name, about.length > 3]).toEqual([name, true]);
});
