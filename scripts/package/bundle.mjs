// The constructs as CommonJS: one file for each engine, and one with all that both have in common.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build, transform } from 'esbuild';

const other = { cdktf: 'cdktn', cdktn: 'cdktf' };
const entryOf = { cdktf: 'stackward', cdktn: 'stackward/cdktn' };
// Names stay as they are, for messages and for whoever reads a stack.
const smaller = { minifyWhitespace: true, minifySyntax: true };
const options = { ...smaller, platform: 'node', target: 'node20', legalComments: 'none', logLevel: 'warning' };

/**
 * @param engines the folder of each engine's constructs in the package
 * @returns the files' texts by their paths in the package, and the paths of all sources
 */
export async function bundleConstructs(root, engines) {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: Object.entries(engines).map(([engine, folder]) => ({
      in: `constructs/index.ts?${engine}`,
      out: join(folder, 'index'),
    })),
    // Nothing is written there; the names of the sources in the maps are relative to it.
    outdir: root,
    chunkNames: 'shared-[hash]',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    sourcemap: 'inline',
    metafile: true,
    external: ['constructs'],
    plugins: [onceForEachEngine(root)],
  });
  const files = new Map();
  for (const { path, text } of outputFiles) {
    const file = relative(root, path);
    const engine = Object.keys(engines).find((each) => join(engines[each], 'index.js') === file);
    const banner = engine === undefined ? '' : refusalWithout(engine);
    // esbuild divides ES modules alone, so each file is translated once more.
    const made = await transform(text, { ...options, banner, format: 'cjs', sourcemap: 'external', sourcefile: file });
    files.set(file, `${made.code}//# sourceMappingURL=${file.split('/').at(-1)}.map\n`);
    files.set(`${file}.map`, withoutLibraries(made.map));
  }
  return { files, sources: Object.keys(metafile.inputs) };
}

/** Each file of constructs/ is a module of its own for each engine. The engine stands behind the module's path. */
const onceForEachEngine = (root) => ({
  name: 'once for each engine',
  setup({ onLoad, onResolve }) {
    const constructs = join(root, 'constructs/');
    onResolve({ filter: /^constructs\/index\.ts\?/ }, ({ path }) => {
      const [file, engine] = path.split('?');
      return { path: join(root, file), suffix: `?${engine}` };
    });
    onLoad({ filter: /\/constructs\/.*\.ts$/ }, ({ path, suffix }) => ({
      contents: readFileSync(path),
      loader: 'ts',
      pluginData: { engine: suffix.slice(1) },
    }));
    onResolve({ filter: /^\./ }, ({ path, resolveDir, pluginData }) => {
      const file = `${join(resolveDir, path)}.ts`;
      return pluginData && file.startsWith(constructs) ? { path: file, suffix: `?${pluginData.engine}` } : undefined;
    });
    onResolve({ filter: /^cdktf$/ }, ({ pluginData }) => ({ path: pluginData.engine, external: true }));
    onResolve({ filter: /^@cdktf\/provider-openstack\/lib\// }, ({ path }) => ({
      path: `./provider/${path.split('/').at(-1)}.js`,
      external: true,
    }));
  },
});

/** The map without libraries, in which nobody looks for a mistake of their own. */
function withoutLibraries(text) {
  const map = JSON.parse(text);
  const isOurs = map.sources.map((source) => !source.includes('node_modules/'));
  const lines = decode(map.mappings).map((line) => line.map((each) => (isOurs[each[1]] ? each : [each[0]])));
  return JSON.stringify({
    ...map,
    sourcesContent: map.sourcesContent.map((content, index) => (isOurs[index] ? content : null)),
    // One place is enough to say that from there on nothing is mapped.
    mappings: encode(
      lines.map((line) => line.filter((each, index) => each.length > 1 || line[index - 1]?.length !== 1)),
    ),
  });
}

/** Code that says which engine is missing. Node.js would name a module and a list of files. */
function refusalWithout(engine) {
  const alternative = `import from '${entryOf[other[engine]]}', because ${other[engine]} is installed`;
  return `(() => {
  const has = (name) => { try { require.resolve(name); return true; } catch { return false; } };
  if (has('${engine}')) return;
  const step = has('${other[engine]}') ? ${JSON.stringify(alternative)} : 'run \`npm install ${engine} constructs\`';
  const error = new Error("'${entryOf[engine]}' is for ${engine}, which is not installed here; " + step);
  throw Object.assign(error, { name: 'InvalidConfiguration' });
})();`;
}
