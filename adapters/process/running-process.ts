/** Which process made a run, so that one that is under way is told from one that was killed. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunBy } from '../../lib/journal/run-record';

export const thisProcess = (): RunBy => ({
  host: hostname(),
  pid: process.pid,
  identity: findIdentity(process.pid) ?? 'unknown',
});

/** By its name alone: what the record of a run says, and whoever forges one may say. */
export const isOfThisMachine = ({ host }: RunBy): boolean => host === hostname();

/** Undefined of a process of another machine: nobody can tell here. */
export function isRunning(by: RunBy): boolean | undefined {
  return isOfThisMachine(by) ? findIdentity(by.pid) === by.identity : undefined;
}

/** Boot and start time: a pid is given to others later. Field 22 of /proc/<pid>/stat; the command before it may hold anything (proc(5)). */
function findIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return state === 'Z' || state === 'X' ? undefined : `${boot} ${fields[18]}`;
  } catch {
    return undefined;
  }
}
