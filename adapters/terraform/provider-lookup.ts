/**
 * Finds out whether the Terraform of this machine finds a provider: in its registry, in a mirror, or wherever its
 * configuration says.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { DeclaredProvider } from '../../lib/contract/report-ports';
import { findBinary } from './engine';
import { wordsOf } from './failure';
import { runTerraform } from './program';

const longestWords = 600;
const initMs = 120_000;

/**
 * Runs `init` in a temporary folder with this one provider, as cdktf does in each stack's folder.
 * @returns such as `terraform-provider-openstack/openstack 3.4.0`
 * @throws UnrecoverableError with Terraform's own message
 */
export async function lookUpProvider(provider: DeclaredProvider, env: NodeJS.ProcessEnv): Promise<string> {
  const binary = findBinary(env);
  const { source, version } = provider;
  const folder = mkdtempSync(join(tmpdir(), 'stackward-provider-'));
  try {
    const terraform = { required_providers: { wanted: { source, version } } };
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ terraform }));
    const said = await init(binary, folder, env);
    const [, found = version] =
      /(?:Installed|Installing|Using previously-installed) \S+ v(\S+?)[ .(]*(?:\n|\(|$)/.exec(said) ?? [];
    return `${source} ${found.replace(/\.+$/, '')}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function init(binary: string, folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['init', '-backend=false', '-input=false', '-no-color'];
  const own = { ...env, TF_DATA_DIR: join(folder, 'data') };
  const { code, stdout, stderr } = await runTerraform(args, { binary, cwd: folder, env: own, timeoutMs: initMs });
  if (code === 0) return stdout;
  throw new UnrecoverableError(wordsOf({ errors: [], stderr }).slice(0, longestWords));
}
