/** The manifest through the real Terraform: plan, apply, state, removal. The built-in provider serves, so no cloud is needed. */
import { defined } from '../../lib/basics/defined';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifestsFromState } from '../../adapters/terraform/manifests-in-state';
import { parseManifests } from '../../lib/contract/manifest';
import { CommandFolder } from '../support/command';

const binary = process.env.TERRAFORM_BINARY_NAME ?? 'terraform';
const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-terraform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stackFolder = (stack: string) => join(folder, 'cdktf.out/stacks', stack);
const terraform = (stack: string, ...args: string[]) =>
  execFileSync(binary, args, { cwd: stackFolder(stack), env, encoding: 'utf8', stdio: 'pipe' });

const entry = (subnetId: string) => ({
  kind: 'allocation-pool',
  spec: { subnetId, method: 'check', pools: [{ start: '192.0.2.10', end: '192.0.2.20' }] },
  dependsOn: [],
});

const written = new Set<string>();
beforeEach(() => written.clear());

/** A stack as cdktf writes it, beside those written before: `resources` refer to the built-in terraform_data. */
function write(stack: string, resources: object | undefined, backend?: object): void {
  mkdirSync(stackFolder(stack), { recursive: true });
  written.add(stack);
  const stacks = Object.fromEntries([...written].map((name) => [name, { name, workingDirectory: `stacks/${name}` }]));
  writeFileSync(join(folder, 'cdktf.out/manifest.json'), JSON.stringify({ version: '0.21.0', stacks }));
  const value = { schemaVersion: '1.0', owner: 'tests', stack, resources };
  const output = resources === undefined ? {} : { output: { stackward_manifest: { value } } };
  const json = {
    resource: { terraform_data: { subnet: { input: 'x' }, other: { input: 'y' } } },
    ...output,
    ...defined({ terraform: backend && { backend } }),
  };
  writeFileSync(join(stackFolder(stack), 'cdk.tf.json'), JSON.stringify(json));
}

function showPlan(stack: string, ...more: string[]) {
  terraform(stack, 'plan', '-out=plan.tfplan', '-input=false', ...more);
  return parseManifests(terraform(stack, 'show', '-json', 'plan.tfplan'), 'plan.json');
}

test('the command reads the manifest of each stack from the first plan to the last', async () => {
  const red = { 'shared/Red/AllocationPools': entry('${terraform_data.subnet.id}') };
  write('shared', red);
  terraform('shared', 'init', '-input=false');

  const [first] = showPlan('shared');
  expect(first?.resources).toMatchObject([{ path: 'shared/Red/AllocationPools', unknown: ['spec.subnetId'] }]);

  terraform('shared', 'apply', '-auto-approve', '-input=false');
  const [applied] = (await readManifestsFromState(folder, process.env)).manifests;
  const subnetId = applied?.resources[0]?.spec.subnetId;
  expect(subnetId).toMatch(/^[0-9a-f-]{36}$/);
  for (const text of [
    terraform('shared', 'output', '-json'),
    terraform('shared', 'show', '-json'),
    terraform('shared', 'output', '-json', 'stackward_manifest'),
  ])
    expect(parseManifests(text, 'stack shared')).toEqual([applied]);

  write('shared', { ...red, 'shared/Blue/AllocationPools': entry('${terraform_data.other.id}') });
  const [grown] = showPlan('shared');
  expect(grown?.resources.map(({ path, unknown }) => [path, unknown])).toEqual([
    ['shared/Blue/AllocationPools', []],
    ['shared/Red/AllocationPools', []],
  ]);

  write('shared', {});
  const [emptied] = showPlan('shared');
  expect([emptied?.resources, emptied?.removed.map((resource) => [resource.path, resource.spec.subnetId])]).toEqual([
    [],
    [['shared/Red/AllocationPools', subnetId]],
  ]);

  write('shared', red);
  const [destroyed] = showPlan('shared', '-destroy');
  expect([destroyed?.stack, destroyed?.resources, destroyed?.removed.length]).toEqual(['shared', [], 1]);
  terraform('shared', 'apply', '-destroy', '-auto-approve', '-input=false');
  await expect(readManifestsFromState(folder, process.env)).rejects.toThrow(
    `no stack of this app has the output "stackward_manifest" in its state (shared); run \`stackward deploy\` (or \`cdktf apply '*'\`) first`,
  );
});

