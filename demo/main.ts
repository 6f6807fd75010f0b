/**
 * Shows all of stackward on a real OpenStack, as its user meets it, with the example cloud of main.ts. State, logs and
 * synthesized code go to the lab's folder, so nothing is left in the project's folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NeutronApi } from '../adapters/openstack/neutron-api';
import { OpenStackSession } from '../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../adapters/files/credential-files';
import { readLab } from '../lab/environment';
import { resolveCredentials } from '../lib/openstack/credentials';
import { formatAddress, parseAddress } from '../lib/net/ip-ranges';
import { showFloatingIp } from './floating-ip';
import { rollBack, showHosts } from './hosts';
import { Member } from './member';
import { extend, fillExtension, fillOldPool, growth, nothingLeft, repairDrift } from './pools';
import { redSubnet, stacks, stackward, type Scene } from './scene';
import { NotShown, Stage } from './stage';

const project = resolve(__dirname, '..');
const firstEnd = '203.0.113.19';
const lastEnd = '203.0.113.250';

async function main(): Promise<void> {
  const lab = readLab();
  if (!lab) throw new NotShown('there is no lab; `npm run demo` brings it up first');
  const folder = join(lab.folder, 'demo');
  mkdirSync(folder, { recursive: true });
  const app = {
    language: 'typescript',
    app: `${join(project, 'node_modules/.bin/tsx')} ${join(project, 'main.ts')}`,
    projectId: 'stackward-demo',
    sendCrashReports: 'false',
  };
  writeFileSync(join(folder, 'cdktf.json'), `${JSON.stringify(app, null, 2)}\n`);
  const environment = { ...process.env, ...lab.environment, CI: 'true' };
  const session = new OpenStackSession(
    resolveCredentials('stackward-lab', environment, readCredentialFiles(environment)),
  );
  const member = new Member('stackward-lab-member', environment);
  try {
    await play({
      lab,
      folder,
      environment,
      stage: new Stage(folder, environment),
      api: new NeutronApi(session),
      member,
    });
  } finally {
    await Promise.all([session.close(), member.close()]);
  }
}

async function play(scene: Scene): Promise<void> {
  const { stage, member } = scene;
  await member.clean();
  const before = await poolEndBefore(scene);
  const after = formatAddress(4, parseAddress(before).value + growth);
  stage.expect(
    parseAddress(after).value <= parseAddress(lastEnd).value,
    'the red pool is as long as its subnet; `npm run demo -- --down --wipe` starts over',
  );
  await applyEverything(scene, before);
  const red = await redSubnet(scene);
  const run = await showHosts(scene, red);
  await fillOldPool(scene, red);
  await extend(scene, before, after);
  await fillExtension(scene, red, before, after);
  await nothingLeft(scene, after);
  await repairDrift(scene, red, before, after);
  await rollBack(scene, red, run);
  await member.clean();
  await showFloatingIp(scene);
  stage.curtain();
}

/** The present end of the red pool, because the demo may have run before. */
async function poolEndBefore(scene: Scene): Promise<string> {
  try {
    return (await redSubnet(scene)).allocationPools.at(-1)?.end ?? firstEnd;
  } catch {
    return firstEnd;
  }
}

async function applyEverything(scene: Scene, end: string): Promise<void> {
  const { stage } = scene;
  await stage.step(
    "Terraform's half: `cdktf apply '*'` makes the shared networks, and two tenants with a firewall each",
    async () => {
      const { text } = await stage.run('cdktf', ['apply', '*', '--auto-approve', '--no-color'], {
        environment: { RED_POOL_END: end },
      });
      const added = [...text.matchAll(/Apply complete! Resources: (\d+) added, (\d+) changed/g)];
      stage.say(
        `${added.reduce((sum, [, count]) => sum + Number(count), 0)} resources added in ${stacks.length} stacks.`,
      );
    },
  );
  // A demo that was interrupted may have left its grant and its exceptions.
  await stackward(scene, ['destroy', '--auto-approve', ...stacks.flatMap((stack) => ['--stack', stack])], [0], false);
  stage.prove('a tenant from one program', 'project, networks, ports, UTM, quotas applied');
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
