// Runs a program to its end. Secrets go through its input or its environment, never through its arguments.
import { defined } from '../lib/basics/defined';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './environment';
import { MARK } from './processes';

/** A trouble that a person must mend: printed as one sentence, without a stack. */
export class LabError extends Error {}

/** The whole environment of the lab's child processes. It has nothing of the caller's own cloud, proxy or Python. */
export function childEnvironment(lab: Pick<Lab, 'folder'>, name?: string): NodeJS.ProcessEnv {
  return {
    // Debian's packages need /usr/bin/python3; another Python may stand first in the caller's PATH.
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C.UTF-8',
    // eventlet imports distutils. Unless that is the standard library's, setuptools costs each process half a second.
    SETUPTOOLS_USE_DISTUTILS: 'stdlib',
    HOME: join(lab.folder, 'home'),
    TMPDIR: join(lab.folder, 'tmp'),
    ...defined({ [MARK]: name === undefined ? undefined : `${lab.folder} ${name}` }),
  };
}

export interface RunOptions {
  /**
   * The stage that this program is a part of. `up` ends the programs that a killed `up` left of a stage. Default: no
   * stage.
   */
  readonly stage?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Output goes to `log/<this>.log` instead of being returned. */
  readonly log?: string;
}

/**
 * @returns the program's output.
 * @throws LabError with the last lines of the output when it ends with another code than 0.
 */
export async function run(
  lab: Pick<Lab, 'folder'>,
  command: readonly string[],
  { stage, environment, input, log }: RunOptions = {},
): Promise<string> {
  const logFile = join(lab.folder, 'log', `${log ?? 'none'}.log`);
  const out = log ? openSync(logFile, 'a', 0o600) : undefined;
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: { ...childEnvironment(lab, stage), ...environment },
    stdio: ['pipe', out ?? 'pipe', out ?? 'pipe'],
  });
  if (out !== undefined) closeSync(out);
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  // A program that ends without reading its input is judged by its exit code.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input ?? '');
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, killer) => {
      resolve(exit ?? killer ?? 'unknown');
    });
  });
  if (code !== 0) {
    const said = log ? readFileSync(logFile, 'utf8') : Buffer.concat([...errors, ...chunks]).toString();
    const tail = said.trimEnd().split('\n').slice(-8).join('\n');
    throw new LabError(
      `${command.slice(0, 3).join(' ')} ended with ${String(code)}${log ? ` (log: ${logFile})` : ''}:\n${tail}`,
    );
  }
  return Buffer.concat(chunks).toString();
}

/** Runs SQL as MariaDB's root, who is known by the owner of the socket's other end. One row a line, columns by tabs. */
export async function sql(lab: Lab, statements: string, stage?: string): Promise<string[]> {
  const out = await run(
    lab,
    ['mariadb', '--no-defaults', `--socket=${mariadbSocket(lab)}`, '--user=root', '--batch', '--skip-column-names'],
    { input: statements, ...defined({ stage }) },
  );
  return out.split('\n').filter(Boolean);
}

export const mariadbSocket = (lab: Lab): string => join(lab.folder, 'run', 'mariadb.sock');
