/** Runs the bundled command in a separate folder, as a user would. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bundleOfCheckout = join(__dirname, '../../dist/stackward');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'stackward-command-'));

  /**
   * @param env of each command, beside PATH and HOME
   * @param bundle another installation's command
   */
  constructor(
    public env: Readonly<Record<string, string>> = {},
    private readonly bundle = bundleOfCheckout,
  ) {
    if (!existsSync(bundle)) throw new Error(`${bundle} is not there: run \`npm run build\``);
  }

  write(name: string, content: string | object): void {
    writeFileSync(join(this.folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  private start(command: string, args: readonly string[]): ChildProcess {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, ...this.env };
    return spawn(command, args, { cwd: this.folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /**
   * Runs the command on a pseudo-terminal (script of util-linux), where it may ask questions. `stdout` has everything
   * that it prints.
   */
  runOnTerminal(args: readonly string[], typed: string): Promise<Ended> {
    const line = [process.execPath, this.bundle, ...args].map((word) => `'${word}'`).join(' ');
    const child = this.start('script', ['--quiet', '--return', '--command', line, '/dev/null']);
    let asked = false;
    const answer = (_: ChildProcess, stdout: string): void => {
      if (asked || !stdout.includes('Enter a value:')) return;
      asked = true;
      child.stdin?.write(typed);
    };
    return end(child, answer);
  }

  /** @param stdin default: empty */
  run(
    args: readonly string[],
    stdin = '',
    onOutput: (child: ChildProcess, stdout: string) => void = () => undefined,
    onStart: (child: ChildProcess) => void = () => undefined,
  ): Promise<Ended> {
    const child = this.start(process.execPath, [this.bundle, ...args]);
    onStart(child);
    child.stdin?.end(stdin);
    return end(child, onOutput);
  }

  /** Runs the command with its stdout on a full file system. */
  runOnFullDisk(args: readonly string[]): Promise<Ended> {
    return end(
      this.start('sh', ['-c', 'exec "$0" "$@" >/dev/full', process.execPath, this.bundle, ...args]),
      () => undefined,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function end(child: ChildProcess, onOutput: (child: ChildProcess, stdout: string) => void): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  // A character may come in two pieces.
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput(child, stdout);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
