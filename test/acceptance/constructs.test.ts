/**
 * The constructs on a real OpenStack (Zed) with the default provider: apply, empty plan, changes, removal. The tenant
 * globex is made with the oldest supported provider, and upgraded. Constructs, bindings and command are those of the npm
 * package, installed in a folder of its own as a user does; the engine changes from cdktf to cdktn on the way.
 */
import type { Review } from '../../review/model';
import type { Change } from './apps/tenants';
import { LabProjects, type Named } from '../support/lab-projects';
import { TerraformApp, type Ended } from '../support/terraform-app';

let lab: LabProjects;
let app: TerraformApp;
/** The first deploy: of a shared network, and of a tenant that can't be planned before that is there. */
let deployed: Ended;

const synth = (...changes: Change[]) => app.synth({ TENANTS_RUN: lab.run, TENANTS_CHANGES: JSON.stringify(changes) });
const projectOf = async (name: string) => (await lab.projects())[name] ?? '';
const get = <Answer>(service: string, path: string) => lab.get<Answer>(service, path);

beforeAll(async () => {
  lab = new LabProjects('test-constructs');
  await lab.clean();
  app = await TerraformApp.ofPackage('test/acceptance/apps/tenants.ts', lab.lab.environment);
  await synth('globex-old');
  deployed = await app.deploy(lab.lab.folder, 'shared', 'acme');
  await app.apply('globex');
}, 900_000);

afterAll(async () => {
  app.remove();
  await lab.clean();
  await lab.close();
});

interface Port extends Named {
  readonly project_id: string;
  readonly mac_address: string;
  readonly fixed_ips: readonly { ip_address: string }[];
  readonly port_security_enabled: boolean;
}
interface Server extends Named {
  readonly tenant_id: string;
  readonly status: string;
  readonly 'OS-EXT-SRV-ATTR:hostname': string;
  readonly 'OS-EXT-SRV-ATTR:host': string;
}

async function utm(): Promise<Server> {
  const { servers } = await get<{ servers: Server[] }>(
    'compute',
    `/servers/detail?all_tenants=1&project_id=${await projectOf('acme')}`,
  );
  expect(servers).toHaveLength(1);
  return servers[0] as Server;
}

test('one deploy makes the shared network, plans the tenant that needs it, and makes that', () => {
  const { code, output } = deployed;
  expect(code).toBe(0);
  expect(output).toMatch(/acme can be planned now\.[^]*acme: Terraform's half is done/);
});

test('a review names a grant for everybody, an exception to any source and a wider pool, and changes nothing', async () => {
  const { code, output } = await app.review(lab.lab.folder, {
    TENANTS_RUN: lab.run,
    TENANTS_CHANGES: JSON.stringify(['globex-old', 'reviewed'] satisfies Change[]),
  });
  expect(code).toBe(2);
  const { risks, reach, problems, stacks } = JSON.parse(output) as Review;
  expect(problems).toEqual([]);
  expect(risks.map(({ class: name, where }) => `${name} ${where}`)).toEqual(
    expect.arrayContaining([
      'grants-all-projects shared/Grant',
      'opens-any acme/Utm/Transit/Red',
      'widens-pool shared/Red/AllocationPools',
    ]),
  );
  expect(reach).toMatchObject({ servers: [`${lab.run}_utm.1`], hosts: ['cnode02', 'controller'] });
  const languages = stacks.flatMap(({ ours }) => ours.flatMap(({ effect }) => effect.map(({ language }) => language)));
  expect(new Set(languages)).toEqual(new Set(['sql', 'diff', 'iptables']));
  // The next plan of these stacks is empty.
  await synth('globex-old');
});

test('credentials that leave the tenant’s provider in another project are refused before a server is touched', async () => {
  await expect(app.plan('acme', { OS_CLOUD: 'stackward-lab' })).rejects.toThrow(
    /tenant's\s+provider\s+is\s+not\s+scoped\s+to\s+the\s+tenant's\s+project/,
  );
});

test('the first apply sets the quotas that are named, and leaves the others as the cloud has them', async () => {
  const acme = await projectOf('acme');
  const { quota } = await get<{ quota: object }>('network', `/v2.0/quotas/${acme}`);
  const { quota: defaults } = await get<{ quota: object }>('network', `/v2.0/quotas/${acme}/default`);
  expect(quota).toEqual({ ...defaults, network: 8, port: 30, security_group: 4, floatingip: -1, subnetpool: 0 });
  const { quota_set: compute } = await get<{ quota_set: object }>('compute', `/os-quota-sets/${acme}`);
  const { quota_set: computeDefaults } = await get<{ quota_set: object }>('compute', `/os-quota-sets/${acme}/defaults`);
  expect(compute).toEqual({
    ...computeDefaults,
    id: acme,
    instances: 1,
    cores: 2,
    ram: 256,
    server_groups: 1,
    metadata_items: 0,
  });
  const { quota_set: storage } = await get<{ quota_set: object }>('volumev3', `/os-quota-sets/${acme}`);
  const { quota_set: storageDefaults } = await get<{ quota_set: object }>(
    'volumev3',
    `/os-quota-sets/${acme}/defaults`,
  );
  expect(storage).toEqual({ ...storageDefaults, volumes: 0, gigabytes: 20, volumes___DEFAULT__: 3 });
  const globex = await get<{ quota: { security_group: number; security_group_rule: number } }>(
    'network',
    `/v2.0/quotas/${await projectOf('globex')}`,
  );
  expect(globex.quota).toMatchObject({ security_group: 10, security_group_rule: 50 });
});

test('the UTM runs in its tenant’s project, on its host, with its NICs in order at the planned addresses (cases 1009, 1014 a)', async () => {
  const server = await utm();
  expect(server).toMatchObject({
    name: `${lab.run}_utm.1`,
    status: 'ACTIVE',
    'OS-EXT-SRV-ATTR:hostname': `${lab.run}-utm-1`,
    'OS-EXT-SRV-ATTR:host': 'cnode02',
  });
  const { interfaceAttachments } = await get<{ interfaceAttachments: Port[] }>(
    'compute',
    `/servers/${server.id}/os-interface`,
  );
  const orders = interfaceAttachments.map(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address).sort());
  expect(orders).toHaveLength(4);
  expect(orders).toContainEqual(['10.91.1.254', '2001:db8:91:1::254']);
  const { ports } = await get<{ ports: Port[] }>('network', `/v2.0/ports?device_id=${server.id}`);
  expect(new Set(ports.map(({ project_id }) => project_id))).toEqual(new Set([await projectOf('acme')]));
  const addresses = Object.fromEntries(
    ports.map((port) => [port.name.split('-').at(-1), port.fixed_ips[0]?.ip_address]),
  );
  expect(addresses).toMatchObject({ guest: '10.91.0.5', red: '203.0.113.5' });
});

