/** Suites that take turns: each is there once, every draw leaves each set one side, and the end of a run counts those that wait. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { drawWaiting, sayWaiting, sets } from '../turns.mjs';

const all = sets.flatMap(({ sides }) => sides.flat());
const waitingOf = (draw: number): ReadonlySet<string> => new Set(drawWaiting(() => draw));

test('each suite of a set is a file, and stands in one set only', () => {
  const missing = all.filter((suite) => !existsSync(join(__dirname, '..', `${suite}.test.ts`)));

  expect(missing).toEqual([]);
  expect(new Set(all).size).toBe(all.length);
});

test.each([0, 0.3, 0.5, 0.7, 0.999])('a draw of %f runs exactly one side of each set', (draw) => {
  const waiting = waitingOf(draw);

  for (const { about, sides } of sets) {
    const running = sides.filter((side) => side.every((suite) => !waiting.has(suite)));
    const half = sides.filter((side) => new Set(side.map((suite) => waiting.has(suite))).size > 1);
    expect({ about, running: running.length, half }).toEqual({ about, running: 1, half: [] });
  }
});

test('each suite runs in some draw', () => {
  const draws = [...Array(24).keys()].map((index) => waitingOf(index / 24));

  expect(all.filter((suite) => draws.every((waiting) => waiting.has(suite)))).toEqual([]);
});

describe('the end of a run', () => {
  const reporter = join(__dirname, '../support/summary-reporter.cjs');
  const results = { numPassedTests: 7, numFailedTests: 1, numFailedTestSuites: 1, numPendingTests: 0, numTodoTests: 0 };
  const program = `
    const Reporter = require(${JSON.stringify(reporter)});
    new Reporter().onRunComplete(undefined, ${JSON.stringify({ ...results, testResults: [] })});
    console.log("jest's own summary");
  `;
  const endOf = (leftOut: string): string[] => {
    const env = { PATH: process.env['PATH'], STACKWARD_LEFT_OUT: leftOut };
    return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', env }).trimEnd().split('\n').slice(1);
  };

  test('counts the suites that wait, and names the command that runs them, before the number of tests', () => {
    expect(endOf(sayWaiting(['integration/deploy', 'acceptance/import']))).toEqual([
      '',
      '2 suites wait for their turn in another run; `npm run nightly -- turns` runs them all.',
      '7 passed, 1 failed',
    ]);
  });

  test('says nothing of other suites where a run left none out', () => {
    expect(endOf('')).toEqual(['', '7 passed, 1 failed']);
  });
});
