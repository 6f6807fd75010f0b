/** The manifests of every stack that cdktf wrote, read from Terraform's state wherever that lives. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { InvalidConfiguration, UnrecoverableError } from '../lib/errors';
import { outputName, parseManifests, type Manifest } from '../lib/manifest';

/** Terraform processes at a time: each takes about 60 MiB and half a second of one core. */
const concurrency = 4;

/**
 * @param folder the project's, which holds cdktf.json and cdktf.out
 * @throws InvalidConfiguration when nothing is synthesized there, or a stack was never applied
 */
export async function readManifestsFromState(folder: string, env: NodeJS.ProcessEnv): Promise<Manifest[]> {
  const out = join(folder, outputFolder(folder));
  const stacks = stacksOf(out);
  const limit = pLimit(concurrency);
  const texts = await Promise.all(
    stacks.map((stack) => limit(() => output(join(out, stack.workingDirectory), stack.name, env))),
  );
  return texts.flatMap((text, index) => parseManifests(text, `stack ${stacks[index]?.name}`));
}

/** cdktf.json's `output`; `cdktf.out` where it has none. */
function outputFolder(folder: string): string {
  try {
    const { output: named } = JSON.parse(readFileSync(join(folder, 'cdktf.json'), 'utf8')) as { output?: unknown };
    return typeof named === 'string' ? named : 'cdktf.out';
  } catch {
    return 'cdktf.out';
  }
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
      { where: out },
    );
  }
}

/** `terraform output -json stackward_manifest` in one stack's folder; `tofu` where there is no terraform. */
async function output(cwd: string, stack: string, env: NodeJS.ProcessEnv): Promise<string> {
  const binaries = env.TERRAFORM_BINARY_NAME ? [env.TERRAFORM_BINARY_NAME] : ['terraform', 'tofu'];
  for (const binary of binaries) {
    const { error, stdout, stderr } = await run(binary, cwd, env);
    if (!error) return stdout;
    if (error.code !== 'ENOENT') throw failure(error, stderr, binary, stack, cwd);
  }
  throw new InvalidConfiguration(
    `${binaries.join(' and ')} can't be found; put terraform or tofu into PATH, or name one in TERRAFORM_BINARY_NAME`,
    { where: `stack ${stack}` },
  );
}

function run(
  binary: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ error: (Error & { code?: unknown }) | null; stdout: string; stderr: string }> {
  const options = { cwd, env: { ...env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }, maxBuffer: 256 << 20 };
  return new Promise((resolve) => {
    execFile(binary, ['output', '-no-color', '-json', outputName], options, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
}

function failure(error: Error & { code?: unknown }, stderr: string, binary: string, stack: string, cwd: string): Error {
  const options = { where: `stack ${stack}`, cause: error };
  if (/Output "?stackward_manifest"? not found|No outputs found/.test(stderr))
    return new InvalidConfiguration(
      `its state has no output "${outputName}"; run \`cdktf apply ${stack}\` first`,
      options,
    );
  if (/init"?|initiali[sz]ation required/i.test(stderr))
    return new InvalidConfiguration(
      `its backend is not initialized; run \`cdktf apply ${stack}\`, or \`${binary} init\` in ${cwd}`,
      options,
    );
  const said = stderr.replace(/[│╷╵]/g, ' ').replace(/\s+/g, ' ').trim();
  return new UnrecoverableError(`\`${binary} output\` failed: ${said || error.message}`, options);
}
