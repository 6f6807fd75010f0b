/** Identifies the process that made a run, so that a run under way can be distinguished from a killed run. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunBy } from '../../lib/journal/run-record';

export const thisProcess = (): RunBy => ({
  host: hostname(),
  pid: process.pid,
  identity: findIdentity(process.pid) ?? 'unknown',
});

/** Compares only host names. Whoever forges the record of a run can forge the host name too. */
export const isOfThisMachine = ({ host }: RunBy): boolean => host === hostname();

/** Undefined for a process of another machine, whose processes can't be seen here. */
export function isRunning(by: RunBy): boolean | undefined {
  return isOfThisMachine(by) ? findIdentity(by.pid) === by.identity : undefined;
}

/**
 * Boot id and start time, because a pid is used again. The start time is field 22 of /proc/<pid>/stat; the command
 * before it may hold any character (proc(5)).
 */
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
