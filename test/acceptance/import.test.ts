/** A project that was made by hand becomes code, and neither half changes anything in it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeByHand } from '../support/handmade-project';
import { LabProjects } from '../support/lab-projects';
import { alikeTest } from '../support/moments';
import { TerraformApp } from '../support/terraform-app';

const root = resolve(__dirname, '../..');
const lab = new LabProjects('test-import');
const app = new TerraformApp('test/acceptance/apps/imported.ts', lab.lab.environment);
let name: string;
const file = join(app.folder, 'written.ts');

beforeAll(async () => {
  await lab.clean();
  name = await makeByHand(lab);
});

afterAll(async () => {
  app.remove();
  await lab.clean();
  await lab.close();
});

const stackward = (...args: string[]): string => {
  const config = join(lab.lab.folder, 'stackward.yaml');
  const env = { ...process.env, ...lab.lab.environment };
  const command = [join(root, 'dist/stackward'), ...args, '--config', config];
  return execFileSync(process.execPath, command, { cwd: app.folder, env, encoding: 'utf8' });
};

test('a project made by hand is imported without a change, and both plans are empty then', async () => {
  expect(stackward('import', '--project', name, '--out', file)).toMatch(/rule .*trunk /s);
  expect(() => stackward('import', '--project', name, '--out', file)).toThrow();
  // The folder has no node_modules of its own.
  const text = readFileSync(file, 'utf8')
    .replace("from 'stackward'", `from '${root}/constructs'`)
    .replace("from 'constructs'", `from '${root}/node_modules/constructs'`);
  writeFileSync(file, text);
  const stack = await importBy('3.4.0');
  const manifest = join(app.folder, 'manifest.json');
  writeFileSync(manifest, JSON.stringify(await app.output(stack, 'stackward_manifest')));
  expect(stackward('plan', '--manifest', manifest)).toContain(
    'No changes. 2 resources of 1 stack are as the code says.',
  );
});

alikeTest('the oldest provider imports the same code, and its plan is empty then', async () => {
  for (const state of readdirSync(app.folder).filter((entry) => entry.endsWith('.tfstate')))
    rmSync(join(app.folder, state));
  await importBy('1.54.1');
});

async function importBy(version: string): Promise<string> {
  await app.synth({ IMPORTED: file, IMPORTED_BY: version });
  const [stack = ''] = readdirSync(join(app.folder, 'cdktf.out/stacks'));
  await app.upgrade(stack);
  expect((await app.plan(stack)).output).toMatch(/Plan: 17 to import, 3 to add, 4 to change, 0 to destroy/);
  expect((await app.applyPlan(stack)).output).toContain('17 imported');
  expect(await app.plan(stack)).toMatchObject({ code: 0 });
  return stack;
}
