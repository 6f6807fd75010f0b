/** The npm package, from its real tarball: content, types, both engines, and that a clone's state stays as it is. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { anyOf } from '../support/moments';
import { PackageProject, root, runNode } from '../support/package-project';
import { messagesOf } from '../support/strict-types';

let project: PackageProject;
beforeAll(() => {
  project = new PackageProject();
});
afterAll(() => project.remove());

const packageFolder = () => join(project.folder, 'node_modules/stackward');
const readPackage = (path: string) => readFileSync(join(packageFolder(), path), 'utf8');
const bindings = () =>
  readdirSync(join(root, 'providers/openstack/lib'), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

describe('the tarball', () => {
  test('holds what a user needs, and nothing else', () => {
    const ofEngine = (folder: string) => [
      ...['index.js', 'index.js.map', 'index.d.ts', 'provider/LICENSE'].map((name) => folder + name),
      ...bindings().flatMap((name) => ['.js', '.d.ts'].map((ending) => `${folder}provider/${name}${ending}`)),
    ];
    const pinned = readdirSync(join(root, 'providers/openstack/go'));
    const ofProvider = ['package.json', ...pinned.flatMap((name) => [`go/${name}/go.mod`, `go/${name}/go.sum`])];
    const ofCommand = readdirSync(join(root, 'dist'))
      .filter((name) => !name.endsWith('.v8'))
      .map((name) => `dist/${name}`);
    const shared = readPackage('index.js').match(/shared-\w+\.js/)?.[0];
    expect([...project.list().keys()].sort()).toEqual(
      [
        ...ofEngine(''),
        ...ofEngine('cdktn/'),
        ...ofCommand,
        ...[`${shared}`, `${shared}.map`, 'host/stackward-host.py', 'scripts/app.mjs'],
        ...ofProvider.map((name) => `providers/openstack/${name}`),
        ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'LICENSES'],
      ].sort(),
    );
  });

  test('is no larger than 2 MB', () => {
    // 200 kB of it are tables of Asian encodings, in which some servers answer a session's first statement.
    expect(statSync(project.tarball).size).toBeLessThanOrEqual(2_000_000);
  });

  test('runs nothing at install, and depends on nothing but the engine and constructs', () => {
    const manifest = JSON.parse(readPackage('package.json')) as Record<string, unknown>;
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(manifest['peerDependencies'] as object)).toEqual(['cdktf', 'cdktn', 'constructs']);
    expect(Object.keys(manifest['peerDependenciesMeta'] as object)).toEqual(['cdktf', 'cdktn']);
  });

  test('names no folder of the machine that made it', () => {
    const holds = [...project.list().keys()].filter((name) => readPackage(name).includes(root));
    expect(holds).toEqual([]);
  });

  test('has a command that runs by itself', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const { code, stdout } = await project.run(['node_modules/stackward/dist/stackward', '--version']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${version}\n` });
  });
});

/** A small program with names of every entry. */
const programFor = (entry: string, engine: string) => `
import { App, type TerraformStack } from '${engine}';
import { FixedIpPort, OpenStackCloud, TenantNetwork, TenantStack, type OpenStackCloudProps } from '${entry}';
import { NetworkingPortV2 } from '${entry}/provider/networking-port-v2';

const props: OpenStackCloudProps = { owner: 'example', release: 'zed', cloud: 'my-cloud' };
const cloud = new OpenStackCloud(new App(), 'Cloud', props);
const acme = new TenantStack(cloud.node.root, 'acme', { cloud, quotas: { network: { ports: 40 } } });
const green = new TenantNetwork(acme, 'Green', { cidr: '10.10.1.0/24' });
const port: NetworkingPortV2 = new FixedIpPort(acme, 'Web', { network: green, address: '10.10.1.20' }).resource;
new NetworkingPortV2(acme, 'Other', { networkId: port.networkId });
export const stack: TerraformStack = acme;
`;
const entries = { stackward: 'cdktf', 'stackward/cdktn': 'cdktn' };

