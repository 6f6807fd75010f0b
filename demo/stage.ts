/**
 * The narrator: every step is a line or two with its time, and each thing that was proven goes into the table at the
 * end.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Output {
  readonly code: number | null;
  readonly text: string;
}

/** A step that did not show what it should have shown. */
export class NotShown extends Error {}

export class Stage {
  private readonly proven: [string, string][] = [];
  private readonly started = Date.now();
  private commands = 0;

  constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    mkdirSync(join(folder, 'log'), { recursive: true });
  }

  /** Announces a step, does it, and adds its time. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    process.stdout.write(`\n• ${what}\n`);
    const started = Date.now();
    const result = await work();
    this.say(`(${seconds(started)})`);
    return result;
  }

  say(text: string): void {
    process.stdout.write(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (line === '' ? '\n' : `    ${line}\n`))
        .join(''),
    );
  }

  /** One line of the table. */
  prove(claim: string, evidence: string): void {
    this.proven.push([claim, evidence]);
  }

  /** A claim that the demo rests on. The message names what was seen. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new NotShown(otherwise);
  }

  /**
   * Runs a program in the demo's folder; its output goes to a log there, and to the terminal where it is `shown`.
   * @param allowed exit codes that are no failure
   */
  async run(
    command: string,
    args: readonly string[],
    options: { shown?: boolean; allowed?: readonly number[]; environment?: Record<string, string> } = {},
  ): Promise<Output> {
    const { shown = false, allowed = [0], environment = {} } = options;
    if (shown)
      this.say(
        `$ ${[...Object.entries(environment).map(([name, value]) => `${name}=${value}`), command, ...args].join(' ')}`,
      );
    const output = await this.capture(command, args, environment);
    const log = join(this.folder, 'log', `${String(++this.commands).padStart(2, '0')}-${command}-${args[0] ?? ''}.log`);
    writeFileSync(log, output.text);
    if (shown) this.say(output.text);
    this.expect(
      allowed.includes(output.code ?? -1),
      `\`${command} ${args.join(' ')}\` ended with exit code ${output.code}; ${log} has its output:\n${tail(output.text)}`,
    );
    return output;
  }

  private capture(command: string, args: readonly string[], environment: Record<string, string>): Promise<Output> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.folder,
        env: { ...this.environment, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
      child.on('error', reject).on('close', (code) => resolve({ code, text }));
    });
  }

  /** The table of everything that was proven. */
  curtain(): void {
    const width = Math.max(...this.proven.map(([claim]) => claim.length));
    process.stdout.write(`\nProven in ${seconds(this.started)}:\n\n`);
    for (const [claim, evidence] of this.proven) process.stdout.write(`  ✓ ${claim.padEnd(width)}  ${evidence}\n`);
    process.stdout.write('\n');
  }
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const tail = (text: string): string => text.trimEnd().split('\n').slice(-15).join('\n');
