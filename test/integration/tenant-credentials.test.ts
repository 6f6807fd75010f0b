/** The values that the tenant's provider gets from clouds.yaml, evaluated by Terraform itself. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TenantStack } from '../../constructs';
import { appWithCloud, synth } from '../support/synth';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-tenant-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function expression(): string {
  const { app, cloud } = appWithCloud({ cloud: 'it' });
  new TenantStack(app, 'acme', { cloud });
  return String(synth(app).stack('acme').locals?.['Credentials']).slice(2, -1);
}

/** Each of the entry's settings as a text, which is what the provider takes. */
function evaluated(clouds: string, file = 'clouds.yaml'): unknown {
  writeFileSync(join(folder, file), clouds);
  const { status, stdout, stderr } = spawnSync(process.env.TERRAFORM_BINARY_NAME ?? 'terraform', ['console', '-no-color'], {
    cwd: folder,
    env: { ...process.env, HOME: folder, TF_CLI_CONFIG_FILE: '/dev/null' },
    input: `jsonencode({ for key, value in nonsensitive(${expression()}) : key => try(tostring(value), null) })\n`,
    encoding: 'utf8',
  }); // prettier-ignore
  if (status !== 0) throw new Error(stderr);
  const settings = JSON.parse(JSON.parse(stdout) as string) as Record<string, unknown>;
  // The result still holds `auth` itself, beside the values that were taken out of it.
  delete settings.auth;
  return settings;
}

const written = {
  username: '0001',
  user_id: '1.10',
  password: '12345e6',
  token: 'yes',
  user_domain_id: '2020-01-01',
  user_domain_name: '12345678901234567890123456789012',
  domain_id: '.inf',
  domain_name: 'Off',
};
const block = Object.entries(written).map(([key, value]) => `      ${key}: ${value}`).join('\n'); // prettier-ignore
const flow = Object.entries(written).map(([key, value]) => `${key}: ${value}`).join(', '); // prettier-ignore

test.each([
  ['in lines', `clouds:\n  it:\n    auth:\n${block}\n`],
  ['in lines with remarks and blanks', `clouds:\n  it:\n    auth:\n${block.replaceAll('\n', ' # why\r\n')}  \n`],
  ['between braces', `clouds: { it: { auth: { ${flow} } } }`],
  ['by a merge key', `base: &base\n${block}\nclouds:\n  it:\n    auth:\n      <<: *base\n`],
  ['in quotes', `clouds:\n  it:\n    auth:\n${block.replace(/: (.*)/g, ": '$1'")}\n`],
])('texts that YAML would read as numbers, dates or booleans stay as they were written: %s', (_, clouds) => {
  expect(evaluated(clouds)).toEqual(written);
});

test('values that are no plain text, and empty values, are as YAML reads them', () => {
  const auth = { username: 'o\'neil: "x", y', password: '#1, {yes}' };
  const clouds = `clouds:\n  it:\n    verify: no\n    region_name: null\n    auth: ${JSON.stringify(auth)}\n`;
  expect(evaluated(clouds)).toEqual({ ...auth, region_name: null, verify: 'false' });
});

test('clouds.yml is read where there is no clouds.yaml, as the provider does', () => {
  expect(evaluated('clouds: { it: { auth: { username: a } } }', 'clouds.yml')).toEqual({ username: 'a' });
});

test('a relative OS_CLIENT_CONFIG_FILE is refused at synth, because Terraform runs in another folder', () => {
  process.env.OS_CLIENT_CONFIG_FILE = 'ssh/clouds.yaml';
  try {
    expect(expression).toThrow(
      'acme: OS_CLIENT_CONFIG_FILE is ssh/clouds.yaml, and Terraform runs in another folder; write the absolute path',
    );
  } finally {
    delete process.env.OS_CLIENT_CONFIG_FILE;
  }
});
