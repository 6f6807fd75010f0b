/** Reads the manifests of all stacks of a synthesized app from Terraform's state, wherever the state is. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { commandLine } from '../../lib/basics/command-line';
import { asStackwardError, InvalidConfiguration, type StackwardError } from '../../lib/basics/errors';
import { outputName, parseManifests, type DeclaredManifest } from '../../lib/contract/manifest';
import { outputFolder } from '../files/output-folder';
import { chosenStacks, readApp, type SynthesizedStack } from './app';
import { findBinary } from './engine';
import { readCredentialFiles } from '../files/credential-files';
import { errorOf, needsInit, timedOut } from './failure';
import { runTerraform } from './program';

/** Terraform processes side by side. Each takes about 60 MiB and half a second of one core. */
const concurrency = 4;

export interface StateManifests {
  readonly manifests: readonly DeclaredManifest[];
  /** Stacks of the app whose state has no manifest: never applied, or destroyed and still in the code. */
  readonly unapplied: readonly string[];
  /** Stacks whose state can't be read; only where the caller goes on without them. */
  readonly unread?: readonly UnreadStack[];
}

export interface UnreadStack {
  readonly stack: string;
  readonly problem: StackwardError;
}

interface StateOptions {
  /** Default: all stacks of the app. */
  readonly only?: readonly string[];
  /** Of each answer; default: 120 s, since a state may be far away. */
  readonly timeoutMs?: number;
  /** True: the answer names a state that can't be read, and has the other stacks. False: such a state is an error. */
  readonly keepsUnread?: boolean;
  /** True: an app whose states have no manifest is an answer without manifests. False: it is an error. */
  readonly mayBeNone?: boolean;
}

/**
 * @param folder the project's folder, which contains cdktf.json and cdktf.out
 * @throws InvalidConfiguration when nothing is synthesized in the folder, or, without `mayBeNone`, none of the asked
 * stacks was ever applied
 */
export async function readManifestsFromState(
  folder: string,
  env: NodeJS.ProcessEnv,
  { only = [], timeoutMs = 120_000, keepsUnread = false, mayBeNone = false }: StateOptions = {},
): Promise<StateManifests> {
  const stacks = chosenStacks(readApp(outputFolder(folder)), only);
  const limit = pLimit(concurrency);
  const caught = keepsUnread ? orAnyError : orUnread;
  const texts = await Promise.all(stacks.map((stack) => limit(() => output(stack, env, timeoutMs).catch(caught))));
  const unread = texts.flatMap((text, index) => {
    const stack = stacks[index]?.name ?? '';
    return typeof text === 'string' || text instanceof Unapplied || !keepsUnread ? [] : [{ stack, problem: text }];
  });
  const uninitialized = texts.filter((text) => text instanceof Uninitialized);
  if (uninitialized.length > 0 && !keepsUnread) throw allUninitialized(uninitialized);
  const missing = texts.filter((text) => text instanceof Unapplied);
  const [first] = missing;
  if (first && only.length > 0) throw first;
  if (first && missing.length === texts.length && !mayBeNone) throw noneApplied(stacks.map(({ name }) => name));
  return {
    manifests: texts.flatMap((text, index) =>
      typeof text !== 'string' ? [] : parseManifests(text, `stack ${stacks[index]?.name}`),
    ),
    unapplied: stacks.flatMap(({ name }, index) => (texts[index] instanceof Unapplied ? [name] : [])),
    unread,
  };
}

/** The stack's state has no manifest. */
class Unapplied extends InvalidConfiguration {
  constructor(stack: string) {
    super(
      `its state has no output "${outputName}"; run \`cdktf apply ${stack}\` first, or, if it was destroyed, ` +
        `\`${commandLine(['destroy', '--stack', stack])}\`, which removes what it left on hosts`,
      { where: `stack ${stack}` },
    );
  }
}

const noneApplied = (stacks: readonly string[]): InvalidConfiguration =>
  new InvalidConfiguration(
    `no stack of this app has the output "${outputName}" in its state (${stacks.join(', ')}); run \`stackward deploy\` (or \`cdktf apply '*'\`) first, or, where all were destroyed, give a kept manifest with --manifest`,
    { about: 'order' },
  );

/** Terraform can't read the stack's state before `terraform init`. */
class Uninitialized extends InvalidConfiguration {
  constructor(
    readonly stackName: string,
    readonly init: string,
  ) {
    super(init);
  }
}

/** One sentence that names the commands for all of these stacks. */
function allUninitialized(all: readonly Uninitialized[]): InvalidConfiguration {
  const commands = all.map(({ init }) => init).join('; ');
  return new InvalidConfiguration(`the backend of the state is not initialized here; run \`${commands}\``, {
    where: `${all.length === 1 ? 'stack' : 'stacks'} ${all.map(({ stackName }) => stackName).join(', ')}`,
    about: 'order',
  });
}

function orUnread(error: unknown): Unapplied | Uninitialized {
  if (error instanceof Unapplied || error instanceof Uninitialized) return error;
  throw error;
}

const orAnyError = (error: unknown): StackwardError => asStackwardError(error);

/** `terraform output -json stackward_manifest` in one stack's folder. */
async function output(
  { name: stack, folder: cwd }: SynthesizedStack,
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<string> {
  const binary = findBinary(env, `stack ${stack}`);
  const args = ['output', '-no-color', '-json', outputName];
  const { code, stdout, stderr, isTimedOut } = await runTerraform(args, { binary, cwd, env, timeoutMs });
  if (code === 0) return stdout;
  const command = `${binary} output`;
  if (isTimedOut) throw timedOut(command, stack, timeoutMs);
  if (/Output "?stackward_manifest"? not found|No outputs found/.test(stderr)) throw new Unapplied(stack);
  if (needsInit({ errors: [], stderr }))
    throw holdsNoState(cwd)
      ? new Unapplied(stack)
      : new Uninitialized(stack, `${binary} -chdir=${cwd} init -input=false`);
  throw errorOf({ command, stack, folder: cwd, errors: [], stderr }, () => readCredentialFiles(env));
}

/**
 * True if the state would be a file of this machine that doesn't exist: a checkout in which the stack was never
 * applied.
 */
function holdsNoState(cwd: string): boolean {
  try {
    const { terraform = {} } = JSON.parse(readFileSync(join(cwd, 'cdk.tf.json'), 'utf8')) as {
      terraform?: { backend?: Record<string, { path?: string }>; cloud?: object };
    };
    const [kind = 'local', ...others] = Object.keys(terraform.backend ?? {});
    if (kind !== 'local' || others.length > 0 || terraform.cloud !== undefined) return false;
    return !existsSync(resolve(cwd, terraform.backend?.local?.path ?? 'terraform.tfstate'));
  } catch {
    return false;
  }
}
