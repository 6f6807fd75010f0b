/** The README's example is code that somebody will copy: it must synthesize as it stands. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

test("the README's tenant synthesizes", () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const names = ['OpenStackCloud', 'CloudStack', 'SharedNetwork', 'TenantStack', 'TenantNetwork', 'UtmInstance'];
  const folder = mkdtempSync(join(tmpdir(), 'stackward-readme-'));
  try {
    const imports = `import { App } from '${root}/node_modules/cdktf';\nimport { ${names.join(', ')} } from '${root}/constructs';\n`;
    writeFileSync(join(folder, 'main.ts'), imports + example);
    execFileSync(join(root, 'node_modules/.bin/tsx'), ['main.ts'], { cwd: folder, stdio: 'pipe' });
    const acme = JSON.parse(readFileSync(join(folder, 'cdktf.out/stacks/acme/cdk.tf.json'), 'utf8')) as {
      resource: object;
    };
    expect(Object.keys(acme.resource)).toContain('openstack_compute_instance_v2');
    const shared = readFileSync(join(folder, 'cdktf.out/stacks/shared/cdk.tf.json'), 'utf8');
    expect(JSON.parse(shared)).toMatchObject({
      output: {
        stackward_manifest: {
          value: { resources: { 'shared/Red/AllocationPools': { spec: { method: 'database' } } } },
        },
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
