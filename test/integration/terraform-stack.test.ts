/** Terraform's commands for one stack, by the real Terraform. The built-in provider serves, so no cloud is needed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inDependencyOrder, readApp } from '../../adapters/terraform/app';
import { findEngine, type Engine } from '../../adapters/terraform/engine';
import type { ResourceProgress } from '../../adapters/terraform/events';
import { runTerraform } from '../../adapters/terraform/program';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { madeBy, TerraformFolder } from '../support/terraform-folder';

let engine: Engine;
beforeAll(async () => {
  engine = await findEngine(process.env);
});

let app: TerraformFolder;
beforeEach(() => {
  app = new TerraformFolder();
});
afterEach(() => app.remove());

const planFile = () => join(app.folder, 'acme.tfplan');

function openAcme(resources: object, more: Partial<TerraformContext> = {}): StackTerraform {
  app.write([{ name: 'acme', code: { resource: { terraform_data: resources } } }]);
  const [acme] = readApp(app.out);
  return new StackTerraform(acme!, { engine, env: process.env, ...more });
}

/** Resolves when `stack` tells that the resource is begun. */
function whenBegun(address: string): { context: Partial<TerraformContext>; begun: Promise<void> } {
  let resolveBegun: () => void;
  const begun = new Promise<void>((resolve) => (resolveBegun = resolve));
  const onProgress = (_: string, progress: ResourceProgress): void => {
    if (progress.address === address && progress.is === 'begun') resolveBegun();
  };
  return { context: { onProgress }, begun };
}

/** A shell command that waits until the test writes the file. */
const waitsFor = (file: string): string => `while [ ! -e ${join(app.folder, file)} ]; do sleep 0.05; done`;

test('a stack is planned, shown, applied, and then has nothing to do', async () => {
  const told: string[] = [];
  const onProgress: TerraformContext['onProgress'] = (stack, { address, action, is }) =>
    told.push(`${stack} ${address} ${action} ${is}`);
  const acme = openAcme({ a: { input: 'x' } }, { onProgress });
  expect(await acme.plan({ out: planFile() })).toEqual({ hasChanges: true, warnings: [] });
  expect(await acme.state()).toBeUndefined();
  expect(JSON.parse(await acme.show(planFile()))).toMatchObject({
    resource_changes: [{ address: 'terraform_data.a' }],
  });
  await acme.apply(planFile());
  expect(told).toEqual(['acme terraform_data.a create begun', 'acme terraform_data.a create done']);
  expect(await acme.state()).toMatchObject({ isEmpty: false, lineage: expect.any(String) as string });
  expect((await acme.plan({ out: planFile() })).hasChanges).toBe(false);
});

test('Terraform collects less garbage than Go by itself, and as much as the person says', async () => {
  const { PATH } = process.env;
  const garbage = async (given: NodeJS.ProcessEnv) =>
    (await runTerraform(['-c', 'echo "$GOGC"'], { binary: 'sh', env: given })).stdout.trim();
  expect([await garbage({ PATH }), await garbage({ PATH, GOGC: '50' })]).toEqual(['200', '50']);
});

test('a plan whose state moved is refused as stale', async () => {
  const acme = openAcme({ a: { input: 'x' } });
  await acme.plan({ out: planFile() });
  await acme.apply(planFile());
  await expect(acme.apply(planFile())).rejects.toMatchObject({
    reason: 'StalePlan',
    message: 'stack acme: the state was changed after the plan was made; plan again',
  });
});

test('a locked state is told with who locked it, since when, and the way out', async () => {
  const { context, begun } = whenBegun('terraform_data.slow');
  const acme = openAcme({ slow: madeBy(waitsFor('go')) }, context);
  await acme.plan({ out: planFile() });
  const applying = acme.apply(planFile());
  await begun;
  const second = new StackTerraform(acme.stack, { engine, env: process.env });
  await expect(second.plan({ out: join(app.folder, 'other') })).rejects.toMatchObject({
    reason: 'Refused',
    message: expect.stringMatching(
      /^stack acme: its state is locked by \S+@\S+ since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(apply, lock [0-9a-f-]{36}\); wait until that has ended, or, where nobody is at work any more, run `\S+ -chdir=\S+ force-unlock [0-9a-f-]{36}`$/,
    ) as string,
  });
  writeFileSync(join(app.folder, 'go'), '');
  await applying;
});

