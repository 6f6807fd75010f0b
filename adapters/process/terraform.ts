/** Reads the manifests of all stacks of a synthesized app from Terraform's state, wherever the state is. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { InvalidCommand, InvalidConfiguration, TransientError, UnrecoverableError } from '../../lib/basics/errors';
import { outputName, parseManifests, type DeclaredManifest } from '../../lib/contract/manifest';
import { outputFolder } from '../files/output-folder';

/** Terraform processes side by side. Each takes about 60 MiB and half a second of one core. */
const concurrency = 4;

export interface StateManifests {
  readonly manifests: readonly DeclaredManifest[];
  /** Stacks of the app whose state has no manifest: never applied, or destroyed and still in the code. */
  readonly unapplied: readonly string[];
}

/**
 * @param folder the project's folder, which contains cdktf.json and cdktf.out
 * @param only these stacks; default: all of the app
 * @param timeoutMs of each answer; default: 120 s, since a state may be far away
 * @throws InvalidConfiguration when nothing is synthesized in the folder, or none of the asked stacks was ever applied
 */
export async function readManifestsFromState(
  folder: string,
  env: NodeJS.ProcessEnv,
  { only = [], timeoutMs = 120_000 }: { readonly only?: readonly string[]; readonly timeoutMs?: number } = {},
): Promise<StateManifests> {
  const out = outputFolder(folder);
  const all = stacksOf(out);
  const stacks = all.filter(({ name }) => only.length === 0 || only.includes(name));
  const unknown = only.find((name) => !all.some((stack) => stack.name === name));
  if (unknown !== undefined)
    throw new InvalidCommand(
      `--stack ${unknown} names nothing here; there ${all.length === 1 ? 'is' : 'are'} ${all.map(({ name }) => name).join(', ') || 'none'}`,
    );
  const limit = pLimit(concurrency);
  const texts = await Promise.all(
    stacks.map(({ name, workingDirectory }) =>
      limit(() => output(join(out, workingDirectory), name, env, timeoutMs).catch(orUnread)),
    ),
  );
  const uninitialized = texts.filter((text) => text instanceof Uninitialized);
  if (uninitialized.length > 0) throw allUninitialized(uninitialized);
  const missing = texts.filter((text) => text instanceof Unapplied);
  const [first] = missing;
  if (first && only.length > 0) throw first;
  if (first && missing.length === texts.length) throw noneApplied(stacks.map(({ name }) => name));
  return {
    manifests: texts.flatMap((text, index) =>
      typeof text !== 'string' ? [] : parseManifests(text, `stack ${stacks[index]?.name}`),
    ),
    unapplied: stacks.flatMap(({ name }, index) => (texts[index] instanceof Unapplied ? [name] : [])),
  };
}

/** The stack's state has no manifest. */
class Unapplied extends InvalidConfiguration {
  constructor(stack: string) {
    super(
      `its state has no output "${outputName}"; run \`cdktf apply ${stack}\` first, or, if it was destroyed, ` +
        `\`stackward destroy --stack ${stack}\`, which removes what it left on hosts`,
      { where: `stack ${stack}` },
    );
  }
}

const noneApplied = (stacks: readonly string[]): InvalidConfiguration =>
  new InvalidConfiguration(
    `no stack of this app has the output "${outputName}" in its state (${stacks.join(', ')}); run \`cdktf apply '*'\` first, or, where all were destroyed, give a kept manifest with --manifest`,
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

function stacksOf(out: string): { name: string; workingDirectory: string }[] {
  try {
    const { stacks } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
      stacks: Record<string, { name: string; workingDirectory: string }>;
    };
    return Object.values(stacks);
  } catch (error) {
    throw new InvalidConfiguration(
      `there is no synthesized app here (${(error as Error).message}); run \`cdktf synth\` and \`cdktf apply\` in the project's folder, ` +
        'go there, or name a manifest with --manifest',
      { where: out, about: 'order' },
    );
  }
}

/** Runs `terraform output -json stackward_manifest` in one stack's folder, with `tofu` if there is no terraform. */
async function output(cwd: string, stack: string, env: NodeJS.ProcessEnv, timeoutMs: number): Promise<string> {
  const binaries = env.TERRAFORM_BINARY_NAME ? [env.TERRAFORM_BINARY_NAME] : ['terraform', 'tofu'];
  for (const binary of binaries) {
    const { error, stdout, stderr } = await run(binary, cwd, env, timeoutMs);
    if (!error) return stdout;
    if (error.killed)
      throw new TransientError(
        `\`${binary} output\` has not answered within ${timeoutMs / 1000} s; look at the backend of its state and the way there`,
        { where: `stack ${stack}`, cause: error },
      );
    if (error.code !== 'ENOENT') throw failure(error, stderr, binary, stack, cwd);
  }
  throw new InvalidConfiguration(
    `${binaries.join(' and ')} can't be found; put terraform or tofu into PATH, or name one in TERRAFORM_BINARY_NAME`,
    { where: `stack ${stack}`, about: 'order' },
  );
}

function run(
  binary: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  timeout: number,
): Promise<{ error: (Error & { code?: unknown; killed?: boolean }) | null; stdout: string; stderr: string }> {
  // The whole environment, because the backend of the state finds its credentials there (AWS_*, OS_*, TF_TOKEN_*), as
  // under cdktf.
  const quiet = { ...env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
  const options = { cwd, env: quiet, maxBuffer: 256 << 20, timeout };
  return new Promise((resolve) => {
    execFile(binary, ['output', '-no-color', '-json', outputName], options, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
}

function failure(error: Error & { code?: unknown }, stderr: string, binary: string, stack: string, cwd: string): Error {
  const options = { where: `stack ${stack}`, cause: error };
  if (/Output "?stackward_manifest"? not found|No outputs found/.test(stderr)) return new Unapplied(stack);
  if (/init"?|initiali[sz]ation required/i.test(stderr))
    return holdsNoState(cwd)
      ? new Unapplied(stack)
      : new Uninitialized(stack, `${binary} -chdir=${cwd} init -input=false`);
  const said = stderr.replace(/[│╷╵]/g, ' ').replace(/\s+/g, ' ').trim();
  return new UnrecoverableError(`\`${binary} output\` failed: ${said || error.message}`, options);
}

/**
 * Whether the state would be a file of this machine that doesn't exist: a checkout in which the stack was never
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
