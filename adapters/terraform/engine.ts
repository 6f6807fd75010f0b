/** Finds the Terraform or OpenTofu that a run of cdktf uses. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { InvalidConfiguration, UnrecoverableError } from '../../lib/basics/errors';
import { runTerraform, type Stop } from './program';

export interface Engine {
  readonly name: 'terraform' | 'tofu';
  /** The name or path by which it is run. */
  readonly binary: string;
  readonly version: string;
}

const versionMs = 30_000;

/**
 * The name or path by which Terraform or OpenTofu is run.
 * @throws InvalidConfiguration if neither is found
 */
export function findBinary(env: NodeJS.ProcessEnv, where?: string): string {
  const binaries = env.TERRAFORM_BINARY_NAME ? [env.TERRAFORM_BINARY_NAME] : ['terraform', 'tofu'];
  const found = binaries.find((binary) => isProgram(binary, env));
  if (found !== undefined) return found;
  const message = `${binaries.join(' and ')} can't be found; put terraform or tofu into PATH, or name one in TERRAFORM_BINARY_NAME`;
  throw new InvalidConfiguration(message, where === undefined ? { about: 'order' } : { about: 'order', where });
}

function isProgram(binary: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  const paths = binary.includes('/') ? [binary] : PATH.split(delimiter).map((folder) => join(folder, binary));
  return paths.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

/**
 * @param stop ends the question for the version, if nobody waits for it any more
 * @throws InvalidConfiguration if neither Terraform nor OpenTofu is found
 */
export async function findEngine(env: NodeJS.ProcessEnv, stop?: Stop): Promise<Engine> {
  const binary = findBinary(env);
  const { code, stdout, stderr } = await runTerraform(['version'], { binary, env, timeoutMs: versionMs, stop });
  const [, product, version = ''] = /^(Terraform|OpenTofu) v(\S{1,64})$/m.exec(stdout) ?? [];
  if (code !== 0 || product === undefined)
    throw new UnrecoverableError(
      `\`${binary} version\` does not answer as Terraform or OpenTofu; see which program that is: ${(stdout + stderr).trim().slice(0, 200)}`,
    );
  return { name: product === 'OpenTofu' ? 'tofu' : 'terraform', binary, version };
}
