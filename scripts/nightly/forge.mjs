// `gh` and `glab` for the nightly run, built by Go from their own modules (docs/adr/0033-nightly.md). Plain Node.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../providers/openstack/install-binary.mjs';

const run = promisify(execFile);

/**
 * `checksum`: the module's sum, as `go mod download -json` prints it. Go checks it against the checksum database, too.
 * 1.22.0 is glab's last version in this module. Later ones are in gitlab.com/gitlab-org/cli, and were not built yet.
 */
export const forgeClients = [
  {
    name: 'gh',
    version: '2.83.0',
    module: 'github.com/cli/cli/v2',
    checksum: 'h1:DIh4WStSDm15OT43vImvKp21v9JAg8pBbdVoisknTKo=',
  },
  {
    name: 'glab',
    version: '1.22.0',
    module: 'github.com/profclems/glab',
    checksum: 'h1:4Xm3O4jLr2WQmq4wfqf3eSpIoK7O1TCE6HzWl51Uk2I=',
  },
];

/**
 * The program, from the cache or built into it: six minutes of one core for gh, one for glab.
 * @returns its path
 * @throws Error if Go is missing, or the module is another than the pinned one
 */
export async function installForgeClient({ name, version, module, checksum }) {
  const folder = join(dirname(cacheFolder()), name, version);
  const binary = join(folder, name);
  if (existsSync(binary)) return binary;
  console.error(`building ${name} ${version} with Go …`);
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@v${version}`], { cwd: '/' });
  const { Dir: source, Sum: found } = JSON.parse(stdout);
  if (found !== checksum) throw new Error(`the module of ${name} has the checksum ${found}, not ${checksum}`);
  mkdirSync(folder, { recursive: true });
  const building = join(folder, `building-${process.pid}`);
  await run('go', ['build', '-trimpath', '-mod=readonly', '-ldflags', '-s -w', '-o', building, `./cmd/${name}`], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    maxBuffer: 1 << 26,
  });
  renameSync(building, binary);
  return binary;
}
