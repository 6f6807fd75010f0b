// The table of docs/combinations.md. Pure.

const heading = ['combination', 'last run', 'result', 'commit'];

/**
 * @param page the page's text
 * @param runs what ran now: `name`, `passed`
 * @param day such as `2026-11-29`
 * @returns the page with these runs in the places of earlier ones of the same name
 */
export function noteRuns(page, runs, day, commit) {
  const lines = page.trimEnd().split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading[0]} `));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const table = lines.slice(start + 2, end === -1 ? undefined : end).map((line) => line.split('|').slice(1, -1));
  const rows = new Map(table.map((cells) => [cells[0].trim(), cells.map((cell) => cell.trim())]));
  for (const { name, passed } of runs) rows.set(name, [name, day, passed ? 'passed' : 'failed', commit]);
  const sorted = [...rows.values()].sort(([a], [b]) => (a < b ? -1 : 1));
  const after = end === -1 ? [] : lines.slice(end);
  return `${[...lines.slice(0, start), ...aligned([heading, ...sorted]), ...after].join('\n')}\n`;
}

/** As Prettier writes a table. */
function aligned([first, ...rows]) {
  const widths = first.map((_, column) => Math.max(...[first, ...rows].map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}
