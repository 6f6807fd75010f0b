/** Which of Terraform's commands the plans of several stacks start, and in which order. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readApp } from '../../adapters/terraform/app';
import type { TerraformContext } from '../../adapters/terraform/stack';
import { codeOfStack, planTerraform, planWithStates, type TerraformHalf } from '../../cli/both-halves';
import { TerraformFolder } from '../support/terraform-folder';

const { TERRAFORM_BINARY_NAME: terraform = 'terraform' } = process.env;
const stacks = ['shared', 'dependent', 'reader', 'alone'];

let app: TerraformFolder;
let context: TerraformContext;

/** `dependent` and `reader` need `shared`, which nobody has applied. */
beforeAll(() => {
  app = new TerraformFolder();
  const resource = { terraform_data: { one: { input: 'one' } } };
  const shared = { backend: 'local', config: { path: '../../../terraform.shared.tfstate' } };
  const reads = { terraform_data: { one: { input: '${data.terraform_remote_state.shared.outputs.late}' } } };
  app.write([
    { name: 'shared', code: { resource, output: { late: { value: 'late' } } } },
    { name: 'dependent', dependsOn: ['shared'], code: { resource } },
    { name: 'reader', code: { data: { terraform_remote_state: { shared } }, resource: reads } },
    { name: 'alone', code: { resource } },
  ]);
  const binary = join(app.folder, 'terraform');
  const log = `echo "$1 $(basename "$PWD")" >> '${app.folder}/started'`;
  writeFileSync(binary, `#!/bin/sh\n${log}\nexec '${terraform}' "$@"\n`, { mode: 0o755 });
  context = { engine: { binary }, env: process.env };
});
afterAll(() => app.remove());
beforeEach(() => rmSync(join(app.folder, 'started'), { force: true }));

/** Without `init`, which the first command of each stack needs. */
const started = (): string[] =>
  readFileSync(join(app.folder, 'started'), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('init '));
const told = (halves: readonly TerraformHalf[]) =>
  halves.map(({ stack, waitsFor = [], planned, problem }) => [stack.name, planned !== undefined, waitsFor, problem]);

const waiting = [
  ['shared', true, [], undefined],
  ['dependent', false, ['shared'], undefined],
  ['reader', false, ['shared'], undefined],
  ['alone', true, [], undefined],
];

test('no state is read but that of a stack which another needs', async () => {
  expect(told(await planTerraform(readApp(app.out).map(codeOfStack), app.folder, context))).toEqual(waiting);
  expect(started().sort()).toEqual(['plan alone', 'plan shared', 'show alone', 'show shared', 'state shared']);
});

test('for a bundle each state is read, before the plan of its stack', async () => {
  expect(told(await planWithStates(readApp(app.out).map(codeOfStack), app.folder, context))).toEqual(waiting);
  const all = started();
  expect(all.filter((line) => line.startsWith('state ')).sort()).toEqual(stacks.map((name) => `state ${name}`).sort());
  for (const name of ['shared', 'alone'])
    expect(all.indexOf(`state ${name}`)).toBeLessThan(all.indexOf(`plan ${name}`));
});

test('no state is read for plans to destroy, which wait for nothing', async () => {
  const halves = await planTerraform(readApp(app.out).map(codeOfStack), app.folder, context, { destroy: true });
  expect(halves.map(({ planned }) => planned !== undefined)).toEqual([true, true, true, true]);
  expect(started().filter((line) => line.startsWith('state '))).toEqual([]);
});
