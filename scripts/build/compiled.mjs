// Writes what V8 compiles of the command beside the command's files, so that a run need not compile it again.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const recorder = fileURLToPath(new URL('record.cjs', import.meta.url));

/** Nothing listens there, so the runs load what they connect with, and end. */
const nobody = '127.0.0.1';
const port = 9;
const settings = {
  hosts: [{ match: 'build', local: true }],
  databases: { neutron: { host: nobody, port, user: 'u', password: '${OS_PASSWORD}', tls: 'off' } },
};
const resources = {
  'build/Pool': {
    kind: 'allocation-pool',
    spec: {
      subnetId: '3b1d2a5e-0000-4000-8000-000000000000',
      method: 'database',
      pools: [{ start: '192.0.2.10', end: '192.0.2.20' }],
    },
    dependsOn: [],
  },
};
const manifest = { schemaVersion: '1.1', owner: 'build', stack: 'build', resources };
/** No program is found, so none looks at this machine. */
const surroundings = {
  PATH: '',
  OS_AUTH_URL: `http://${nobody}:${port}/v3`,
  OS_USERNAME: 'u',
  OS_PASSWORD: 'p',
  OS_PROJECT_NAME: 'p',
};

/**
 * A build without this code is as good, but its commands start slowly.
 *
 * @param dist the folder of a whole build
 */
export async function compileInto(dist) {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-build-'));
  try {
    writeFileSync(join(folder, 'm.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'stackward.yaml'), JSON.stringify(settings));
    const options = { cwd: folder, env: { ...surroundings, HOME: folder }, timeout: 60_000 };
    await promisify(execFile)(process.execPath, [recorder, resolve(dist, 'stackward')], options);
  } catch (error) {
    console.warn(`The command will start slowly, because its code could not be compiled: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