/** The tags of the tenant's one trunk. */
async function vlans(): Promise<number[]> {
  const path = `/v2.0/trunks?project_id=${await projectOf('acme')}`;
  const { trunks } = await get<{ trunks: { sub_ports: { segmentation_id: number }[] }[] }>('network', path);
  expect(trunks).toHaveLength(1);
  return (trunks[0]?.sub_ports ?? []).map(({ segmentation_id }) => segmentation_id).sort();
}

test('the trunk was made before the server that boots with its port', async () => {
  expect(await vlans()).toEqual([7]);
});

test('the server is a member of its tenant’s group', async () => {
  const { server_groups: groups } = await get<{ server_groups: { project_id: string; members: string[] }[] }>(
    'compute',
    '/os-server-groups?all_projects=True',
  );
  const project_id = await projectOf('acme');
  expect(groups.filter((group) => group.project_id === project_id)).toMatchObject([{ members: [(await utm()).id] }]);
});

test('Terraform resolves every id in the manifest', async () => {
  const manifest = (await app.output('shared', 'stackward_manifest')) as {
    resources: Record<string, { spec: { subnetId: string } }>;
  };
  const { spec } = manifest.resources['shared/Red/AllocationPools'] ?? {};
  const { subnet } = await get<{ subnet: { cidr: string } }>('network', `/v2.0/subnets/${spec?.subnetId ?? ''}`);
  expect(subnet.cidr).toBe('203.0.113.0/25');
  expect(Object.keys(((await app.output('acme', 'stackward_manifest')) as typeof manifest).resources)).toEqual([
    'acme/Green/AllocationPools',
  ]);
});

test('a 0 in a network quota needs a second apply with provider 1.54.1, and the plan after it is empty', async () => {
  const quota = async () =>
    (await get<{ quota: { router: number } }>('network', `/v2.0/quotas/${await projectOf('globex')}`)).quota.router;
  expect(await quota()).toBe(10);
  expect(await app.plan('globex')).toMatchObject({
    code: 2,
    output: expect.stringMatching(/router +: 10 -> 0|router += 10 -> 0/) as string,
  });
  await app.applyPlan('globex');
  expect(await quota()).toBe(0);
  expect(await app.plan('globex')).toMatchObject({ code: 0 });
});

test('a tenant made with provider 1.54.1 has no change in the plan of the default provider', async () => {
  await synth();
  await app.upgrade('globex');
  expect(await app.plan('globex')).toMatchObject({ code: 0 });
});

test('a second plan of Terraform is empty, although the project of cdktf goes on with cdktn', async () => {
  app.useEngine('cdktn');
  await synth();
  for (const stack of ['shared', 'acme']) expect(await app.plan(stack)).toMatchObject({ code: 0 });
});

