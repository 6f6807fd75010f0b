/**
 * Programs that the documents tell a reader to copy pass the app command of cdktf.json, types and synth, as they stand.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inClone } from '../support/documents';
import { anyOf } from '../support/moments';
import { linkWithNativeTypeScript } from '../support/native-typescript';

const root = resolve(__dirname, '../..');
const projects: string[] = [];

/** A clone without its main.ts. */
function makeClone(link: (from: string, to: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-project-'));
  projects.push(folder);
  for (const shared of ['adapters', 'constructs', 'lib', 'reconcilers', 'scripts', 'package.json'])
    symlinkSync(join(root, shared), join(folder, shared));
  link(root, folder);
  copyFileSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  // The compiler's cache is the project's own, so this project gets another.
  const config = readFileSync(join(root, 'tsconfig.app.json'), 'utf8').replace('node_modules/.cache/tsc/', '');
  writeFileSync(join(folder, 'tsconfig.app.json'), config);
  return folder;
}
/** One program of the documents is compiled by the clone's own TypeScript, nightly both, and all others by the native. */
const clone = makeClone((from, to) => symlinkSync(join(from, 'node_modules'), join(to, 'node_modules')));
const native = makeClone(linkWithNativeTypeScript);
const ofClone = anyOf(['README.md', 'docs/start.md']);
const folderFor = (document: string): string => (ofClone.includes(document) ? clone : native);

afterEach(() => {
  for (const folder of projects)
    for (const made of ['cdktf.out', 'out', 'build', 'cdktf.json'])
      rmSync(join(folder, made), { recursive: true, force: true });
});
afterAll(() => {
  for (const folder of projects) rmSync(folder, { recursive: true, force: true });
});

const exampleOf = (document: string): string =>
  inClone(/```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, document), 'utf8'))?.[1] ?? '');

/** Runs the program as `cdktf synth` does. */
function run(program: string, folder = native) {
  writeFileSync(join(folder, 'main.ts'), program);
  const { app } = JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8')) as { app: string };
  return spawnSync(app, { cwd: folder, shell: true, encoding: 'utf8' });
}

const stackIn = (folder: string, name: string): unknown =>
  JSON.parse(readFileSync(join(folder, 'cdktf.out/stacks', name, 'cdk.tf.json'), 'utf8'));

test("the README's tenant synthesizes without a warning", () => {
  const folder = folderFor('README.md');
  expect(run(exampleOf('README.md'), folder)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^wrote acme, shared to /) as string,
  });
  expect(stackIn(folder, 'acme')).toHaveProperty('resource.openstack_compute_instance_v2');
  expect(stackIn(folder, 'shared')).toMatchObject({
    output: {
      stackward_manifest: {
        value: { resources: { 'shared/Red/AllocationPools': { spec: { method: 'database' } } } },
      },
    },
  });
});

test('the first program of docs/start.md synthesizes; a misspelt prop is refused before anything is written', () => {
  const program = exampleOf('docs/start.md');
  expect(run(program.replace('address:', 'adress:'))).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^main\.ts\(\d+,\d+\): error TS2561: .*'adress' does not exist/) as string,
  });
  expect(existsSync(join(native, 'cdktf.out'))).toBe(false);
  const folder = folderFor('docs/start.md');
  expect(run(program, folder)).toMatchObject({ status: 0, stderr: '' });
  expect(stackIn(folder, 'acme')).toHaveProperty('resource.openstack_networking_port_v2');
});

test('findings come once, plain and first; a name that is not used is no mistake; nothing is written', () => {
  const program = exampleOf('docs/start.md').replace("address: '10.10.1.20'", "address: '10.10.2.20'");
  const finding =
    'one finding, nothing was written:\n' +
    '  acme/Web: 10.10.2.20 is outside 10.10.1.0/24; choose one in 10.10.1.1-10.10.1.254\n';
  expect(run(`${program}\nconst unused = 1;\n`)).toMatchObject({ status: 1, stdout: '', stderr: finding });
  const both = run(program.replace('gateway:', 'gate:').replace("release: 'zed'", "release: 'zed', regoin: 'a'"));
  expect(both.stderr.slice(0, finding.length)).toBe(finding);
  expect(both.stderr.slice(finding.length)).toMatch(/^main\.ts\(\d+,\d+\): error TS2561: .*'regoin' does not exist/);
  expect(existsSync(join(native, 'cdktf.out'))).toBe(false);
});

test.each(anyOf(['out', 'build/cdktf/out']))(
  'the local state stays beside main.ts where cdktf.json has the output %s',
  (output) => {
    writeFileSync(join(native, 'cdktf.json'), JSON.stringify({ output }));
    expect(run(exampleOf('README.md'))).toMatchObject({ status: 0 });
    const workingDirectory = join(native, output, 'stacks/acme');
    const { terraform, data } = JSON.parse(readFileSync(join(workingDirectory, 'cdk.tf.json'), 'utf8')) as {
      terraform: { backend: { local: { path: string } } };
      data: { terraform_remote_state: Record<string, { config: { path: string } }> };
    };
    const others = Object.values(data.terraform_remote_state).map(({ config }) => config.path);
    expect([terraform.backend.local.path, ...others].map((path) => join(workingDirectory, path))).toEqual([
      join(native, 'terraform.acme.tfstate'),
      join(native, 'terraform.shared.tfstate'),
    ]);
  },
);

test('in a clone the command is `npx stackward`', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { stdout } = spawnSync('npx', ['--no-install', 'stackward', '--version'], { cwd: root, encoding: 'utf8' });
  expect(stdout.trim()).toBe(version);
});
