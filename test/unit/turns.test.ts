/** Suites that take turns: each is there once, and every draw leaves each set one side. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { drawWaiting, sets } from '../turns.mjs';

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
