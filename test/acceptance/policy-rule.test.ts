/**
 * Grants on a real Neutron and Nova (Zed): refused before, accepted after, on the next request and without a restart; and no
 * request is answered with an error while their policy files are written.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { CONTROLLER } from '../../lab/environment';
import { CommandFolder } from '../support/command';
import { LabCloud, type LabSubnet } from '../support/lab-cloud';
import { LabLock } from '../support/lab-lock';
import { lasting } from '../support/moments';
import { PolicySite } from '../support/policy-site';

const owner = 'tests-policy-rule';
const neutronRule = 'create_port:fixed_ips:ip_address';
const novaRule = 'os_compute_api:servers:create:forced_host';
let policyFiles: LabLock;
let cloud: LabCloud;
let command: CommandFolder;
let subnet: LabSubnet;
let addresses = 10;

const etc = (service: string, file: string): string => join(cloud.lab.folder, 'etc', service, file);
const policies = () => ['neutron', 'nova'].map((service) => readFileSync(etc(service, 'policy.yaml'), 'utf8'));

beforeAll(async () => {
  policyFiles = await LabLock.take('policy-files');
  cloud = new LabCloud('policy-rule');
  await removeServers();
  await cloud.clean();
  command = new CommandFolder(cloud.lab.environment);
  command.write('stackward.yaml', readFileSync(cloud.lab.stackwardYaml, 'utf8'));
  await apply({});
  subnet = await cloud.subnet({ cidr: '10.67.0.0/24' });
});
afterAll(async () => {
  await apply({});
  await removeServers();
  await cloud.clean();
  await cloud.close();
  command.remove();
});
// On its own, so that the next suite gets its turn even when this one's clean-up fails.
afterAll(() => policyFiles.release());

const grant = (service: string, rule: string, intent: string) => ({
  kind: 'policy-rule',
  spec: { service, rule, intent, role: 'member', release: 'zed', reason: 'acceptance' },
  dependsOn: [],
});
const both = {
  'shared/Addresses': grant('neutron', neutronRule, 'choose-port-address'),
  'shared/Hosts': grant('nova', novaRule, 'choose-server-host'),
};
const run = (verb: string, resources: object) =>
  command.run(
    [verb, '--manifest', '-', ...(verb === 'apply' ? ['--auto-approve'] : [])],
    JSON.stringify({ schemaVersion: '1.0', owner, stack: 'shared', resources }),
  );
const apply = (resources: object) => run('apply', resources);

/** 'accepted', or what the service says. */
const answerTo = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );

/** Makes a port with one more address each time, as a member. */
const fixedPort = () =>
  answerTo(
    cloud.member.call('network', '/v2.0/ports', {
      method: 'POST',
      body: {
        port: {
          name: cloud.prefix,
          network_id: subnet.networkId,
          fixed_ips: [{ subnet_id: subnet.id, ip_address: `10.67.0.${++addresses}` }],
        },
      },
    }),
  );

async function forcedServer(): Promise<string> {
  const [image, flavor] = await Promise.all([
    idOf('image', '/v2/images', 'images'),
    idOf('compute', '/flavors', 'flavors'),
  ]);
  const server = {
    name: cloud.prefix,
    imageRef: image,
    flavorRef: flavor,
    networks: 'none',
    availability_zone: 'nova:cnode02',
  };
  const headers = { 'openstack-api-version': 'compute 2.90' };
  return answerTo(cloud.member.call('compute', '/servers', { method: 'POST', headers, body: { server } }));
}

async function idOf(service: string, path: string, list: string): Promise<string> {
  const answer = await cloud.member.call<Record<string, { id: string; name: string }[]>>(service, path);
  const found = answer[list]?.find(({ name }) => name.startsWith('stackward'));
  if (!found) throw new Error(`the lab has no ${list} of its own`);
  return found.id;
}

