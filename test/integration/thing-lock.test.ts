/** One runbook on one thing at a time: real processes, a holder that is killed, and a holder on another machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { listRuns } from '../../adapters/files/journal-folder';
import { fetchBeforeReading } from '../../adapters/files/run-store';
import { ThingLock } from '../../adapters/files/thing-lock';

const locked = { cloud: 'lab', thing: 'compute cnode01', runbook: 'disable-compute' };
let journal: string;
beforeEach(() => {
  journal = mkdtempSync(join(tmpdir(), 'stackward-lock-'));
});
afterEach(() => rmSync(journal, { recursive: true, force: true }));

const folder = () => join(journal, '.locks');
const fileOf = () => join(folder(), readdirSync(folder())[0] ?? '');
const take = () => ThingLock.take(journal, locked);

/** A process of its own that has the lock until it is killed. */
async function holding(): Promise<ChildProcess> {
  const program = `const { ThingLock } = require(${JSON.stringify(join(__dirname, '../../adapters/files/thing-lock.ts'))});
    ThingLock.take(${JSON.stringify(journal)}, ${JSON.stringify(locked)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('a second run on one thing is refused with holder, host, process and start; another thing is free', () => {
  const lock = take();
  expect(take).toThrow(
    new RegExp(
      `disable-compute is at work on compute cnode01 since \\d{4}-.*, by \\S+ on ${hostname()} \\(process ${process.pid}\\); wait`,
    ),
  );
  ThingLock.take(journal, { ...locked, thing: 'compute cnode02' }).release();
  ThingLock.take(journal, { ...locked, cloud: 'other' }).release();
  lock.release();
  take().release();
  expect(readdirSync(folder())).toEqual([]);
});

test('the journal’s store is asked before the lock, and not while nothing else runs under the lock', () => {
  const held: boolean[] = [];
  fetchBeforeReading(journal, () => void held.push(ThingLock.holder(journal, locked) !== undefined));
  const lock = take();
  listRuns(journal);
  lock.release();
  expect(held).toEqual([false]);
});

test('the lock of a process that was killed ends by itself', async () => {
  const child = await holding();
  expect(take).toThrow(`(process ${child.pid})`);
  expect(ThingLock.holder(journal, locked)).toMatchObject({ thing: 'compute cnode01', runbook: 'disable-compute' });
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
  expect(ThingLock.holder(journal, locked)).toBeUndefined();
  const lock = take();
  expect(lock.isHeld()).toBe(true);
  lock.release();
});

test('the lock of another machine counts until its time stood still for a minute', () => {
  take().release();
  const by = { host: 'ctl2', pid: 1, identity: 'x' };
  const holder = {
    thing: locked.thing,
    runbook: locked.runbook,
    user: 'kim',
    by,
    startedAt: '2026-11-29T12:00:00.000Z',
  };
  const lock = take();
  const path = fileOf();
  lock.release();
  writeFileSync(path, JSON.stringify(holder));
  expect(take).toThrow('since 2026-11-29T12:00:00.000Z, by kim on ctl2 (process 1)');
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
  utimesSync(path, ago(50), ago(50));
  expect(take).toThrow('by kim on ctl2');
  utimesSync(path, ago(70), ago(70));
  const own = take();
  expect(own.isHeld()).toBe(true);
  own.release();
});

test('whoever lost the lock finds that out, and leaves the next holder’s alone', () => {
  const lock = take();
  const path = fileOf();
  const next = readFileSync(path, 'utf8').replace(/"user": ".*"/, '"user": "kim"');
  rmSync(path);
  writeFileSync(path, next);
  expect(lock.isHeld()).toBe(false);
  lock.release();
  expect(readFileSync(path, 'utf8')).toBe(next);
});

test('a file that is no lock is refused, and left', () => {
  mkdirSync(folder(), { recursive: true });
  const lock = take();
  const path = fileOf();
  lock.release();
  writeFileSync(path, '{}');
  expect(take).toThrow('this is no lock of a runbook; see who made it, and delete it');
  expect(readFileSync(path, 'utf8')).toBe('{}');
});
