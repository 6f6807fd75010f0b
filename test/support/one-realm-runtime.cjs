// Loads packages, the provider's bindings and jest's own modules once for all suites of a worker: loading them was most of
// what short suites computed. Our own modules, and those of the tests, are still loaded anew for each suite, so none sees
// what another left in them.
const { realpathSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const Runtime = require('jest-runtime').default;

const packages = join(__dirname, '../../node_modules');

// The stand-ins of jest.config.cjs that matter for packages which are loaded once.
for (const [path, standIn] of [
  ['mysql2/node_modules/iconv-lite/lib/index.js', '../../scripts/iconv.cjs'],
  ['cdktf/lib/tokens/private/stack-trace.js', './stack-trace.cjs'],
  ['constructs/lib/private/stack-trace.js', './stack-trace.cjs'],
]) {
  const filename = realpathSync(join(packages, path));
  require.cache[filename] = { id: filename, filename, loaded: true, children: [], exports: require(standIn) };
}

module.exports = class OneRealmRuntime extends Runtime {
  constructor(config, ...rest) {
    super(config, ...rest);
    // Node.js can't load what jest has to transform.
    const isPackage = new RegExp(config.transformIgnorePatterns.join('|'));
    const { cjsLoader } = this;
    const loadModule = cjsLoader.loadModule.bind(cjsLoader);
    cjsLoader.loadModule = (module, from, name, path, ...more) => {
      if (more[0]?.isInternalModule || !isPackage.test(path)) return loadModule(module, from, name, path, ...more);
      Object.assign(module, { exports: require(path), loaded: true });
    };
  }

  /** Jest's adapter, which alone is loaded without a name, keeps a suite's tests, so each suite has its own. */
  requireInternalModule(from, name) {
    if (name === undefined) return super.requireInternalModule(from);
    return createRequire(from)(name);
  }
};
