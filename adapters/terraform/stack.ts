/** Terraform's commands for one stack of a synthesized app. `init` runs only where another command needs it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { InvalidConfiguration, type StackwardError } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import type { SynthesizedStack } from './app';
import type { Engine } from './engine';
import { isDiagnostic, parseEvent, type Diagnostic, type ResourceProgress } from './events';
import { readCredentialFiles } from '../files/credential-files';
import { errorOf, hasOtherProviders, interruptError, needsInit, timedOut, wasInterrupted } from './failure';
import { runTerraform, type EndedProgram, type Stop } from './program';

const minute = 60_000;
/** Terraform may have to download providers. */
const initMs = 15 * minute;
/** A state may be far away. */
const readMs = 2 * minute;
/** `terraform show` asks no cloud, but may load the providers. */
const showMs = 10 * minute;

export interface TerraformContext {
  readonly engine: Pick<Engine, 'binary'>;
  readonly env: NodeJS.ProcessEnv;
  readonly stop?: Stop;
  readonly onProgress?: (stack: string, progress: ResourceProgress) => void;
}

export interface PlanRequest {
  /** The file in which Terraform keeps its plan. The plan holds secrets. */
  readonly out: string;
  /** Default: create and change; true: destroy everything in the state. */
  readonly destroy?: true;
  /** False: compares the code with the state alone, and asks no cloud. */
  readonly refresh?: false;
}

export interface Planned {
  readonly hasChanges: boolean;
  readonly warnings: readonly Diagnostic[];
}

/** Names one version of a state. A state that was never written has none. */
export interface StateVersion {
  readonly lineage: string;
  readonly serial: number;
}

export interface AppliedState extends StateVersion {
  /** A stack that has outputs and no resources is not empty: others may read them. */
  readonly isEmpty: boolean;
  /** Names of its outputs. */
  readonly outputs: ReadonlySet<string>;
}

const stateFile = z.object({
  lineage: z.string().max(200),
  serial: z.int().min(0),
  resources: z.array(z.unknown()).default([]),
  outputs: z.record(z.string(), z.unknown()).default({}),
});

interface Outcome extends EndedProgram {
  readonly diagnostics: readonly Diagnostic[];
}

export class StackTerraform {
  constructor(
    readonly stack: SynthesizedStack,
    private readonly context: TerraformContext,
  ) {}

  /** Installs providers and opens the backend, as `cdktf` does before each of its commands. */
  async init({ upgrade = false } = {}): Promise<void> {
    const args = ['init', '-input=false', '-no-color', ...(upgrade ? ['-upgrade'] : [])];
    const outcome = await this.run(args, { timeoutMs: initMs });
    if (outcome.code !== 0) throw this.failure('init', outcome);
  }

  /**
   * Writes nothing but the plan. Terraform locks the state meanwhile.
   * @throws Refused naming who holds the lock of the state
   */
  async plan({ out, destroy, refresh }: PlanRequest): Promise<Planned> {
    const options = [...(destroy ? ['-destroy'] : []), ...(refresh === false ? ['-refresh=false'] : [])];
    const args = ['plan', '-json', '-input=false', '-detailed-exitcode', `-out=${resolve(out)}`, ...options];
    const { code, diagnostics } = await this.must(args, [0, 2]);
    return { hasChanges: code === 2, warnings: diagnostics.filter(({ severity }) => severity === 'warning') };
  }

  /** `show -json` of a plan's file: everything in it, secrets too. */
  async show(plan: string): Promise<string> {
    return (await this.must(['show', '-no-color', '-json', resolve(plan)], [0], showMs)).stdout;
  }

  /**
   * Applies a saved plan and nothing else.
   * @throws StalePlan if the state moved since; Refused naming who holds its lock; UnrecoverableError with Terraform's
   *   words if it ended before everything was done: then the state has what was made
   */
  async apply(plan: string): Promise<void> {
    await this.must(['apply', '-json', '-input=false', resolve(plan)], [0]);
  }