test('an interrupt reaches Terraform alone and once, and what was made is in the state', async () => {
  const interrupt = new AbortController();
  const { context, begun } = whenBegun('terraform_data.slow');
  const resources = {
    first: { input: 'x' },
    slow: madeBy(`ps -o pgid= -p $$ > ${join(app.folder, 'group')}; ${waitsFor('never')}`, {
      depends_on: ['terraform_data.first'],
    }),
  };
  const acme = openAcme(resources, { ...context, stop: { gently: interrupt.signal } });
  await acme.plan({ out: planFile() });
  const applying = acme.apply(planFile());
  void begun.then(() => interrupt.abort());
  await expect(applying).rejects.toMatchObject({
    reason: 'Refused',
    message: expect.not.stringContaining('Two interrupts') as string,
    detail: expect.stringContaining('interrupted; what was made is in its state') as string,
  });
  const own = readFileSync('/proc/self/stat', 'utf8').split(' ')[4];
  expect(readFileSync(join(app.folder, 'group'), 'utf8').trim()).not.toBe(own);
  const state = readFileSync(join(app.folder, 'terraform.acme.tfstate'), 'utf8');
  expect(JSON.parse(state)).toMatchObject({ resources: [{ name: 'first' }, { name: 'slow' }] });
  const again = openAcme({ first: { input: 'x' }, slow: { input: 'x' } });
  await again.plan({ out: planFile() });
  await again.apply(planFile());
  expect((await again.plan({ out: planFile() })).hasChanges).toBe(false);
});

test("Terraform's own words are kept in one line, without secrets", async () => {
  const acme = openAcme({ a: madeBy('echo password=hunter2 is wrong >&2; exit 3') });
  await acme.plan({ out: planFile() });
  const error: unknown = await acme.apply(planFile()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(/^stack acme: `\S+ apply` failed: local-exec provisioner error .*exit status 3/) as string }); // prettier-ignore
  expect((error as Error).message).toContain('password=*** is wrong');
});

test('init runs again where the code asks for a provider that is not installed', async () => {
  const acme = openAcme({ a: { input: 'x' } });
  await acme.plan({ out: planFile() });
  const required = { foo: { source: 'nowhere.invalid/any/foo', version: '1.0.0' } };
  app.write([{ name: 'acme', code: { provider: { foo: [{}] } } }]);
  const path = join(acme.stack.folder, 'cdk.tf.json');
  const code = JSON.parse(readFileSync(path, 'utf8')) as { terraform: object };
  writeFileSync(path, JSON.stringify({ ...code, terraform: { ...code.terraform, required_providers: required } }));
  await expect(acme.plan({ out: planFile() })).rejects.toThrow(
    /` ?\S* init` does not get a provider .*nowhere\.invalid\/any\/foo/,
  );
});

describe('manifest.json of a synthesized app', () => {
  const write = (stacks: object) => {
    app.write([]);
    writeFileSync(join(app.out, 'manifest.json'), JSON.stringify({ stacks }));
  };
  const stack = (name: string, dependencies: string[] = [], workingDirectory = `stacks/${name}`) => ({
    name,
    workingDirectory,
    dependencies,
  });

  test('gives each stack behind those that it depends on', () => {
    write({ acme: stack('acme', ['shared']), beta: stack('beta', ['acme']), shared: stack('shared') });
    expect(inDependencyOrder(readApp(app.out)).map(({ name }) => name)).toEqual(['shared', 'acme', 'beta']);
  });

  test.each([
    ['a folder outside of it', { a: stack('a', [], '../../etc') }, 'must be a folder below'],
    ['an absolute folder', { a: stack('a', [], '/etc') }, 'must be a folder below'],
    ['a dependency that is nowhere', { a: stack('a', ['b']) }, 'a depends on b, which is no stack of it'],
    ['two stacks of one name', { a: stack('a'), b: stack('a') }, 'it has two stacks of the name a'],
    ['a name with a control character', { 'a\u001b': stack('a\u001b') }, 'holds the character U+001B'],
    ['a list in place of the stacks', [], '"stacks" must be a map of names to values'],
  ])('is refused with %s', (_, stacks, message) => {
    write(stacks);
    expect(() => readApp(app.out)).toThrow(message);
  });

  test('is refused with stacks that depend on each other in a circle', () => {
    write({ a: stack('a', ['b']), b: stack('b', ['a']) });
    expect(() => inDependencyOrder(readApp(app.out))).toThrow('the stacks a, b depend on each other in a circle');
  });
});
