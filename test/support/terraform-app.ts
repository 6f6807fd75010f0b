/** A CDKTF app in a folder of its own, synthesized by tsx and run by Terraform directly: cdktf's command adds seconds to each step. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');
const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly output: string;
}

export class TerraformApp {
  readonly folder = mkdtempSync(join(tmpdir(), 'stackward-app-'));
  private readonly initialized = new Set<string>();
  private readonly environment: NodeJS.ProcessEnv;

  /** @param program path of the app below the project's root */
  constructor(
    private readonly program: string,
    environment: Readonly<Record<string, string>>,
  ) {
    const outdir = join(this.folder, 'cdktf.out');
    mkdirSync(outdir);
    this.environment = {
      ...process.env,
      ...environment,
      OS_CLOUD: undefined, // it would win over the tenant's provider
      CDKTF_OUTDIR: outdir,
      CHECKPOINT_DISABLE: '1',
    };
  }

  async synth(environment: Readonly<Record<string, string>>): Promise<void> {
    const env = { ...this.environment, ...environment };
    await run(join(root, 'node_modules/.bin/tsx'), [join(root, this.program)], { cwd: this.folder, env });
  }

  async apply(stack: string): Promise<Ended> {
    return this.must(stack, 'apply', '-auto-approve');
  }

  async destroy(stack: string): Promise<Ended> {
    return this.must(stack, 'destroy', '-auto-approve');
  }

  /** Code 0: no changes; 2: changes. */
  async plan(stack: string, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const args = ['plan', '-detailed-exitcode', '-input=false', '-no-color'];
    const ended = await this.terraform(stack, args, environment);
    if (ended.code === 1) throw new Error(ended.output);
    return ended;
  }

  /** Takes the provider's version that the code names now. */
  async upgrade(stack: string): Promise<void> {
    await this.must(stack, 'init', '-upgrade');
  }

  async output(stack: string, name: string): Promise<unknown> {
    return JSON.parse((await this.terraform(stack, ['output', '-json', name])).output);
  }

  /** Addresses of everything in the state. */
  async addresses(stack: string): Promise<string[]> {
    const { output } = await this.terraform(stack, ['state', 'list']);
    return output.trim().split('\n');
  }

  /** `stackward review` of the app as these variables make it, with the lab's stackward.yaml, as JSON. */
  async review(lab: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
    const program = `${join(root, 'node_modules/.bin/tsx')} ${join(root, this.program)}`;
    writeFileSync(join(this.folder, 'cdktf.json'), JSON.stringify({ app: program }));
    const args = ['review', '--format', 'json', '--config', join(lab, 'stackward.yaml')];
    return this.end(process.execPath, [join(root, 'dist/stackward'), ...args], this.folder, environment);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async must(stack: string, ...args: string[]): Promise<Ended> {
    const ended = await this.terraform(stack, [...args, '-input=false', '-no-color']);
    if (ended.code !== 0) throw new Error(`terraform ${args.join(' ')} of ${stack} failed:\n${ended.output}`);
    return ended;
  }

  private async terraform(stack: string, args: string[], environment = {}): Promise<Ended> {
    if (!this.initialized.has(stack)) {
      this.initialized.add(stack);
      const init = await this.spawn(stack, ['init', '-input=false', '-no-color']);
      if (init.code !== 0) throw new Error(`terraform init of ${stack} failed:\n${init.output}`);
    }
    return this.spawn(stack, args, environment);
  }

  private async spawn(stack: string, args: string[], environment = {}): Promise<Ended> {
    const cwd = join(this.folder, 'cdktf.out/stacks', stack);
    return this.end(process.env['TERRAFORM_BINARY_NAME'] ?? 'terraform', args, cwd, environment);
  }

  private async end(program: string, args: string[], cwd: string, environment = {}): Promise<Ended> {
    try {
      const { stdout } = await run(program, args, {
        cwd,
        env: { ...this.environment, ...environment },
        maxBuffer: 2 ** 26,
      });
      return { code: 0, output: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
      if (typeof code !== 'number') throw error;
      return { code, output: stdout + stderr };
    }
  }
}
