// Other versions of Node.js for the nightly run, from the npm package `node` (docs/adr/0033-nightly.md).
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../providers/openstack/install-binary.mjs';

const run = promisify(execFile);

/** The newest of each line in November 2026. */
export const nodeVersions = ['20.20.2', '22.23.3', '24.21.0'];

/** @returns the path of that Node.js, from the cache or installed into it */
export async function installNode(version) {
  const binary = (folder) => join(folder, 'node_modules/node/bin/node');
  if (version === process.versions.node) return process.execPath;
  const folder = join(dirname(cacheFolder()), 'node', version.split('.')[0]);
  const says = await run(binary(folder), ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (says === `v${version}`) return binary(folder);
  mkdirSync(folder, { recursive: true });
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`]);
  return binary(folder);
}