  /** Undefined if nothing was ever applied, or everything was destroyed and the state removed. */
  async state(): Promise<AppliedState | undefined> {
    const stdout = await this.pullState();
    if (stdout.trim() === '') return undefined;
    const parsed = stateFile.safeParse(parseJson(stdout));
    if (!parsed.success)
      throw new InvalidConfiguration('its state is not of a form that stackward reads; see it with `terraform show`', {
        where: `stack ${this.stack.name}`,
        about: 'answer',
      });
    const { lineage, serial, resources, outputs } = parsed.data;
    const names = new Set(Object.keys(outputs));
    return { lineage, serial, isEmpty: resources.length + names.size === 0, outputs: names };
  }

  /** The text of its state, secrets too; '' if it has none. */
  async pullState(): Promise<string> {
    return (await this.must(['state', 'pull'], [0], readMs)).stdout;
  }

  /** `output -json NAME`; undefined if the state has no such output. */
  async output(name: string): Promise<string | undefined> {
    const args = ['output', '-no-color', '-json'];
    const outputs = z.record(z.string(), z.object({ value: z.unknown() })).parse(parseJson((await this.must(args, [0], readMs)).stdout)); // prettier-ignore
    return Object.hasOwn(outputs, name) ? JSON.stringify(outputs[name]?.value) : undefined;
  }

  /** Runs a command, after `init` where it needs that. */
  private async must(args: readonly string[], codes: readonly number[], timeoutMs?: number): Promise<Outcome> {
    if (!existsSync(resolve(this.stack.folder, this.context.env.TF_DATA_DIR ?? '.terraform'))) await this.init();
    let outcome = await this.run(args, { timeoutMs });
    const [command = ''] = args;
    const failed = { errors: errorsOf(outcome), stderr: outcome.stderr };
    // Somebody else may have made the plan that is shown, and its words must not make Terraform install other providers.
    if (outcome.code === 1 && command !== 'show' && needsInit(failed)) {
      await this.init({ upgrade: hasOtherProviders(failed) });
      outcome = await this.run(args, { timeoutMs });
    }
    if (outcome.code === undefined || !codes.includes(outcome.code)) throw this.failure(command, outcome, timeoutMs);
    return outcome;
  }

  private async run(args: readonly string[], { timeoutMs }: { timeoutMs?: number | undefined }): Promise<Outcome> {
    const { engine, env, stop, onProgress } = this.context;
    const diagnostics: Diagnostic[] = [];
    const onLine = (line: string): void => {
      const event = parseEvent(line);
      if (event === undefined) return;
      if (isDiagnostic(event)) diagnostics.push(event);
      else onProgress?.(this.stack.name, event);
    };
    const limits = timeoutMs === undefined ? {} : { timeoutMs };
    const told = args.includes('-json') && args[0] !== 'show' ? { onLine } : {};
    const ended = await runTerraform(args, {
      binary: engine.binary,
      env,
      cwd: this.stack.folder,
      stop,
      ...limits,
      ...told,
    });
    return { ...ended, diagnostics };
  }

  private failure(command: string, outcome: Outcome, timeoutMs = initMs): StackwardError {
    const { engine, stop } = this.context;
    const shown = `${engine.binary} ${command}`;
    if (outcome.isTimedOut) return timedOut(shown, this.stack.name, timeoutMs);
    const errors = errorsOf(outcome);
    const isOurs = stop?.gently.aborted === true;
    if (isOurs || wasInterrupted(errors)) return interruptError(command, this.stack.name, errors, isOurs);
    const { name: stack, folder } = this.stack;
    const failed = { command: shown, stack, folder, errors, stderr: outcome.stderr };
    return errorOf(failed, () => readCredentialFiles(this.context.env));
  }
}

const errorsOf = ({ diagnostics }: Outcome): readonly Diagnostic[] =>
  diagnostics.filter(({ severity }) => severity === 'error');