describe('types under strict, exactOptionalPropertyTypes and skipLibCheck: false', () => {
  const { ModuleKind: Module, ModuleResolutionKind: Resolution } = ts;
  const bundler = { module: Module.ESNext, moduleResolution: Resolution.Bundler };
  const write = (endings: readonly string[]) =>
    endings.flatMap((ending) =>
      Object.entries(entries).map(([entry, engine]) =>
        project.write(`types/${engine}.${ending}`, programFor(entry, engine)),
      ),
    );

  const others: [string, string[], ts.CompilerOptions][] = [
    ['node16', ['mts', 'cts'], { module: Module.Node16 }],
    ['nodenext', ['mts', 'cts'], { module: Module.NodeNext }],
    ['node10, which reads no exports', ['cts'], { module: Module.CommonJS, moduleResolution: Resolution.Node10 }],
  ];
  test.each(anyOf(others))('are right with %s', (_, endings, options) => {
    expect(messagesOf(write(endings), options)).toEqual([]);
  });

  describe('with bundler', () => {
    const isWrong = (message: string): boolean => message.includes('/types/wrong.mts: ');
    let messages: readonly string[];
    // One program of all these files, because each program checks the declarations of cdktf and cdktn again.
    beforeAll(() => {
      const wrong = programFor('stackward', 'cdktf').replace('cidr:', 'cird:');
      const lines = Object.keys(entries).flatMap((entry, index) =>
        bindings().map(
          (name, count) => `export * as x${String(index)}y${String(count)} from '${entry}/provider/${name}';`,
        ),
      );
      const more = [project.write('types/wrong.mts', wrong), project.write('types/all.mts', lines.join('\n'))];
      messages = messagesOf([...write(['mts']), ...more], bundler);
    });

    test('are right, also in the bindings of every resource', () => {
      expect(messages.filter((message) => !isWrong(message))).toEqual([]);
    });

    test('refuse a prop that does not exist, so that the compiler sees types at all', () => {
      expect(messages.filter(isWrong).join()).toContain("'cird' does not exist");
    });
  });
});

