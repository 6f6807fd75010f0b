/**
 * The whole of stackward on a real OpenStack, as its user would meet it. What it shows is the example cloud of main.ts;
 * state, logs and synthesized code stand in the lab's folder, so that nothing is left in the project's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { NeutronApi } from '../adapters/neutron-api';
import { OpenStackSession } from '../adapters/openstack-session';
import { readCredentialFiles } from '../adapters/credential-files';
import { readManifestsFromState } from '../adapters/terraform';
import { readLab, type Lab } from '../lab/environment';
import { resolveCredentials } from '../lib/credentials';
import { formatAddress, formatRange, parseAddress, parseRange, sizeOf, subtract, only } from '../lib/ip-ranges';
import type { Subnet } from '../lib/ports';
import { Member } from './member';
import { NotShown, Stage } from './stage';

const project = resolve(__dirname, '..');
const stacks = ['shared', 'acme', 'globex'];
const redPools = 'shared/Red/AllocationPools';
/** Addresses that each run of the demo adds to the red pool. */
const growth = 10n;
const firstEnd = '203.0.113.19';
const lastEnd = '203.0.113.250';

interface Scene {
  readonly lab: Lab;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stage: Stage;
  readonly api: NeutronApi;
  readonly member: Member;
}

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
  await fillOldPool(scene, red);
  await extend(scene, before, after);
  await fillExtension(scene, red, before, after);
  await nothingLeft(scene, after);
  await repairDrift(scene, red, before, after);
  await member.clean();
  stage.curtain();
}

/** Where the red pool ends now: the demo may have run before. */
async function poolEndBefore(scene: Scene): Promise<string> {
  try {
    return (await redSubnet(scene)).allocationPools.at(-1)?.end ?? firstEnd;
  } catch {
    return firstEnd;
  }
}

async function redSubnet({ folder, environment, api }: Scene): Promise<Subnet> {
  const manifests = await readManifestsFromState(folder, environment);
  const spec = manifests.flatMap((one) => one.resources).find((one) => one.path === redPools)?.spec;
  const [subnet] = await api.subnets([String(spec?.subnetId)]);
  if (!subnet) throw new NotShown('the red subnet is in the state, and not in the cloud');
  return subnet;
}

const stackward = (scene: Scene, args: readonly string[], allowed: readonly number[], shown = true) =>
  scene.stage.run('stackward', [...args, '--config', scene.lab.stackwardYaml], { shown, allowed });

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
  await stage.step('The other half has nothing to do yet: the pools are those of the code', async () => {
    await stackward(scene, ['plan'], [0]);
  });
  stage.prove('a tenant from one program', 'project, networks, ports, UTM, quotas applied');
}

async function fillOldPool({ stage, member, api }: Scene, red: Subnet): Promise<void> {
  await stage.step('A member makes ports on the red network until Neutron has no address left', async () => {
    const { addresses, refusal } = await member.fill(red.networkId);
    stage.say(`${addresses.length} ports: ${addresses.join(', ') || 'none'}`);
    stage.say(refusal);
    stage.expect(
      refusal.includes('No more IP addresses available'),
      `the pool should be full, and Neutron said: ${refusal}`,
    );
    const free = await freeOf(api, red.id);
    stage.expect(free.length === 0, `Neutron refused while ${free.join(', ')} is free`);
  });
}

/** What of the subnet's pools no port holds, as text. */
async function freeOf(api: NeutronApi, id: string): Promise<string[]> {
  const [subnet] = await api.subnets([id]);
  if (!subnet) return [];
  const used = (await api.allocatedAddresses([subnet])).get(id) ?? [];
  return subtract(
    subnet.allocationPools.map(parseRange),
    used.map((address) => only(parseAddress(address))),
  ).map(formatRange);
}

async function extend(scene: Scene, before: string, after: string): Promise<void> {
  const { stage } = scene;
  await stage.step(
    `One line of main.ts changes, the red pool's end: ${before} becomes ${after}. Terraform changes nothing but the manifest`,
    async () => {
      await stage.run('cdktf', ['apply', 'shared', '--auto-approve', '--no-color'], {
        environment: { RED_POOL_END: after },
      });
    },
  );
  await stage.step("stackward says what it would do in Neutron's database, and does it", async () => {
    await stackward(scene, ['plan'], [2]);
    await stackward(scene, ['apply', '--auto-approve'], [0]);
  });
}

async function fillExtension({ stage, member, api }: Scene, red: Subnet, before: string, after: string): Promise<void> {
  await stage.step('The member goes on: the next ports have addresses of the new part, and no other', async () => {
    const { addresses } = await member.fill(red.networkId);
    const extension = parseRange({ start: formatAddress(4, parseAddress(before).value + 1n), end: after });
    const left = subtract(
      [extension],
      addresses.map((address) => only(parseAddress(address))),
    );
    stage.say(`${addresses.length} ports: ${addresses.join(', ')}`);
    stage.expect(
      addresses.length === Number(growth) && sizeOf(left) === 0n,
      `expected exactly ${formatRange(extension)}`,
    );
    stage.expect((await freeOf(api, red.id)).length === 0, 'Neutron stopped before the pool was used up');
    stage.prove(
      'a full pool extended, no restart',
      `${before} → ${after}: the next ${addresses.length} ports got exactly the new addresses`,
    );
  });
}

async function nothingLeft(scene: Scene, end: string): Promise<void> {
  const { stage } = scene;
  await stage.step('Both halves agree that nothing is left to do', async () => {
    await stackward(scene, ['plan'], [0]);
    const look = async (stack: string, ...more: string[]): Promise<void> => {
      const { text } = await stage.run('cdktf', ['plan', stack, '--no-color', ...more], {
        environment: { RED_POOL_END: end },
      });
      stage.expect(text.includes('No changes.'), `\`cdktf plan ${stack}\` has changes:\n${text}`);
    };
    const [first = '', ...others] = stacks;
    await look(first);
    await Promise.all(others.map((stack) => look(stack, '--skip-synth')));
    stage.say(`cdktf plan: no changes in ${stacks.join(', ')}.`);
  });
  stage.prove('a second run changes nothing', '`stackward plan` and `cdktf plan` of every stack: no changes');
}

async function repairDrift(scene: Scene, red: Subnet, before: string, after: string): Promise<void> {
  const { stage, lab, api } = scene;
  await stage.step(
    'Somebody edits one of the two tables by hand: the API shows the long pool, Neutron hands out from the short one',
    async () => {
      const connection = await createConnection({
        host: '127.0.0.1',
        port: lab.ports.mariadb,
        user: 'stackward',
        password: lab.passwords.stackward,
        database: 'neutron',
      });
      const sql =
        'UPDATE ipamallocationpools p JOIN ipamsubnets s ON s.id = p.ipam_subnet_id SET p.last_ip = ? WHERE s.neutron_subnet_id = ?';
      await connection.execute(sql, [before, red.id]);
      await connection.end();
    },
  );
  await stage.step('The plan shows the drift, apply repairs it', async () => {
    await stackward(scene, ['plan'], [2]);
    await stackward(scene, ['apply', '--auto-approve'], [0]);
    await stackward(scene, ['verify'], [0]);
    const [now] = await api.subnets([red.id]);
    stage.expect(now?.allocationPools.at(-1)?.end === after, 'the API shows another pool than the code');
  });
  stage.prove('drift found and repaired', 'one of two tables changed by hand, both as the code says again');
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
