// package.json of the npm package.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function manifestOfPackage(root) {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    name,
    version,
    description,
    // The bindings are generated code of MPL-2.0 (provider/LICENSE).
    license: `${license} AND MPL-2.0`,
    keywords: ['openstack', 'terraform', 'opentofu', 'cdktf', 'cdktn', 'infrastructure-as-code'],
    engines,
    bin: { stackward: 'dist/stackward' },
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': './index.js',
      './cdktn': './cdktn/index.js',
      './provider/*': './provider/*.js',
      './cdktn/provider/*': './cdktn/provider/*.js',
      './package.json': './package.json',
    },
    peerDependencies: { cdktf: '^0.21.0', cdktn: '>=0.24.0 <1.0.0', constructs: '^10.4.2' },
    peerDependenciesMeta: { cdktf: { optional: true }, cdktn: { optional: true } },
  };
}
