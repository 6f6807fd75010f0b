// Writes schema.json: what the provider's binary says of itself, in the version of package.json. Needs terraform or tofu.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installBinary } from './install-binary.mjs';

const home = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

/**
 * The output of `terraform providers schema -json` for this provider alone, installed first where it is missing.
 * Fields that depend on terraform's own version (functions, identities) are left out.
 *
 * @throws Error of installBinary, or with what terraform printed
 */
export async function readSchema(options) {
  const { name, version: pinned } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).cdktf.provider;
  const version = options?.version ?? pinned;
  const { terraform, variables } = await installBinary(options);
  const folder = mkdtempSync(join(tmpdir(), 'stackward-schema-'));
  const settings = {
    cwd: folder,
    env: { ...process.env, ...variables, CHECKPOINT_DISABLE: '1' },
    maxBuffer: 16 * 1024 * 1024,
  };
  try {
    const required = { openstack: { source: name.split('/').slice(-2).join('/'), version } };
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: required } }));
    await run(terraform, ['init', '-input=false', '-no-color'], settings);
    const { stdout } = await run(terraform, ['providers', 'schema', '-json', '-no-color'], settings);
    const { format_version, provider_schemas } = JSON.parse(stdout);
    const { provider, resource_schemas, data_source_schemas } = Object.values(provider_schemas)[0];
    // tofu lists it under its own registry's name.
    return { format_version, provider_schemas: { [name]: { provider, resource_schemas, data_source_schemas } } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main() {
  writeFileSync(join(home, 'schema.json'), `${JSON.stringify(await readSchema(), undefined, 2)}\n`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.stderr || error.message);
    process.exitCode = 1;
  });
}
