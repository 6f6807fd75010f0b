/** Finds the Terraform or OpenTofu that a run of cdktf uses. */
import { execFile } from 'node:child_process';
import * as z from 'zod';
import { InvalidConfiguration, UnrecoverableError } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';

const answer = z.object({ terraform_version: z.string().max(64) });

export interface Terraform {
  /** The name or path by which it is run. */
  readonly binary: string;
  readonly version: string;
}

/** @throws InvalidConfiguration if neither is found */
export async function findTerraform(env: NodeJS.ProcessEnv): Promise<Terraform> {
  const binaries = env.TERRAFORM_BINARY_NAME ? [env.TERRAFORM_BINARY_NAME] : ['terraform', 'tofu'];
  for (const binary of binaries) {
    const said = await run(binary, env);
    if (said === undefined) continue;
    const parsed = answer.safeParse(said);
    if (parsed.success) return { binary, version: parsed.data.terraform_version };
    throw new UnrecoverableError(`\`${binary} version -json\` answers in an unknown form; see which program that is`);
  }
  throw new InvalidConfiguration(
    `${binaries.join(' and ')} can't be found; put terraform or tofu into PATH, or name one in TERRAFORM_BINARY_NAME`,
    { about: 'order' },
  );
}

/** The version, or undefined if there is no such program. */
const run = (binary: string, env: NodeJS.ProcessEnv): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const options = { env: { ...env, CHECKPOINT_DISABLE: '1' }, timeout: 30_000 };
    execFile(binary, ['version', '-json'], options, (error, stdout) => {
      if (error === null) {
        try {
          resolve(parseJson(stdout));
        } catch {
          resolve({});
        }
      } else if (error.code === 'ENOENT') resolve(undefined);
      else reject(new UnrecoverableError(`\`${binary} version\` failed: ${error.message}`));
    });
  });
