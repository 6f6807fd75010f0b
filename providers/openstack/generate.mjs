// Makes lib/, the bindings, from schema.json: compiled to .js and .d.ts, so that a consumer's compiler settings don't matter
// (as raw TypeScript they give thousands of errors in strict mode). Needs neither Terraform nor the network.
// lib/ is replaced as a whole, and left alone while what it was made from is unchanged (lib/.generated-from).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { removeAbandoned } from './abandoned.mjs';

const home = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

/** What decides the content of lib/, as one hash: schema, provider version, this file, generator and compiler. */
export function digestOfInputs(folder = home) {
  const hash = createHash('sha256');
  for (const file of ['schema.json', 'generate.mjs']) hash.update(readFileSync(join(folder, file)));
  hash.update(JSON.stringify(readProvider(folder)));
  for (const name of ['@cdktf/provider-generator', 'typescript-native']) hash.update(`${name}@${versionOf(name)}`);
  return hash.digest('hex');
}

/** The digest that lib/ was made from; undefined where lib/ is missing or incomplete. */
export function findGeneratedFrom(folder = home) {
  const stamp = join(folder, 'lib', '.generated-from');
  return existsSync(stamp) ? readFileSync(stamp, 'utf8').trim() : undefined;
}

/** Writes lib/ if it isn't what schema.json says now; true when it was written. */
export async function generate(folder = home) {
  const digest = digestOfInputs(folder);
  if (findGeneratedFrom(folder) === digest) return false;
  removeAbandoned(folder, '.generated-');
  const work = join(folder, `.generated-${process.pid}`);
  const compiled = join(work, 'lib');
  try {
    compile(await emitSources(folder, join(work, 'source')), compiled);
    writeLazyIndex(compiled);
    writeFileSync(join(compiled, '.generated-from'), `${digest}\n`);
    replaceFolder(compiled, join(folder, 'lib'), digest, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return true;
}

/** The provider's address and version, at the place where the prebuilt providers have it. */
function readProvider(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).cdktf.provider;
}

function versionOf(name) {
  try {
    return require(`${name}/package.json`).version;
  } catch {
    throw new Error(`${name} is not installed: run "npm ci" at the root of the repository, without --omit=dev.`);
  }
}

/** One TypeScript file per resource, as `cdktf get` writes them; returns the folder that holds them. */
async function emitSources(folder, target) {
  const { CodeMaker, TerraformProviderConstraint, TerraformProviderGenerator } = loadGenerator();
  // The generator doesn't export the class of its targets: taken from the very copy of commons that it uses.
  const ofGenerator = createRequire(require.resolve('@cdktf/provider-generator'));
  const { ConstructsMakerProviderTarget, Language } = ofGenerator('@cdktf/commons');

  const { name, version } = readProvider(folder);
  const schema = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8'));
  const code = new CodeMaker();
  const generator = new TerraformProviderGenerator(code, { ...schema, provider_versions: { [name]: version } });
  const source = name.split('/').slice(-2).join('/');
  generator.generate(
    new ConstructsMakerProviderTarget(new TerraformProviderConstraint(`${source}@${version}`), Language.TYPESCRIPT),
  );
  await code.save(target);
  return join(target, 'providers', 'openstack');
}

/**
 * WARNING: commons 0.21 runs `terraform version` when it is loaded, for its crash reports, and calls home where that fails.
 * `true` stands in for terraform, and nothing is sent.
 */
function loadGenerator() {
  const before = process.env.TERRAFORM_BINARY_NAME;
  process.env.CHECKPOINT_DISABLE = '1';
  process.env.TERRAFORM_BINARY_NAME = 'true';
  try {
    return require('@cdktf/provider-generator');
  } finally {
    if (before === undefined) delete process.env.TERRAFORM_BINARY_NAME;
    else process.env.TERRAFORM_BINARY_NAME = before;
  }
}

/**
 * Without type checking: the generator's output is what it is, and the declarations are checked where they are used. TypeScript 7
 * takes 4 s of processor time for it, and 5.9 took 18 s. Without `strict`, because 5.9 compiled so by default.
 */
function compile(sources, target) {
  const compilerOptions = {
    target: 'es2022',
    module: 'node16',
    rootDir: sources,
    outDir: target,
    declaration: true,
    noCheck: true,
    strict: false,
    types: [],
  };
  const project = join(sources, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  const compiler = join(dirname(require.resolve('typescript-native/package.json')), 'bin/tsc');
  const { error, status, signal, stdout, stderr } = spawnSync(process.execPath, [compiler, '--project', project], {
    encoding: 'utf8',
  });
  if (error) throw error;
  const [said = ''] = `${stdout}${stderr}`.split('\n');
  if (status !== 0)
    throw new Error(
      `The generated bindings do not compile: ${said || `TypeScript ended by ${signal ?? `status ${status}`}`}`,
    );
}

/**
 * By name, each resource is loaded when it is first used, as in the prebuilt providers. The last line is never run:
 * it tells Node's ESM loader which names there are (cjs-module-lexer).
 */
function writeLazyIndex(target) {
  const modules = readFileSync(join(target, 'index.js'), 'utf8').matchAll(
    /exports\.(\w+) = [^;]*require\("(\.\/[\w-]+)"\)/g,
  );
  const names = [];
  const lines = [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    'const lazy = (name, get) => Object.defineProperty(exports, name, { enumerable: true, get });',
  ];
  for (const [, name, file] of modules) {
    names.push(name);
    lines.push(`lazy("${name}", () => require("${file}"));`);
  }
  lines.push(`0 && (module.exports = { ${names.join(', ')} });`, '');
  writeFileSync(join(target, 'index.js'), lines.join('\n'));
  for (const ending of ['.js', '.d.ts']) rmSync(join(target, `lazy-index${ending}`));
}

/** Another process may do the same at the same time: whoever comes second finds a complete folder and keeps it. */
function replaceFolder(from, to, digest, folder) {
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (findGeneratedFrom(folder) !== digest) throw error;
  }
}

async function main() {
  const start = performance.now();
  if (await generate())
    console.log(`Bindings of the OpenStack provider generated in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`The bindings of the OpenStack provider were not generated: ${error.message}`);
    process.exitCode = 1;
  });
}