describe('imports', () => {
  test.each(Object.keys(entries))('of %s give an ES module the names and classes that CommonJS gets', async (entry) => {
    const text = `
      import { createRequire } from 'node:module';
      import * as all from '${entry}';
      import { NetworkingPortV2 } from '${entry}/provider/networking-port-v2';
      const required = createRequire(import.meta.url)('${entry}');
      const other = createRequire(import.meta.url)('${entry}/provider/networking-port-v2');
      const names = Object.keys(required).filter((name) => all[name] !== required[name]);
      console.log(JSON.stringify([Object.keys(required).length > 20, names, other.NetworkingPortV2 === NetworkingPortV2]));`;
    const { stdout, stderr } = await project.run([project.write('names.mjs', text)]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([true, [], true]);
  });

  test('lead a stack trace to the source of a construct', async () => {
    const text = `new (require('stackward').OpenStackCloud)(new (require('cdktf').App)(), 'Cloud', { owner: 'a b', release: 'zed' });`;
    const { stderr } = await project.run(['--enable-source-maps', project.write('trace.cjs', text)]);
    expect(stderr).toMatch(/at new OpenStackCloud \(.*constructs\/openstack-cloud\.ts:\d+:\d+\)/);
  });
});

/** Every file below a folder that synth wrote, by its path. */
function writtenBelow(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => existsSync(join(folder, name)) && statSync(join(folder, name)).isFile());
  return new Map(files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** What Terraform reads: all but the remarks of the engine. */
function stacksIn(files: ReadonlyMap<string, string>): Record<string, unknown> {
  const stacks = [...files].filter(([name]) => name.endsWith('cdk.tf.json'));
  const keep = (key: string, value: unknown) => (key === '//' ? undefined : value);
  return Object.fromEntries(stacks.map(([name, text]) => [name, JSON.parse(text, keep)]));
}

describe('the app of every construct and prop', () => {
  const program = `
    globalThis.afterAll = () => undefined;
    const { fullApp } = require('./test/support/full-app');
    const app = fullApp();
    app.synth();
    process.stdout.write(app.outdir);`;
  const synthesized = new Map<string, Map<string, string>>();

  beforeAll(async () => {
    await project.adopt(program, 'cdktf.cjs', 'cdktf');
    await project.adopt(program, 'cdktn.cjs', 'cdktn');
    const inClone = join(root, 'node_modules/tsx/dist/cli.mjs');
    const runs = {
      clone: await runNode(root, [inClone, '--eval', program], {}),
      cdktf: await project.run(['cdktf.cjs']),
      cdktn: await project.run(['cdktn.cjs']),
    };
    for (const [name, { code, stdout, stderr }] of Object.entries(runs)) {
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      synthesized.set(name, writtenBelow(stdout));
      rmSync(stdout, { recursive: true, force: true });
    }
  });
  const filesOf = (name: string) => synthesized.get(name) ?? new Map<string, string>();

  test('is written byte for byte as in a clone', () => {
    expect([...filesOf('clone').keys()].filter((name) => name.endsWith('cdk.tf.json'))).toHaveLength(3);
    expect(filesOf('cdktf')).toEqual(filesOf('clone'));
  });

  test('gives Terraform with cdktn what it gives with cdktf', () => {
    expect(stacksIn(filesOf('cdktn'))).toEqual(stacksIn(filesOf('cdktf')));
  });
});

describe('two engines in one program', () => {
  const begin = `
    const { App } = require('cdktf');
    const { OpenStackCloud, TenantStack, TenantNetwork } = require('stackward');
    const app = new App({ outdir: 'mixed' });
    const cloud = new OpenStackCloud(app, 'Cloud', { owner: 'a', release: 'zed', cloud: 'c' });
    const acme = new TenantStack(app, 'acme', { cloud });`;

  const mixtures = [
    [
      'an app of the other one',
      `const { App } = require('cdktn'); const { OpenStackCloud } = require('stackward');
       new OpenStackCloud(new App(), 'Cloud', { owner: 'a', release: 'zed' });`,
      "Cloud: the app is of cdktn, and a construct in it is made for cdktf; import the constructs from 'stackward/cdktn'",
    ],
    [
      'a construct in a stack of the other one',
      `${begin} new (require('stackward/cdktn').TenantNetwork)(acme, 'Green', { cidr: '10.0.0.0/24' });`,
      "acme: the stack is of cdktf, and a construct in it is made for cdktn; import the constructs from 'stackward'",
    ],
    [
      'a binding in a stack of the other one',
      `${begin} new (require('stackward/cdktn/provider/networking-port-v2').NetworkingPortV2)(acme, 'Port', { networkId: 'x' });
       app.synth();`,
      "  acme/Port: it is of cdktn, and its stack of cdktf; import it from 'cdktf' or 'stackward/provider/…'",
    ],
    [
      'a backend of the other one',
      `${begin.replace("cloud: 'c'", "backend: (stack) => new (require('cdktn').LocalBackend)(stack, { path: 'x' })")} app.synth();`,
      "  acme/backend: it is of cdktn, and its stack of cdktf; import it from 'cdktf' or 'stackward/provider/…'",
    ],
  ] as const;
  let said: readonly string[];
  // One program of all, because each needs a second for its engines.
  beforeAll(async () => {
    const tried = mixtures.map(([, text]) => `try { ${text} } catch (error) { said.push(error.message); }`);
    const text = `const said = []; ${tried.join('\n')} process.stdout.write(JSON.stringify(said));`;
    const { stdout, stderr } = await project.run([project.write('mixed.cjs', text)]);
    expect(stderr).toBe('');
    said = JSON.parse(stdout) as string[];
  });

  test.each(mixtures.map(([name, , sentence], index) => [name, sentence, index] as const))(
    'are refused in one sentence: %s',
    (_, sentence, index) => {
      expect(said[index]?.split('\n')).toContain(sentence);
    },
  );

  test.each([
    ['stackward', 'cdktf', "'stackward' is for cdktf, which is not installed here; import from 'stackward/cdktn', because cdktn is installed"], // prettier-ignore
    ['stackward/cdktn', 'cdktn', "'stackward/cdktn' is for cdktn, which is not installed here; import from 'stackward', because cdktf is installed"], // prettier-ignore
  ])('%s says which engine is missing', async (entry, engine, sentence) => {
    // Another project, which has the package and one engine.
    const hidden = join(project.folder, 'node_modules', engine);
    const text = `
      const { renameSync } = require('node:fs');
      renameSync('${hidden}', '${hidden}.away');
      try { require('${entry}'); } catch (error) { process.stdout.write(error.message); }
      renameSync('${hidden}.away', '${hidden}');`;
    expect((await project.run([project.write('missing.cjs', text)])).stdout).toBe(sentence);
  });
});

describe('a new project', () => {
  const command = () => join(packageFolder(), 'dist/stackward');
  const inFolder = (folder: string, ...args: string[]) =>
    runNode(join(project.folder, folder), [command(), ...args], {});
  const filesIn = (folder: string) => {
    const path = join(project.folder, folder);
    return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]));
  };

  test('is whole: its code is checked and written', async () => {
    mkdirSync(join(project.folder, 'new'));
    const made = await inFolder('new', 'init', '--engine', 'cdktn', '--yes');
    expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: '' });
    expect(Object.keys(filesIn('new')).sort()).toEqual(
      ['.gitignore', 'cdktf.json', 'main.ts', 'package.json', 'stackward.yaml', 'tsconfig.json'].sort(),
    );
    const { code, stdout, stderr } = await inFolder('new', 'synth');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^wrote acme to .*cdktf\.out\n$/);
    expect(existsSync(join(project.folder, 'new/cdktf.out/stacks/acme/cdk.tf.json'))).toBe(true);
  });

  test('keeps every file that was there, and says so', async () => {
    const names = ['.gitignore', 'cdktf.json', 'main.ts', 'stackward.yaml', 'tsconfig.json'];
    for (const name of names) project.write(`kept/${name}`, `mine: ${name}`);
    project.write('kept/package.json', '{ "name": "mine", "dependencies": { "stackward": "file:mine.tgz" } }');
    const { code, stdout } = await inFolder('kept', 'init', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('Left as they are: main.ts, cdktf.json, tsconfig.json, stackward.yaml, .gitignore.');
    expect(stdout).toContain('Warning: .gitignore does not name clouds.yaml,');
    const { 'package.json': made = '', ...others } = filesIn('kept');
    expect(others).toEqual(Object.fromEntries(names.map((name) => [name, `mine: ${name}`])));
    expect(JSON.parse(made)).toMatchObject({ name: 'mine', dependencies: { stackward: 'file:mine.tgz' } });
  });

  test('is not begun where the cloud is not clear, so that no file holds a wrong one', async () => {
    project.write('several/clouds.yaml', 'clouds: { lab: { auth: {} }, office: { auth: {} } }');
    const { code, stderr } = await inFolder('several', 'init', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('clouds.yaml has several entries; name one of lab, office with --cloud');
    expect(Object.keys(filesIn('several'))).toEqual(['clouds.yaml']);
  });

  test('is not made inside of a clone', async () => {
    project.write('clone/package.json', '{ "name": "stackward" }');
    const { code, stderr } = await inFolder('clone', 'init', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('this folder is a clone of stackward');
    expect(Object.keys(filesIn('clone'))).toEqual(['package.json']);
  });

  test('that has no main.ts gets one sentence from synth', async () => {
    mkdirSync(join(project.folder, 'empty'));
    const { code, stderr } = await inFolder('empty', 'synth');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^there is no main\.ts in .*empty; change to the project's folder, or run `npx stackward init`\n$/,
    );
  });
});

