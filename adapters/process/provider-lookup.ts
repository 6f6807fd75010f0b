/**
 * Finds out whether the Terraform of this machine finds a provider: in its registry, in a mirror, or wherever its
 * configuration says.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { DeclaredProvider } from '../../lib/contract/report-ports';
import { findTerraform } from './terraform-version';

const longestWords = 600;

/**
 * Runs `init` in a temporary folder with this one provider, as cdktf does in each stack's folder.
 * @returns such as `terraform-provider-openstack/openstack 3.4.0`
 * @throws UnrecoverableError with Terraform's own message
 */
export async function lookUpProvider(provider: DeclaredProvider, env: NodeJS.ProcessEnv): Promise<string> {
  const { binary } = await findTerraform(env);
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

const init = (binary: string, folder: string, env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve, reject) => {
    const own = { ...env, CHECKPOINT_DISABLE: '1', TF_DATA_DIR: join(folder, 'data'), TF_IN_AUTOMATION: '1' };
    const args = ['init', '-backend=false', '-input=false', '-no-color'];
    execFile(binary, args, { cwd: folder, env: own, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const words = stderr.replace(/[│╷╵\s]+/g, ' ').trim();
      reject(new UnrecoverableError(words === '' ? error.message : words.slice(0, longestWords)));
    });
  });
