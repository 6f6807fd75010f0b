/** Identifies the process that made a run, so that a run under way can be distinguished from a killed run. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunBy } from '../../lib/journal/run-record';

const unknown = 'unknown';

export const thisProcess = (): RunBy => ({
  host: hostname(),
  pid: process.pid,
  identity: findIdentity(process.pid) ?? unknown,
});

/** Compares only host names. Whoever forges the record of a run can forge the host name too. */
export const isOfThisMachine = ({ host }: RunBy): boolean => host === hostname();

/**
 * Undefined if nobody can tell: the process is of another machine, or it is here and /proc hides it or is missing
 * (`hidepid`, a system without /proc).
 */
export function isRunning(by: RunBy): boolean | undefined {
  if (!isOfThisMachine(by)) return undefined;
  if (!isThere(by.pid)) return false;
  const identity = findIdentity(by.pid);
  return identity === undefined || by.identity === unknown ? undefined : identity === by.identity;
}

/** A process of another user can't be sent a signal, but it is there. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The identity of a process that has ended, but whose parent has not waited for it (a zombie). No run has it. */
const ended = 'ended';

/**
 * Boot id and start time, because a pid is used again. The start time is field 22 of /proc/<pid>/stat; the command
 * before it may hold any character (proc(5)).
 */
function findIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return state === 'Z' || state === 'X' ? ended : `${boot} ${fields[18]}`;
  } catch {
    return undefined;
  }
}