/** The command of docs/upgrading.md that changes imports, by its number on the page. */
const commandOnPage = (number: number): string =>
  [...readFileSync(join(root, 'docs/upgrading.md'), 'utf8').matchAll(/^ *(sed -i .*)$/gm)][number]?.[1] ?? 'false';

test('a project of the clone layout moves to one of its own, and on to cdktn, without any change for Terraform', async () => {
  const clone = join(project.folder, 'of-clone');
  const moved = join(project.folder, 'moved');
  mkdirSync(clone);
  for (const name of ['adapters', 'constructs', 'lib', 'reconcilers', 'providers', 'node_modules'])
    symlinkSync(join(root, name), join(clone, name));
  const main = readFileSync(join(root, 'main.ts'), 'utf8');
  project.write('of-clone/main.ts', main);
  project.write('moved/main.ts', main);
  const synthIn = async (cwd: string, ...args: string[]) => {
    const { code, stdout, stderr } = await runNode(cwd, args, {});
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
    return writtenBelow(join(cwd, 'cdktf.out'));
  };
  const before = await synthIn(clone, join(root, 'node_modules/tsx/dist/cli.mjs'), 'main.ts');
  expect(Object.keys(stacksIn(before))).toHaveLength(3);

  const command = join(packageFolder(), 'dist/stackward');
  execFileSync(commandOnPage(0), { cwd: moved, shell: true });
  expect(readFileSync(join(moved, 'main.ts'), 'utf8')).not.toBe(main);
  expect((await runNode(moved, [command, 'init', '--engine', 'cdktf', '--yes'], {})).code).toBe(0);
  expect(await synthIn(moved, command, 'synth')).toEqual(before);

  execFileSync(commandOnPage(1), { cwd: moved, shell: true });
  expect(stacksIn(await synthIn(moved, command, 'synth'))).toEqual(stacksIn(before));
});
