/**
 * Neutron of the lab (Zed) chooses for a subnet what the constructs foresee, and refuses or ignores what the constructs
 * refuse.
 */
import { gatewayOf } from '../../lib/synth/subnet-checks';
import { LabCloud } from '../support/lab-cloud';

interface Subnet {
  readonly id: string;
  readonly cidr: string;
  readonly gateway_ip: string | null;
}

const lab = new LabCloud('subnet-choices');
let network: string;
/** The network whose subnets come out of the pool. */
let ofPool: string;
let pool: string;

const post = async <Thing>(collection: string, name: string, body: object): Promise<Thing> => {
  const sent = { [name]: { name: lab.prefix, ...body } };
  const answer = await lab.admin.call<Record<string, Thing>>('network', `/v2.0/${collection}`, {
    method: 'POST',
    body: sent,
  });
  return answer[name] as Thing;
};
const subnetIn = (networkId: string, body: object): Promise<Subnet> =>
  post('subnets', 'subnet', { network_id: networkId, ip_version: 4, enable_dhcp: false, ...body });
const subnet = (body: object) => subnetIn(network, body);
const pooled = (body: object) => subnetIn(ofPool, { subnetpool_id: pool, ...body });

async function removePools(): Promise<void> {
  const { subnetpools } = await lab.admin.call<{ subnetpools: { id: string }[] }>(
    'network',
    `/v2.0/subnetpools?name=${lab.prefix}`,
  );
  for (const { id } of subnetpools) await lab.admin.call('network', `/v2.0/subnetpools/${id}`, { method: 'DELETE' });
}

beforeAll(async () => {
  await lab.clean();
  await removePools();
  network = (await post<{ id: string }>('networks', 'network', {})).id;
  ofPool = (await post<{ id: string }>('networks', 'network', {})).id;
  const body = { prefixes: ['10.200.0.0/16'], default_prefixlen: 26, min_prefixlen: 20 };
  pool = (await post<{ id: string }>('subnetpools', 'subnetpool', body)).id;
});
afterAll(async () => {
  await lab.clean();
  await removePools();
  await lab.close();
});

test.each([
  ['10.201.0.0/24', 4],
  ['10.201.1.4/30', 4],
  // Globex's IPv6 subnet of main.ts, where no gateway is named.
  ['2001:db8:20:1::/64', 6],
  ['2001:db8:20:2::/126', 6],
] as const)('Neutron chooses for %s the gateway that gatewayOf foresees', async (cidr, version) => {
  const made = await subnet({ cidr, ip_version: version });
  expect(made.gateway_ip).toBe(gatewayOf({ cidr }, 'zed'));
});

test("the gateway of Globex's IPv6 subnet is the one that main.ts names", async () => {
  const made = await subnet({ cidr: '2001:db8:20:3::/64', ip_version: 6, gateway_ip: '2001:db8:20:3::1' });
  expect(made.gateway_ip).toBe('2001:db8:20:3::1');
});

test("a subnet from a subnet pool has the prefix length that is named, or else the pool's default", async () => {
  expect((await pooled({})).cidr).toMatch(/^10\.200\.\d+\.\d+\/26$/);
  expect((await pooled({ prefixlen: 28 })).cidr).toMatch(/\/28$/);
});

test('Neutron ignores that a subnet from a subnet pool is to have no gateway', async () => {
  expect((await pooled({ gateway_ip: null })).gateway_ip).toMatch(/^10\.200\./);
});

test('Neutron refuses allocation pools, a /31 and the other family where it chooses the cidr', async () => {
  const pools = [{ start: '10.200.0.2', end: '10.200.0.9' }];
  await expect(pooled({ allocation_pools: pools })).rejects.toThrow(/allocation_pools allowed only/);
  await expect(pooled({ prefixlen: 31 })).rejects.toThrow(/Gateway IP|cannot be allocated/);
  await expect(pooled({ ip_version: 6 })).rejects.toThrow(/Cannot allocate IPv6/);
});

test('Neutron refuses a subnet from no subnet pool beside one of the same family from a subnet pool', async () => {
  await pooled({});
  await expect(subnetIn(ofPool, { cidr: '10.202.0.0/24' })).rejects.toThrow(/from the same subnet pool/);
  await subnetIn(ofPool, { cidr: '2001:db8:20:4::/64', ip_version: 6 });
});
