/** A file that a stranger planted in the place of a lock must not hold a run up. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThingLock } from '../../adapters/files/thing-lock';

const folder = mkdtempSync(join(tmpdir(), 'stackward-planted-'));
afterAll(() => rmSync(folder, { recursive: true }));

const locked = { cloud: 'lab', thing: 'compute c1', runbook: 'disable-compute' };

function newJournal(): { readonly journal: string; readonly lock: string } {
  const journal = mkdtempSync(join(folder, 'journal-'));
  mkdirSync(join(journal, '.locks'));
  const name = createHash('sha256').update('lab\ncompute c1').digest('hex').slice(0, 16);
  return { journal, lock: join(journal, '.locks', `${name}.json`) };
}

test('a pipe or a device in the place of a lock is refused, and nobody waits for it', () => {
  const { journal, lock } = newJournal();
  execFileSync('mkfifo', [lock]);
  expect(() => ThingLock.take(journal, locked)).toThrow(/no regular file/);
  expect(() => ThingLock.holder(journal, locked)).toThrow(/no regular file/);
  rmSync(lock);
  symlinkSync('/dev/zero', lock);
  expect(() => ThingLock.take(journal, locked)).toThrow(/no regular file/);
});

test('a lock of another machine whose time lies in the future holds nobody', () => {
  const { journal, lock } = newJournal();
  const by = { host: 'elsewhere', pid: 1, identity: 'x' };
  writeFileSync(lock, JSON.stringify({ thing: 'compute c1', runbook: 'x', user: 'u', by, startedAt: '2026-11-29T00:00:00.000Z' })); // prettier-ignore
  expect(() => ThingLock.take(journal, locked)).toThrow(/wait until it has ended/);
  utimesSync(lock, 4e9, 4e9);
  ThingLock.take(journal, locked).release();
});
