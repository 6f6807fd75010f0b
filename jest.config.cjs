// A version manager's shim takes a tenth of a second to start Python, and the tests start it thousands of times. So the shims
// come last: they give only the programs that no other folder has.
const isShim = (folder) => folder.endsWith('/shims');
const folders = process.env.PATH.split(':');
process.env.PATH = [...folders.filter((folder) => !isShim(folder)), ...folders.filter(isShim)].join(':');

// One project per kind of test: what it needs decides where it stands.
const swc = [
  '@swc/jest',
  { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
];
const project = (name, more = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  transform: { '^.+\\.(ts|mjs|js)$': swc },
  moduleNameMapper: {
    // TypeScript asks for the name of the compiled file in an import that is done later.
    '^(\\.\\./adapters/.+|\\./open-host|\\./diagnose)\\.js$': '$1',
    // The build has the same stand-in (scripts/build.mjs).
    '^iconv-lite$': '<rootDir>/scripts/iconv.cjs',
    // Each suite loads its modules anew, and half of zod is its messages in fifty languages.
    '^\\.\\./locales/index\\.cjs$': '<rootDir>/node_modules/zod/v4/locales/en.cjs',
    // cdktf packs archives of assets with it. Nothing here makes any, and it is a fifth of what cdktf loads.
    '^archiver$': '<rootDir>/test/support/archiver.cjs',
    // cdktf and constructs take a stack for each token, and jest follows each of its lines through source maps. No test
    // reads these stacks.
    '^\\./((tokens/)?private/)?stack-trace$': '<rootDir>/test/support/stack-trace.cjs',
  },
  // p-limit and its queue are ESM only.
  transformIgnorePatterns: ['/node_modules/(?!(p-limit|yocto-queue)/)', '/providers/openstack/lib/'],
  ...more,
});

/** What suites of these projects leave in their process is put back, so they share its realm, and packages in it. */
const inOneRealm = {
  testEnvironment: '<rootDir>/test/support/one-realm.cjs',
  runtime: '<rootDir>/test/support/one-realm-runtime.cjs',
};

module.exports = {
  // Waiting for the lab is no failure; what hangs is ended all the same.
  testTimeout: 300_000,
  // Suites on the lab wait for OpenStack a third of their time, so six keep two cores busy.
  maxWorkers: 6,
  // After 0.5 s jest says that tests leak. On a busy machine the end of a worker that has no handle left takes longer.
  workerGracefulExitTimeout: 10_000,
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.cjs'],
  projects: [
    project('unit', inOneRealm),
    project('constructs', inOneRealm),
    project('contract', inOneRealm),
    project('integration', inOneRealm),
    project('attack', inOneRealm),
    project('acceptance'),
    project('nightly'),
  ],
};