async function removeServers(): Promise<void> {
  const all = () =>
    cloud.admin.call<{ servers: { id: string }[] }>('compute', `/servers?all_tenants=1&name=${cloud.prefix}`);
  for (const { id } of (await all()).servers) await cloud.admin.call('compute', `/servers/${id}`, { method: 'DELETE' });
  while ((await all()).servers.length > 0) await sleep(500);
}

test('a member may choose address and host from the request after the grants on, and no longer when the grants leave the code (cases 1006 a, 1026)', async () => {
  const before = policies();
  expect(await fixedPort()).toMatch(/403|[Pp]olicy|not allowed/);
  expect(await forcedServer()).toMatch(/403|[Pp]olicy|not allowed/);

  const planned = await run('plan', both);
  expect(planned.code).toBe(2);
  expect(planned.stdout).toContain(
    'any user with the role member in any project may choose the address of a port that they make, on any network that the project can see',
  );
  expect(planned.stdout).toContain(`nova's rule ${novaRule} (choose-server-host)`);
  expect(policies()).toEqual(before);

  const applied = await apply(both);
  expect([applied.stderr, applied.code]).toEqual(['', 0]);
  expect(await fixedPort()).toBe('accepted');
  expect(await forcedServer()).toBe('accepted');
  expect((await run('plan', both)).code).toBe(0);

  expect((await apply({})).code).toBe(0);
  expect(policies()).toEqual(before);
  expect(await fixedPort()).not.toBe('accepted');
  expect(await forcedServer()).not.toBe('accepted');
});

/** A member's requests, 20 a second where the machine can answer as many, until `end`. */
class Load {
  private readonly cloud = new LabCloud('policy-rule');
  private readonly failures: string[] = [];
  private readonly waiting = new Set<Promise<void>>();
  private total = 0;
  private readonly timer = setInterval(() => this.ask(), 50);

  private ask(): void {
    if (this.waiting.size >= 4) return;
    const { member } = this.cloud;
    const [service, path] =
      this.total++ % 2 === 0 ? ['network', '/v2.0/ports?limit=1'] : ['compute', '/flavors?limit=1'];
    const request: Promise<void> = member
      .call(service as string, path as string)
      .catch((error: unknown) => void this.failures.push((error as Error).message))
      .then(() => void this.waiting.delete(request));
    this.waiting.add(request);
  }

  async end(): Promise<{ total: number; failures: readonly string[] }> {
    clearInterval(this.timer);
    await Promise.all(this.waiting);
    await this.cloud.close();
    return { total: this.total, failures: this.failures };
  }
}

test('during writes of policy files every one of 20 requests a second is answered', async () => {
  const site = new PolicySite();
  site.serving = { neutron: [CONTROLLER], nova: [CONTROLLER] };
  site.configPath = (service) => etc(service, `${service}.conf`);
  // The lab's own record: what a killed run leaves is taken back by the next one.
  site.open = (name) => new LocalHost(name, { stateFolder: join(cloud.lab.folder, 'hosts', CONTROLLER) });
  site.owner = owner;
  site.stack = 'shared';
  // The test above asks the services' own tools, which take seconds.
  site.generated = 'fails';
  const manifests = (isGranted: boolean) => [
    site.manifest(
      isGranted
        ? {
            Addresses: { release: 'zed', rule: neutronRule },
            Hosts: { service: 'nova', release: 'zed', rule: novaRule },
          }
        : {},
    ),
  ];
  const load = new Load();
  const before = policies();
  const texts = new Set<string>();
  const writes = lasting(10);
  for (let write = 0; write < writes; write++) {
    const report = await site.apply(manifests(write % 2 === 0));
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    texts.add(policies().join());
    // The rule in question is asked too, right after the write.
    if (write === 0 || write === 8) expect(await fixedPort()).toBe('accepted');
  }
  const { total, failures } = await load.end();
  await site.remove();
  process.stdout.write(`policy files written ${2 * writes} times under ${total} requests, ${failures.length} failed\n`);
  expect(failures).toEqual([]);
  expect(total).toBeGreaterThan(lasting(20));
  expect(texts.size).toBe(2);
  expect(policies()).toEqual(before);
});
