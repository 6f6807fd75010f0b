/** The bindings in providers/openstack/lib: made from the committed schema, complete, and loaded one by one. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOfInputs, findGeneratedFrom } from '../../providers/openstack/generate.mjs';
import { pinnedVersions, providerVersion } from '../../providers/openstack/install-binary.mjs';

const root = join(__dirname, '..', '..');
const home = join(root, 'providers', 'openstack');

/** Each program runs in its own Node, because jest has its own module loader. */
function runNode(type: 'commonjs' | 'module', program: string): unknown {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

test('lib/ is made from the schema, the version and the generator as they are now', () => {
  expect(findGeneratedFrom()).toBe(digestOfInputs());
});

test('another schema gives another digest, so lib/ is made again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-'));
  try {
    for (const file of ['schema.json', 'package.json', 'generate.mjs']) cpSync(join(home, file), join(folder, file));
    expect(digestOfInputs(folder)).toBe(digestOfInputs());
    writeFileSync(join(folder, 'schema.json'), '{}');
    expect(digestOfInputs(folder)).not.toBe(digestOfInputs());
    expect(findGeneratedFrom(folder)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('go.mod and go.sum of each folder pin the version that the folder is named for, and one is the default', () => {
  const pinned = pinnedVersions().map((version) => {
    const text = (name: string) => readFileSync(join(home, 'go', version, name), 'utf8');
    const tool = /^tool (\S+)$/m.exec(text('go.mod'))?.[1] ?? '';
    return text('go.mod').includes(`\t${tool} v${version} `) && text('go.sum').includes(`${tool} v${version} h1:`);
  });
  expect(pinned).toEqual(pinnedVersions().map(() => true));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  expect(version).toBe(providerVersion());
  expect(pinnedVersions()).toContain(version);
});

test('by name, only what is used is loaded', () => {
  const loaded = runNode(
    'commonjs',
    `const openstack = require('@cdktf/provider-openstack');
     const loaded = () => Object.keys(require.cache).filter((file) => file.includes('/openstack/lib/')).map((file) => file.split('/lib/')[1]);
     const first = loaded();
     const same = openstack.networkingPortV2.NetworkingPortV2 === require('@cdktf/provider-openstack/lib/networking-port-v2').NetworkingPortV2;
     console.log(JSON.stringify([first, same, loaded()]));`,
  );
  expect(loaded).toEqual([['index.js'], true, ['index.js', 'networking-port-v2/index.js']]);
});

test('an ES module imports by name and by subpath', () => {
  const same = runNode(
    'module',
    `import { networkingPortV2 } from '@cdktf/provider-openstack';
     import { NetworkingPortV2 } from '@cdktf/provider-openstack/lib/networking-port-v2';
     console.log(JSON.stringify(networkingPortV2.NetworkingPortV2 === NetworkingPortV2));`,
  );
  expect(same).toBe(true);
});

test('there is one module for each resource and data source, and the provider', () => {
  const schema = JSON.parse(readFileSync(join(home, 'schema.json'), 'utf8')) as {
    provider_schemas: Record<string, { resource_schemas: object; data_source_schemas: object }>;
  };
  const [provider] = Object.values(schema.provider_schemas);
  const types = runNode(
    'commonjs',
    `const modules = Object.values(require('@cdktf/provider-openstack')).flatMap((module) => Object.values(module));
     console.log(JSON.stringify(modules.map((construct) => construct.tfResourceType).filter(Boolean)));`,
  ) as string[];
  const data = Object.keys(provider?.data_source_schemas ?? {});
  const expected = ['openstack', ...Object.keys(provider?.resource_schemas ?? {}), ...data];
  expect(types.sort()).toEqual(expected.sort());
});
