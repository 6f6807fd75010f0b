/** A CDKTF app in a folder of its own, run by Terraform directly: cdktf's command adds seconds to each step. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PackageProject, type Engine } from './package-project';

const root = resolve(__dirname, '../..');
const savedPlan = 'saved.tfplan';
const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Where an app's program is, and the command stackward that belongs to it. */
interface Place {
  readonly folder: string;
  /** Program and arguments that synthesize. */
  readonly synth: readonly [string, ...string[]];
  readonly stackward: string;
}

/** A program of this repository as it stands. */
const inClone = (program: string): Place => ({
  folder: mkdtempSync(join(tmpdir(), 'stackward-app-')),
  synth: [join(root, 'node_modules/.bin/tsx'), join(root, program)],
  stackward: join(root, 'dist/stackward'),
});

export class TerraformApp {
  private readonly initialized = new Set<string>();
  private readonly environment: NodeJS.ProcessEnv;
  private place: Place;

  /** @param program path of the app below the project's root */
  constructor(program: string | Place, environment: Readonly<Record<string, string>>) {
    this.place = typeof program === 'string' ? inClone(program) : program;
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

  get folder(): string {
    return this.place.folder;
  }

  /** The same app, which takes everything from the npm package. It is installed from its tarball, for both engines. */
  static async ofPackage(program: string, environment: Readonly<Record<string, string>>): Promise<TerraformApp> {
    const project = new PackageProject();
    const file = join(root, program);
    for (const engine of ['cdktf', 'cdktn'] as const)
      await project.adopt(readFileSync(file, 'utf8'), `${engine}.cjs`, engine, dirname(file));
    return new TerraformApp(placeIn(project.folder, 'cdktf'), environment);
  }

  /** Takes the other engine, as docs/upgrading.md does. */
  useEngine(engine: Engine): void {
    this.place = placeIn(this.folder, engine);
  }

  async synth(environment: Readonly<Record<string, string>>): Promise<void> {
    const env = { ...this.environment, ...environment };
    const [program, ...args] = this.place.synth;
    await run(program, args, { cwd: this.folder, env });
  }

  async apply(stack: string): Promise<Ended> {
    return this.must(stack, 'apply', '-auto-approve');
  }

  /** Applies the last plan of this stack, so Terraform does not read everything again. */
  async applyPlan(stack: string): Promise<Ended> {
    return this.must(stack, 'apply', savedPlan);
  }

  /** Destroys what the state has. Terraform does not read it again before. */
  async destroy(stack: string): Promise<Ended> {
    return this.must(stack, 'destroy', '-auto-approve', '-refresh=false');
  }

  /** Code 0: no changes; 2: changes. */
  async plan(stack: string, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const args = ['plan', '-detailed-exitcode', '-input=false', '-no-color', `-out=${savedPlan}`];
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
    const { folder, synth, stackward } = this.place;
    writeFileSync(join(folder, 'cdktf.json'), JSON.stringify({ app: synth.join(' ') }));
    const args = ['review', '--format', 'json', '--config', join(lab, 'stackward.yaml')];
    return this.end(process.execPath, [stackward, ...args], folder, environment);
  }

  /** `stackward deploy` of these stacks as they are synthesized, with the lab's stackward.yaml. */
  async deploy(lab: string, ...stacks: string[]): Promise<Ended> {
    return this.approved(lab, ['deploy', '--no-synth'], stacks);
  }

  /** `stackward destroy --both-halves` of this stack, with the lab's stackward.yaml. */
  async destroyBothHalves(lab: string, stack: string): Promise<Ended> {
    return this.approved(lab, ['destroy', '--both-halves'], [stack]);
  }

  private approved(lab: string, command: readonly string[], stacks: readonly string[]): Promise<Ended> {
    const { folder, stackward } = this.place;
    const only = stacks.flatMap((stack) => ['--stack', stack]);
    const args = [...command, '--auto-approve', '--config', join(lab, 'stackward.yaml'), ...only];
    return this.end(process.execPath, [stackward, ...args], folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async must(stack: string, ...args: string[]): Promise<Ended> {
    const [verb = '', ...more] = args;
    const ended = await this.terraform(stack, [verb, '-input=false', '-no-color', ...more]);
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

const placeIn = (folder: string, engine: Engine): Place => ({
  folder,
  synth: [process.execPath, join(folder, `${engine}.cjs`)],
  stackward: join(folder, 'node_modules/stackward/dist/stackward'),
});
