/** The code that `stackward import` wrote, in the file that IMPORTED names, with the provider IMPORTED_BY. */
import { App } from 'cdktf';
import { OpenStackCloud, type TenantStack } from '../../../constructs';

type Written = Readonly<Record<string, (app: App, cloud: OpenStackCloud) => TenantStack>>;

async function main(): Promise<void> {
  const app = new App();
  const cloud = new OpenStackCloud(app, 'Cloud', {
    owner: 'test-import',
    release: 'zed',
    cloud: 'stackward-lab',
    deployerRole: 'admin',
    providerVersion: process.env['IMPORTED_BY'] ?? '',
  });
  const written = (await import(process.env['IMPORTED'] ?? '')) as Written;
  for (const make of Object.values(written)) if (typeof make === 'function') make(app, cloud);
  app.synth();
}

void main();
