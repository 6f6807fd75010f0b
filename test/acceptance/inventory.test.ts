/**
 * `stackward inventory` of the lab, by its databases with the documented grants and by its APIs: the rows of this suite's
 * servers are equal in every column that both ways tell. `stackward console` gives the address of one of them.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '../../lab/command';
import { CommandFolder } from '../support/command';
import { documentedInventoryGrants } from '../support/documented-grants';
import { LabCloud, type LabSubnet } from '../support/lab-cloud';

const cloud = new LabCloud('inventory');
const account = `inv_${String(process.pid)}`;
const password = randomBytes(12).toString('hex');
const databases = ['nova', 'nova_cell0', 'nova_api', 'keystone', 'neutron', 'cinder', 'glance'];
/** No host has as many processors. */
const hugeFlavor = `${cloud.prefix}-huge`;

let byDatabase: CommandFolder;
let byApi: CommandFolder;
const servers = new Map<string, string>();

interface Made {
  readonly id: string;
  readonly name: string;
}
type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly unknown: readonly string[] };

beforeAll(async () => {
  await cleanCompute();
  await cloud.clean();
  const { ports } = cloud.lab;
  const grants = documentedInventoryGrants('zed', (name) => name).map((grant) => `${grant} TO ${account}@'127.0.0.1';`);
  await sql(cloud.lab, `CREATE USER ${account}@'127.0.0.1' IDENTIFIED BY '${password}'; ${grants.join(' ')}`);
  byDatabase = new CommandFolder({ ...cloud.lab.environment, INVENTORY_PASSWORD: password });
  byDatabase.write(
    'stackward.yaml',
    `cloud: stackward-lab\ndatabases:\n  shared: { host: 127.0.0.1, port: ${String(ports.mariadb)}, user: ${account}, password: "\${INVENTORY_PASSWORD}", names: [${databases.join(', ')}], tls: off }\n`,
  );
  byApi = new CommandFolder(cloud.lab.environment);
  byApi.write('stackward.yaml', 'cloud: stackward-lab\n');
  const subnet = await cloud.subnet({ cidr: '10.69.0.0/24' });
  await boot(subnet, 'running', 'stackward.utm');
  await post('compute', '/flavors', { flavor: { name: hugeFlavor, ram: 64, vcpus: 100_000, disk: 0 } });
  await boot(subnet, 'nowhere', hugeFlavor);
});

afterAll(async () => {
  await cleanCompute();
  await cloud.clean();
  await sql(cloud.lab, `DROP USER IF EXISTS ${account}@'127.0.0.1'`);
  await cloud.close();
  byDatabase.remove();
  byApi.remove();
});

const post = <Answer>(service: string, path: string, body: object): Promise<Answer> =>
  cloud.admin.call<Answer>(service, path, { method: 'POST', body });

const flavorsOf = async (): Promise<readonly Made[]> =>
  (await cloud.admin.call<{ flavors: Made[] }>('compute', '/flavors?is_public=None')).flavors;

async function boot(subnet: LabSubnet, name: string, flavor: string): Promise<void> {
  const { images } = await cloud.admin.call<{ images: Made[] }>('image', '/v2/images?name=stackward-utm');
  const flavors = await flavorsOf();
  const { port } = await post<{ port: Made }>('network', '/v2.0/ports', {
    port: { name: cloud.prefix, network_id: subnet.networkId },
  });
  const { server } = await post<{ server: Made }>('compute', '/servers', {
    server: {
      name: `${cloud.prefix}-${name}`,
      imageRef: images[0]!.id,
      flavorRef: flavors.find((found) => found.name === flavor)!.id,
      networks: [{ port: port.id }],
    },
  });
  for (;;) {
    const found = await cloud.admin.call<{ server: { status: string } }>('compute', `/servers/${server.id}`);
    if (found.server.status !== 'BUILD') break;
    await sleep(500);
  }
  servers.set(name, server.id);
}

async function cleanCompute(): Promise<void> {
  const all = () => cloud.admin.call<{ servers: Made[] }>('compute', `/servers?all_tenants=1&name=${cloud.prefix}`);
  for (const { id } of (await all()).servers) await cloud.admin.call('compute', `/servers/${id}`, { method: 'DELETE' });
  while ((await all()).servers.length > 0) await sleep(500);
  for (const { id, name } of await flavorsOf())
    if (name === hugeFlavor) await cloud.admin.call('compute', `/flavors/${id}`, { method: 'DELETE' });
}

async function rowsOf(folder: CommandFolder): Promise<ReadonlyMap<string, Row>> {
  const { stdout, stderr } = await folder.run(['inventory', '--json', '--where', `name~${cloud.prefix}-`]);
  expect(stderr).toBe('');
  const { servers: rows } = JSON.parse(stdout) as { servers: Row[] };
  return new Map(rows.map((row) => [row.id, row]));
}

/** Columns that both ways tell and that differ. */
function differences(a: Row, b: Row): string[] {
  const untold = new Set([...a.unknown, ...b.unknown]);
  const names = Object.keys(a).filter((name) => name !== 'unknown' && !untold.has(name));
  const differs = (name: string): boolean => JSON.stringify(a[name]) !== JSON.stringify(b[name]);
  return names.filter(differs).map((name) => `${name}: ${JSON.stringify(a[name])} or ${JSON.stringify(b[name])}`);
}

test('rows by databases and rows by the APIs are equal in all columns that both tell', async () => {
  let left: string[] = [];
  let compared = new Map<string, number>();
  // Other suites change hosts and projects between the two looks.
  for (let round = 0; round < 10; round++) {
    const [databaseRows, apiRows] = [await rowsOf(byDatabase), await rowsOf(byApi)];
    expect([...databaseRows.keys()].sort()).toEqual([...servers.values()].sort());
    expect([...apiRows.keys()].sort()).toEqual([...servers.values()].sort());
    const pairs = [...databaseRows].map(([id, row]) => [row, apiRows.get(id)!] as const);
    left = pairs.flatMap(([a, b]) => differences(a, b));
    compared = new Map(
      pairs.map(([a, b]) => [a.id, Object.keys(a).length - 1 - new Set([...a.unknown, ...b.unknown]).size]),
    );
    if (left.length === 0) break;
    await sleep(1_000);
  }
  expect(left).toEqual([]);
  expect(compared.get(servers.get('running') ?? '')).toBeGreaterThan(40);
});

test('by databases a server that no host took says so, and the running one has its key values', async () => {
  const rows = await rowsOf(byDatabase);
  expect(rows.get(servers.get('nowhere') ?? '')).toMatchObject({
    found_in: 'nova_cell0',
    host: null,
    vm_state: 'error',
  });
  expect(rows.get(servers.get('running') ?? '')).toMatchObject({
    found_in: 'nova',
    zone: 'nova',
    vm_state: 'active',
    flavor: 'stackward.utm',
    image: 'stackward-utm',
    project: 'admin',
    user: 'admin',
    networks: [cloud.prefix],
    cidrs: ['10.69.0.0/24'],
    nic_count: 1,
  });
});

test('the console of the running server has an address, by its name and by its id (case 1116)', async () => {
  for (const which of [`${cloud.prefix}-running`, servers.get('running') ?? '']) {
    const { code, stdout, stderr } = await byApi.run(['console', which]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^Whoever has this address/)]);
    expect(stdout).toMatch(/^https?:\/\/\S+token\S+\n$/);
  }
});