test('a rule for an ICMP type has no code in Neutron, whichever provider made it', async () => {
  for (const name of ['acme', 'globex']) {
    const { security_group_rules: rules } = await get<{ security_group_rules: object[] }>(
      'network',
      `/v2.0/security-group-rules?project_id=${await projectOf(name)}&protocol=icmp&port_range_min=8`,
    );
    expect(rules).toMatchObject([{ port_range_min: 8, port_range_max: null }]);
  }
});

test('ports, pools, quotas and VLANs change in place, and the server stays', async () => {
  const before = await utm();
  await synth('acme-changed');
  const plan = await app.plan('acme');
  expect(plan.output).toContain('Plan: 1 to add, 7 to change, 0 to destroy.');
  await app.applyPlan('acme');
  expect((await utm()).id).toBe(before.id);
  expect(await vlans()).toEqual([7, 8]);
  expect(await app.plan('acme')).toMatchObject({ code: 0 });
  const { floatingips } = await get<{ floatingips: { fixed_ip_address: string }[] }>(
    'network',
    `/v2.0/floatingips?project_id=${await projectOf('acme')}`,
  );
  expect(floatingips.map(({ fixed_ip_address }) => fixed_ip_address)).toEqual(['10.92.0.22']);
});

test("an exception that Neutron's API can express is at the port, and not in the manifest", async () => {
  const acme = await projectOf('acme');
  const { ports } = await get<{ ports: (Port & { allowed_address_pairs: object[]; security_groups: string[] })[] }>(
    'network',
    `/v2.0/ports?project_id=${acme}`,
  );
  const [through, any] = ['Web1', 'Bridge'].map((name) => ports.find((port) => port.name === name));
  const pairs = ['10.94.0.0/16', '10.95.0.0/16', '2001:db8:95::/64'];
  expect(through?.allowed_address_pairs).toHaveLength(pairs.length);
  for (const ip_address of pairs)
    expect(through?.allowed_address_pairs).toContainEqual({ ip_address, mac_address: through?.mac_address });
  expect(through?.security_groups).toHaveLength(1);
  expect(any).toMatchObject({ port_security_enabled: false, security_groups: [], allowed_address_pairs: [] });
  const { resources } = (await app.output('acme', 'stackward_manifest')) as { resources: object };
  expect(Object.keys(resources)).toEqual(['acme/Green/AllocationPools']);
});

test('a subnet comes out of its subnet pool, and its port has an address there', async () => {
  const ofGlobex = `project_id=${await projectOf('globex')}`;
  const { subnets } = await get<{ subnets: { id: string; cidr: string }[] }>('network', `/v2.0/subnets?${ofGlobex}`);
  const pooled = subnets.find(({ cidr }) => /^10\.203\.\d+\.\d+\/26$/.test(cidr));
  const { ports } = await get<{ ports: { fixed_ips: { subnet_id: string; ip_address: string }[] }[] }>(
    'network',
    `/v2.0/ports?${ofGlobex}&device_owner=`,
  );
  const addresses = ports.flatMap(({ fixed_ips }) => fixed_ips).filter(({ subnet_id }) => subnet_id === pooled?.id);
  expect(addresses.map(({ ip_address }) => ip_address)).toEqual([expect.stringMatching(/^10\.203\./)]);
});

test('a tenant is renamed in place', async () => {
  const before = await lab.projects();
  await synth('acme-changed', 'globex-renamed');
  expect((await app.plan('globex')).output).toContain('Plan: 0 to add, 1 to change, 0 to destroy.');
  await app.applyPlan('globex');
  expect(await lab.projects()).toEqual({ acme: before['acme'], 'globex-renamed': before['globex'] });
  expect(await app.plan('globex')).toMatchObject({ code: 0 });
});

test('a retiring tenant keeps its project, and nothing else', async () => {
  await synth('acme-changed', 'globex-renamed', 'globex-retiring');
  await app.apply('globex');
  const globex = await projectOf('globex-renamed');
  const { networks } = await get<{ networks: Named[] }>('network', `/v2.0/networks?project_id=${globex}`);
  expect(networks).toEqual([]);
  expect((await app.addresses('globex')).filter((address) => !address.startsWith('data.'))).toEqual([
    expect.stringContaining('openstack_identity_project_v3.Tenant_Project'),
    expect.stringContaining('openstack_identity_role_assignment_v3.Tenant_DeployerRole'),
  ]);
  expect(await app.plan('globex')).toMatchObject({ code: 0 });
});

test('one tenant is destroyed while the other stays as it is, and then everything is destroyed', async () => {
  await app.destroy('acme');
  expect(await projectOf('acme')).toBe('');
  await synth('without-acme', 'globex-renamed');
  await app.apply('globex');
  expect(await app.plan('globex')).toMatchObject({ code: 0 });
  expect((await app.plan('shared')).output).toContain('without changing any real infrastructure');
  await app.destroy('globex');
  await app.destroy('shared');
  expect(await lab.projects()).toEqual({});
});