describe('where one stack of two was never applied,', () => {
  const apply = (stack: string) => {
    terraform(stack, 'init', '-input=false');
    terraform(stack, 'apply', '-auto-approve', '-input=false');
  };
  beforeEach(() => {
    write('shared', {});
    // The same path as cdktf writes without a backend.
    write('acme', {}, { local: { path: join(folder, 'terraform.acme.tfstate') } });
    apply('shared');
  });

  test('the other stack is read, and the first is named', async () => {
    const { manifests, unapplied } = await readManifestsFromState(folder, process.env);
    expect([manifests.map((manifest) => manifest.stack), unapplied]).toEqual([['shared'], ['acme']]);
  });

  test('the same holds once the first is initialized', async () => {
    terraform('acme', 'init', '-input=false');
    expect((await readManifestsFromState(folder, process.env)).unapplied).toEqual(['acme']);
  });

  test('a run of the other stack does not read the first, and a run of the first says what it needs', async () => {
    rmSync(join(stackFolder('acme')), { recursive: true });
    const only = (stack: string) => readManifestsFromState(folder, process.env, { only: [stack] });
    expect(await only('shared')).toMatchObject({ manifests: [{ stack: 'shared' }], unapplied: [] });
    write('acme', {});
    await expect(only('acme')).rejects.toThrow('stack acme: its state has no output');
    await expect(only('beta')).rejects.toThrow('--stack beta names nothing here; there are shared, acme');
  });

  test('the command does what is known, removes nothing of the first, and waits with exit code 2', async () => {
    const command = new CommandFolder();
    try {
      cpSync(join(folder, 'cdktf.out'), join(command.folder, 'cdktf.out'), { recursive: true });
      const { code, stdout, stderr } = await command.run(['plan']);
      expect([code, stderr]).toEqual([2, '']);
      expect(stdout).toContain(
        '  # stack acme waits for `cdktf apply`\n      stackward_manifest = (known after apply)\n',
      );
      expect(stdout).toContain('Warning: stack acme\n  nothing is known of it, so nothing of it, nor of a stack that');
      expect(stdout).toContain(
        'what it left on hosts stays in force until `stackward destroy --stack acme` removes it\n',
      );
      expect((await command.run(['plan', '--stack', 'acme'])).stderr).toContain(
        'run `cdktf apply acme` first, or, if it was destroyed, `stackward destroy --stack acme`, which removes',
      );
      expect((await command.run(['plan', '--stack', 'shared'])).code).toBe(0);
      const destroyed = await command.run(['destroy', '--stack', 'acme']);
      expect([destroyed.code, destroyed.stdout]).toEqual([0, expect.stringContaining('Now run `cdktf destroy acme`.')]);
      const misspelt = await command.run(['destroy', '--stack', 'amce']);
      expect([misspelt.code, misspelt.stdout]).toEqual([1, expect.not.stringContaining('Now run')]);
      expect(misspelt.stderr).toContain(
        '--stack amce names nothing here, and neither on the hosts nor in runs is anything of such a stack; there are shared, acme\n',
      );
    } finally {
      command.remove();
    }
  });
});

describe("the message where the state can't be read", () => {
  test('says that a backend does not answer', async () => {
    write('shared', {});
    const silent = join(folder, 'silent');
    writeFileSync(silent, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    await expect(
      readManifestsFromState(folder, { ...process.env, TERRAFORM_BINARY_NAME: silent }, { timeoutMs: 300 }),
    ).rejects.toThrow('output` has not answered within 0.3 s; look at the backend of its state and the way there');
  });

  test('says that a stack was never applied', async () => {
    write('shared', {});
    terraform('shared', 'init', '-input=false');
    await expect(readManifestsFromState(folder, process.env)).rejects.toThrow(
      "run `stackward deploy` (or `cdktf apply '*'`) first",
    );
  });

  test('names all backends that are not initialized, and what to run', async () => {
    for (const stack of ['shared', 'acme']) write(stack, {}, { http: { address: 'http://127.0.0.1:9/' } });
    const init = (stack: string) => `-chdir=${stackFolder(stack)} init -input=false`;
    await expect(readManifestsFromState(folder, process.env)).rejects.toThrow(
      `stacks shared, acme: the backend of the state is not initialized here; run \`${binary} ${init('shared')}; ${binary} ${init('acme')}\``,
    );
  });

  test('says that a local state which is not initialized may hold a manifest', async () => {
    write('shared', {}, { local: { path: join(folder, 'terraform.shared.tfstate') } });
    writeFileSync(join(folder, 'terraform.shared.tfstate'), '{}');
    await expect(readManifestsFromState(folder, process.env)).rejects.toThrow(
      'stack shared: the backend of the state is',
    );
  });

  test('says that there is no Terraform', async () => {
    write('shared', {});
    await expect(
      readManifestsFromState(folder, { TERRAFORM_BINARY_NAME: 'no-such-terraform', PATH: process.env.PATH ?? '' }),
    ).rejects.toThrow(
      "stack shared: no-such-terraform can't be found; put terraform or tofu into PATH, or name one in TERRAFORM_BINARY_NAME",
    );
  });

  test('says that nothing is synthesized', async () => {
    await expect(readManifestsFromState(folder, process.env)).rejects.toThrow('there is no synthesized app here');
  });
});
