/**
 * Runs Terraform or OpenTofu as a child.
 *
 * Goals: what Terraform made is always in its state, and nothing of its output stays on this machine. How: the child
 * has a process group of its own, so the terminal's Ctrl-C reaches stackward alone, and stackward hands it on once. A
 * second signal would make Terraform end without its state. The child writes into files without a name, and no pipe
 * leads to stackward. So the child ends well also where stackward is killed, and the files end with the processes.
 * Given up: stackward looks into the files several times a second, since nothing tells it of new lines.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { defined } from '../../lib/basics/defined';
import { UnrecoverableError } from '../../lib/basics/errors';

const lookMs = 100;
/** A child that still runs this long after its time-out is killed. */
const graceMs = 10_000;
/**
 * Terraform and its providers are Go programs that end within seconds, and much of their processor time goes to
 * collecting the garbage of a small heap. With 200 in place of Go's default 100, a plan takes a tenth less processor
 * time, and a heap grows to at most half as much again. Source: GOGC in https://pkg.go.dev/runtime.
 */
const garbagePercent = '200';
/** More than `terraform show -json` prints for 50,000 resources. */
const mostBytes = 256 << 20;
/** Only the end of stderr is read, because TF_LOG lets it grow to any length. */
const mostErrorBytes = 64 << 10;

/** The signals of the person at the terminal. */
export interface Stop {
  /** Terraform finishes the resources that it works on, and writes its state. */
  readonly gently: AbortSignal;
  /** Terraform ends at once, and its state may lack the resources that it worked on. */
  readonly atOnce?: AbortSignal;
}

export interface ProgramOptions {
  readonly binary: string;
  readonly env: NodeJS.ProcessEnv;
  /** Default: the folder of this process. */
  readonly cwd?: string;
  /** Default: no limit. */
  readonly timeoutMs?: number;
  readonly stop?: Stop | undefined;
  /** Gets each whole line of stdout soon after it is written. */
  readonly onLine?: (line: string) => void;
}

export interface EndedProgram {
  /** Undefined if a signal ended the program. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last part of it. */
  readonly stderr: string;
  readonly isTimedOut: boolean;
}

/** @throws UnrecoverableError if the program can't be started, or prints more than stackward reads */
export async function runTerraform(args: readonly string[], options: ProgramOptions): Promise<EndedProgram> {
  const { binary, env, cwd, timeoutMs, stop, onLine } = options;
  const [out, err] = [new Unnamed(), new Unnamed()];
  const lines = onLine && lineReader(out, onLine);
  const cleanUp: (() => void)[] = [() => out.close(), () => err.close()];
  try {
    const child = spawn(binary, args, {
      ...defined({ cwd }),
      // The whole environment, because the backend of the state finds its credentials there (AWS_*, OS_*, TF_TOKEN_*),
      // as under cdktf.
      env: { GOGC: garbagePercent, ...env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', TF_INPUT: '0' },
      detached: true,
      stdio: ['ignore', out.descriptor, err.descriptor],
    });
    let isTimedOut = false;
    const interrupt = (): void => void child.kill('SIGINT');
    const end = (): void => {
      isTimedOut = true;
      interrupt();
      const killing = setTimeout(() => child.kill('SIGKILL'), graceMs);
      cleanUp.push(() => clearTimeout(killing));
    };
    for (const signal of [stop?.gently, stop?.atOnce]) {
      if (signal?.aborted) interrupt();
      signal?.addEventListener('abort', interrupt);
      cleanUp.push(() => signal?.removeEventListener('abort', interrupt));
    }
    const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
    const looking = setInterval(() => {
      lines?.();
      if (out.size() > mostBytes) child.kill('SIGKILL');
    }, lookMs);
    cleanUp.push(
      () => clearTimeout(timer),
      () => clearInterval(looking),
    );
    const code = await new Promise<number | undefined>((resolve, reject) => {
      child.on('error', reject).on('exit', (status) => resolve(status ?? undefined));
    });
    if (out.size() > mostBytes)
      throw new UnrecoverableError(
        `\`${[binary, ...args.slice(0, 2)].join(' ')}\` prints more than ${mostBytes >> 20} MiB, which is what stackward reads; part the stack into more stacks`,
      );
    lines?.();
    return { code, stdout: out.text(mostBytes), stderr: err.text(mostErrorBytes), isTimedOut };
  } catch (error) {
    if (error instanceof UnrecoverableError) throw error;
    throw new UnrecoverableError(
      `\`${binary}\` can't be started (${(error as Error).message}); see whether the program and its folder are whole`,
      { cause: error },
    );
  } finally {
    for (const step of cleanUp) step();
  }
}

/** A file that has no name any more, so it ends with its last process. */
class Unnamed {
  readonly descriptor: number;

  constructor() {
    const path = join(tmpdir(), `stackward-terraform-${randomUUID()}`);
    // Exclusive: neither a file nor a link that somebody laid there is opened.
    this.descriptor = openSync(path, 'ax+', 0o600);
    unlinkSync(path);
  }

  size = (): number => fstatSync(this.descriptor).size;

  read(from: number, most: number): Buffer {
    const buffer = Buffer.alloc(Math.max(Math.min(this.size() - from, most), 0));
    return buffer.subarray(0, readSync(this.descriptor, buffer, 0, buffer.length, from));
  }

  /** The last part of the text. */
  text = (most: number): string => this.read(Math.max(this.size() - most, 0), most).toString('utf8');

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Returns a function that hands on the lines written since the last call. */
function lineReader(file: Unnamed, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let position = 0;
  let begun = '';
  return () => {
    const read = file.read(position, mostBytes);
    position += read.length;
    const lines = (begun + decoder.write(read)).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
