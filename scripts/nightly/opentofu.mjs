// OpenTofu for the nightly run, built by Go from its own module (docs/adr/0033-nightly.md). Plain Node, like the set-up.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../providers/openstack/install-binary.mjs';

const run = promisify(execFile);

const module = 'github.com/opentofu/opentofu';
export const openTofuVersion = '1.12.6';
/** The module's sum, as `go mod download -json` prints it. Go checks it against the checksum database, too. */
const checksum = 'h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98=';

/** Backends and key providers whose libraries are most of the build. Each stands on lines of its own in one file. */
const leftOut = [
  {
    file: 'internal/backend/init/init.go',
    imports: /^\tbackend(?:Azure|Consul|Cos|GCS|Kubernetes|OSS|Pg|S3) ".*"\n/gm,
    uses: /^\t\t"\w+": +func\(.*\{ return backend(?:Azure|Consul|Cos|GCS|Kubernetes|OSS|Pg|S3)\.New\(enc\) \},\n/gm,
    count: 8,
  },
  {
    file: 'internal/encryption/default_registry.go',
    imports: /^\t".*\/keyprovider\/(?:aws_kms|azure_vault|gcp_kms|openbao)"\n/gm,
    uses: /^\tif err := DefaultRegistry\.RegisterKeyProvider\((?:aws_kms|azure_vault|gcp_kms|openbao)\.New\(\)\).*\n.*\n\t\}\n/gm,
    count: 4,
  },
];

/**
 * The program, from the cache or built into it: about five minutes of one core.
 * @returns its path
 * @throws Error if Go is missing, or the module is another than the pinned one
 */
export async function installOpenTofu(report = (line) => console.error(line)) {
  const folder = join(dirname(cacheFolder()), 'opentofu', openTofuVersion);
  const binary = join(folder, 'tofu');
  if (existsSync(binary)) return binary;
  report(`building OpenTofu ${openTofuVersion} with Go …`);
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@v${openTofuVersion}`], { cwd: '/' });
  const { Dir: source, Sum: found } = JSON.parse(stdout);
  if (found !== checksum) throw new Error(`the module of OpenTofu has the checksum ${found}, not ${checksum}`);
  mkdirSync(folder, { recursive: true });
  const building = mkdtempSync(join(folder, 'building-'));
  try {
    await copySources(source, join(building, 'source'));
    const made = join(building, 'tofu');
    const flags = ['-trimpath', '-mod=readonly', '-ldflags', `-s -w -X ${module}/version.dev=no`];
    await run('go', ['build', ...flags, '-o', made, './cmd/tofu'], {
      cwd: join(building, 'source'),
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
      maxBuffer: 1 << 26,
    });
    renameSync(made, binary);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return binary;
}

/** Go keeps the module's files read-only. */
async function copySources(from, to) {
  await run('cp', ['-r', from, to]);
  await run('chmod', ['-R', 'u+w', to]);
  for (const { file, imports, uses, count } of leftOut) {
    const path = join(to, file);
    const text = readFileSync(path, 'utf8');
    for (const lines of [imports, uses])
      if (text.match(lines)?.length !== count) throw new Error(`${file} of OpenTofu does not have the expected lines`);
    writeFileSync(path, text.replace(imports, '').replace(uses, ''));
  }
}
