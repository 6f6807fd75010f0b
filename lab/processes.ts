// Processes as /proc tells them. A process is named by its pid AND its start time, so that a pid which the kernel gave
// to somebody else meanwhile is never taken for ours, and never killed.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Process {
  readonly pid: number;
  readonly state: string;
  readonly group: number;
  /** Clock ticks from boot to the start of the process. */
  readonly startTicks: string;
}

/** Every process that a lab starts has this variable in its environment: `<lab folder> <service or stage>`. */
export const MARK = 'STACKWARD_LAB_PROCESS';

/** One line of /proc/PID/stat; the command in parentheses may itself hold blanks and parentheses (proc(5)). */
export function parseStat(line: string): Process {
  const close = line.lastIndexOf(')');
  const fields = line.slice(close + 2).split(' ');
  return {
    pid: Number.parseInt(line, 10),
    state: fields[0] ?? '',
    group: Number(fields[2]),
    startTicks: fields[19] ?? '',
  };
}

/** @returns undefined for a process that is gone, or that is dead and only waits for its parent to notice. */
export function findProcess(pid: number): Process | undefined {
  try {
    const found = parseStat(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
    return 'ZX'.includes(found.state) ? undefined : found;
  } catch {
    return undefined;
  }
}

function listProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => findProcess(Number(pid)) ?? []);
}

/** The name of the service or stage to which a process of this lab belongs. */
function markOf(pid: number, folder: string): string | undefined {
  try {
    const start = `${MARK}=${folder} `;
    const entry = readFileSync(`/proc/${String(pid)}/environ`, 'utf8')
      .split('\0')
      .find((text) => text.startsWith(start));
    return entry?.slice(start.length);
  } catch {
    return undefined;
  }
}

/** All processes of this lab, with the service or stage that each belongs to. */
export function listMarked(folder: string): { process: Process; name: string }[] {
  return listProcesses().flatMap((process) => {
    const name = markOf(process.pid, folder);
    return name === undefined ? [] : [{ process, name }];
  });
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const isStillThere = (known: Process): boolean => findProcess(known.pid)?.startTicks === known.startTicks;

/** SIGTERM to each, SIGKILL to those that are still there after `patienceMs`; returns when all are gone. */
export async function endProcesses(processes: readonly Process[], patienceMs: number): Promise<void> {
  let left = processes.filter(isStillThere);
  for (const { pid } of left) signal(pid, 'SIGTERM');
  const killAt = Date.now() + patienceMs;
  let killed = false;
  while ((left = left.filter(isStillThere)).length > 0) {
    if (!killed && Date.now() > killAt) {
      for (const { pid } of left) signal(pid, 'SIGKILL');
      killed = true;
    }
    await sleep(50);
  }
}
