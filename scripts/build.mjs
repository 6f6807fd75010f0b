// Bundles the command into one file, so that it starts at once: node reads one file instead of some hundreds.
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

await build({
  entryPoints: ['cli/main.ts'],
  outfile: 'dist/stackward',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  banner: { js: '#!/usr/bin/env node' },
  legalComments: 'none',
  // Names stay as they are: shorter ones that are put back at run time (`keepNames`) cost more than reading them.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});
chmodSync('dist/stackward', 0o755);
