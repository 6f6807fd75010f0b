// `npm run package`: makes stackward-<version>.tgz, the npm package that a project of its own installs
// (docs/adr/0023-package.md). The tarball is packed from a temporary folder. A path in it is the path of an import.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { generate } from '../providers/openstack/generate.mjs';
import { bundleConstructs } from './package/bundle.mjs';
import { declareConstructs } from './package/declarations.mjs';
import { licencesOf } from './package/licences.mjs';
import { manifestOfPackage } from './package/manifest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** Folder in the package of each engine's constructs. */
const engines = { cdktf: '.', cdktn: 'cdktn' };

/**
 * @param destination the folder for the tarball
 * @returns the tarball's path
 */
async function makePackage(destination) {
  await generate();
  const folder = mkdtempSync(join(tmpdir(), 'stackward-package-'));
  try {
    // A build of its own, because somebody may run the command of dist/ meanwhile. Both are waited for before the folder goes.
    const build = run(process.execPath, ['scripts/build.mjs', join(folder, 'dist')], { cwd: root });
    const failed = (await Promise.allSettled([build, fill(folder)])).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const options = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
    const { stdout } = await run('npm', options, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
    return join(destination, JSON.parse(stdout)[0].filename);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(folder) {
  const put = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const declarations = await declareConstructs(root);
  const bindings = await readBindings();
  const { files, sources } = await bundleConstructs(root, engines);
  for (const [path, text] of files) put(path, text);
  for (const [engine, place] of Object.entries(engines)) {
    put(join(place, 'index.d.ts'), forEngine(declarations, engine));
    for (const [name, text] of bindings) put(join(place, 'provider', name), forEngine(text, engine));
  }
  put('LICENSES', licencesOf(root, sources));
  put('package.json', `${JSON.stringify(manifestOfPackage(root), undefined, 2)}\n`);
  for (const path of ['host/stackward-host.py', 'scripts/app.mjs', 'CHANGELOG.md', 'LICENSE'])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  // Pinned sources, from which `stackward provider` builds where the registry can't be reached.
  for (const path of ['package.json', 'go'])
    cpSync(join(root, 'providers/openstack', path), join(folder, 'providers/openstack', path), { recursive: true });
  for (const place of Object.values(engines))
    cpSync(join(root, 'providers/openstack/LICENSE'), join(folder, place, 'provider/LICENSE'));
  cpSync(join(root, 'scripts/package/README.md'), join(folder, 'README.md'));
}

/** The generated modules by their file names in the package. A resource's file lies in the tarball beside its twin's. */
async function readBindings() {
  const lib = join(root, 'providers/openstack/lib');
  const names = readdirSync(lib, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const files = new Map();
  for (const name of names) {
    const [code, types] = ['index.js', 'index.d.ts'].map((file) => readFileSync(join(lib, name, file), 'utf8'));
    if (/(?:require\("|from ')\./.test(code + types)) throw new Error(`the binding ${name} imports another file`);
    files.set(`${name}.js`, (await transform(code, { minifyWhitespace: true, minifySyntax: true })).code);
    files.set(`${name}.d.ts`, types);
  }
  if (files.size === 0) throw new Error(`${lib} holds no bindings`);
  return files;
}

/** The text with every import of cdktf as one of `engine`. */
const forEngine = (text, engine) => text.replaceAll(/(require\("|from ')cdktf(?=["'])/g, `$1${engine}`);

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url)
  console.log(await makePackage(resolve(process.argv[2] ?? root)));
