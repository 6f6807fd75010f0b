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
  testEnvironment: 'node',
  transform: { '^.+\\.(ts|mjs|js)$': swc },
  // p-limit and its queue are ESM only.
  // TypeScript asks for the name of the compiled file in an import that is done later.
  // The build has the same stand-in for iconv-lite (scripts/build.mjs).
  moduleNameMapper: {
    '^(\\.\\./adapters/.+|\\./open-host|\\./diagnose)\\.js$': '$1',
    '^iconv-lite$': '<rootDir>/scripts/iconv.cjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!(p-limit|yocto-queue)/)', '/providers/openstack/lib/'],
  ...more,
});

module.exports = {
  // Waiting for the lab is no failure; what hangs is ended all the same.
  testTimeout: 300_000,
  // Many tests wait for Terraform and OpenStack, so four keep two cores busy.
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.cjs'],
  projects: [
    project('unit'),
    project('constructs'),
    project('contract'),
    project('integration'),
    project('attack'),
    project('acceptance'),
    project('nightly'),
  ],
};
