/** docs/doctor.md is what the checks say. `WRITE_PAGES=1` before the command of this test writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from '../../reports/doctor/checks/index';
import { renderPage } from '../../reports/doctor/pages';
import { ownChecks } from '../../reports/doctor/preflight/index';

const allChecks = [...checks, ...ownChecks];

const path = join(__dirname, '../../docs/doctor.md');

test('the page has a section for every code, as the checks write it', () => {
  const page = renderPage(allChecks);
  if (process.env.WRITE_PAGES === '1') writeFileSync(path, page);
  expect(readFileSync(path, 'utf8')).toBe(page);
  for (const { code } of allChecks) expect(page).toContain(`\n## ${code}\n`);
});

test('no code is given twice, and every section says something under each head', () => {
  const codes = allChecks.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const { page, needs } of allChecks) {
    expect(needs.length).toBeGreaterThan(0);
    for (const text of Object.values(page)) expect(text).toMatch(/^["A-Z].{20,}[.]$/s);
  }
});
