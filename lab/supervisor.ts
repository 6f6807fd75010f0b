// Starts and stops the services. Each runs in a session of its own and outlives `up`; its pid file is written by the
// service's own shell before it becomes the service, so that an `up` killed at any moment leaves no unknown process.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment, LabError } from './command';
import type { ConfigurationFile, Service } from './declaration';
import type { Lab } from './environment';
import { endProcesses, findProcess, listMarked, parseStat, type Process } from './processes';

/** Everything that the supervisor needs to know of a lab. */
type Folder = Pick<Lab, 'folder'>;

export interface Running {
  readonly process: Process;
  readonly startedAt: Date;
  /** Digest of command, environment and configuration. If it differs, the process runs on old ones. */
  readonly digest: string;
}

const READY_TIMEOUT_MS = 180_000;
/** A service that ran before and doesn't answer for this long is taken to hang, and is started anew. */
const HANGING_AFTER_MS = 20_000;
const STOP_PATIENCE_MS = 10_000;
const LOG_LIMIT_BYTES = 50_000_000;

/** Line 1: id of the boot; line 2: /proc/PID/stat; line 3: digest. `exec` keeps pid and start time. */
const BECOME_SERVICE = `file=$1 digest=$2; shift 2
{ cat /proc/sys/kernel/random/boot_id "/proc/$$/stat"; echo "$digest"; } >"$file.part" && mv "$file.part" "$file" && exec "$@"`;

const pidFile = (lab: Folder, name: string): string => join(lab.folder, 'run', `${name}.pid`);
export const logFile = (lab: Folder, name: string): string => join(lab.folder, 'log', `${name}.log`);

/** @returns undefined unless the very process that was started under this name is alive. */
export function findRunning(lab: Folder, name: string): Running | undefined {
  const file = pidFile(lab, name);
  try {
    const [boot, stat = '', digest = ''] = readFileSync(file, 'utf8').split('\n');
    if (boot !== readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) return undefined;
    const started = parseStat(stat);
    const found = findProcess(started.pid);
    if (found?.startTicks !== started.startTicks) return undefined;
    return { process: found, startedAt: statSync(file).mtime, digest };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function digestOf(service: Service, files: readonly ConfigurationFile[]): string {
  return createHash('sha256')
    .update(JSON.stringify([service.command, service.environment ?? {}, files]))
    .digest('hex')
    .slice(0, 16);
}

/** Keeps one old log at most. */
function openLog(lab: Folder, name: string): number {
  const file = logFile(lab, name);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}

async function start(lab: Folder, service: Service, digest: string): Promise<void> {
  await service.prepare?.();
  const log = openLog(lab, service.name);
  const child = spawn('/bin/sh', ['-c', BECOME_SERVICE, 'sh', pidFile(lab, service.name), digest, ...service.command], {
    env: { ...childEnvironment(lab, service.name), ...service.environment },
    stdio: ['ignore', log, log],
    detached: true,
    cwd: lab.folder,
  });
  closeSync(log);
  child.unref();
  while (findRunning(lab, service.name) === undefined) {
    if (child.exitCode !== null || child.signalCode !== null) throw diedAtOnce(lab, service.name);
    await sleep(5);
  }
}

function diedAtOnce(lab: Folder, name: string): LabError {
  const file = logFile(lab, name);
  const tail = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  return new LabError(`${name} ended instead of getting ready (log: ${file}):\n${tail}`);
}

/**
 * @returns false when the service isn't ready in time.
 * @throws LabError when its process ends.
 */
async function waitUntilReady(lab: Folder, service: Service, timeoutMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + timeoutMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.3, 500)) {
    const running = findRunning(lab, service.name);
    if (!running) throw diedAtOnce(lab, service.name);
    if (await service.isReady(running.startedAt).catch(() => false)) return true;
    if (Date.now() > giveUpAt) return false;
    await sleep(pauseMs);
  }
}

/**
 * Leaves a service alone that runs on this definition and answers; starts it (anew) otherwise.
 *
 * @param anew start it anew in any case.
 * @returns whether it was started.
 */
export async function ensureService(lab: Folder, service: Service, digest: string, anew: boolean): Promise<boolean> {
  const running = findRunning(lab, service.name);
  if (running?.digest === digest && !anew) {
    const answers = await waitUntilReady(lab, service, HANGING_AFTER_MS).catch(() => false);
    if (answers) return false;
  }
  await stopServices(lab, [service.name]);
  await start(lab, service, digest);
  if (await waitUntilReady(lab, service, READY_TIMEOUT_MS)) return true;
  throw new LabError(
    `${service.name} was not ready after ${String(READY_TIMEOUT_MS / 1000)} s (log: ${logFile(lab, service.name)}).`,
  );
}

/** Ends these services and every process that they started, and returns when all are gone. */
export async function stopServices(lab: Folder, names: readonly string[]): Promise<void> {
  const leaders = names.flatMap((name) => findRunning(lab, name)?.process ?? []);
  await endProcesses(leaders, STOP_PATIENCE_MS);
  const rest = listMarked(lab.folder).filter(({ name }) => names.includes(name));
  await endProcesses(
    rest.map(({ process }) => process),
    2_000,
  );
  for (const name of names) rmSync(pidFile(lab, name), { force: true });
}

/** Ends processes that belong to no running service: stages of a killed `up`, children of a killed service. */
export async function endLeftovers(lab: Folder): Promise<void> {
  const leftovers = listMarked(lab.folder).filter(({ name }) => findRunning(lab, name) === undefined);
  await endProcesses(
    leftovers.map(({ process }) => process),
    2_000,
  );
}

/** Names under which something was started and not stopped since. It may have ended by itself. */
export function listStarted({ folder }: Folder): string[] {
  const run = join(folder, 'run');
  const files = existsSync(run) ? readdirSync(run) : [];
  return files.flatMap((file) => (file.endsWith('.pid') ? file.slice(0, -'.pid'.length) : []));
}
