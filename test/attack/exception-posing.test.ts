/**
 * What a port with an exception can pretend to be, shown with real packets through a real bridge and real tables, and compared with what
 * the plan said of it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableVariant } from '../../lib/hosts/host';
import type { Release } from '../../lib/openstack/releases';
import type { FirewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { guestMac, ownAddresses, plugGuarded, sendFromGuest, type Packet } from '../support/guarded-port';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const packets = {
  ownAddress: { source: '10.77.0.10', destination: '10.77.0.30', udp: [40000, 53] },
  transit: { source: '10.99.0.5', destination: '10.77.0.30', udp: [40000, 53] },
  transit6: { source: '2001:db8:99::5', destination: '2001:db8:77::30', udp: [40000, 53] },
  neighbour: { source: '10.77.0.30', destination: '10.77.0.31', udp: [40000, 53] },
  neighbour6: { source: '2001:db8:77::30', destination: '2001:db8:77::31', udp: [40000, 53] },
  routerAdvertisement: { source: 'fe80::bad', destination: 'ff02::1', icmp6: 134 },
  routerAdvertisementToOne: { source: 'fe80::bad', destination: '2001:db8:77::31', icmp6: 134 },
  dhcpReply: { source: '10.99.0.5', destination: '255.255.255.255', udp: [67, 68] },
  dhcpReplyToOne: { source: '10.99.0.5', destination: '10.77.0.30', udp: [67, 68] },
  dhcp6Reply: { source: '2001:db8:99::5', destination: 'fe80::30', udp: [547, 546] },
  metadata: { source: '169.254.169.254', destination: '10.77.0.30', udp: [80, 40000] },
} as const satisfies Record<string, Packet>;
type Name = keyof typeof packets;

const count = 5;
/** No packet comes through, except those that are named. */
const only = (...names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(Object.keys(packets).map((name) => [name, names.includes(name as Name) ? count : 0])) as Record<
    Name,
    number
  >;

let world: FirewallHosts;
afterEach(() => world.remove());

async function start(variant: TableVariant): Promise<void> {
  world = new FirewallHosts(['cnode01'], { variant });
  const networkId = '4f7080d4-72aa-4c5e-9d0b-1f6a7e5c3b21';
  const pools = [{ start: '10.77.0.2', end: '10.77.0.254' }];
  await world.network.createSubnet({ cidr: '10.77.0.0/24', gateway: '10.77.0.1', pools }, networkId);
  await world.network.createSubnet({ cidr: '2001:db8:77::/64', gateway: '2001:db8:77::1', pools: [] }, networkId);
  const fixedIps = ownAddresses.map((address) => ({ subnetId: 'green', address }));
  world.network.putPort({ id: portId, hostId: 'cnode01', macAddress: guestMac, networkId, fixedIps });
  // Agents up to Liberty hold a lock.
  const folder = world.get().stateFolder;
  world.configFiles = [join(folder, 'neutron.conf')];
  writeFileSync(join(folder, 'neutron.conf'), `[oslo_concurrency]\nlock_path = ${folder}\n`);
  writeFileSync(join(folder, 'neutron-iptables'), '');
  plugGuarded(world.get());
}

/** The plan's sentences, and the packets that came through after it was applied. */
async function put(more: Partial<FirewallExceptionSpec>): Promise<{ said: string; came: Record<Name, number> }> {
  const { planned, problems, outcomes } = await world.run([manifestOf({ Branch: exception(more) })]);
  expect([problems, outcomes]).toEqual([[], [['firewall-exception.acme/Branch', 'applied']]]);
  const said = planned.steps.flatMap(({ notes = [] }) => notes).join('\n');
  return { said, came: sendFromGuest(world.get(), packets, count) };
}

const ways: readonly (readonly [TableVariant, Release])[] = [
  ['nft', 'zed'],
  ['nft', 'mitaka'],
  ['legacy', 'zed'],
  ['legacy', 'mitaka'],
];

describe.each(ways)('with iptables-%s and the rules of %s', (variant, release) => {
  test('a port without an exception sends from its own address alone', async () => {
    await start(variant);
    expect(sendFromGuest(world.get(), packets, count)).toEqual(only('ownAddress'));
  });

  test('an exception for a named branch office lets the packets of that office pass, and none that a router would not pass on', async () => {
    await start(variant);
    const { said, came } = await put({ release, sources: ['10.99.0.0/24', '2001:db8:99::/48'] });
    expect(came).toEqual(only('ownAddress', 'transit', 'transit6'));
    expect(said).toContain("the port can't pose as its neighbours in 10.77.0.0/24, 2001:db8:77::/64");
    expect(said).toContain("the port can't answer DHCP, nor advertise itself as a router of IPv6");
  });

  test.each([
    ['half of IPv6', ['8000::/1', '2001:db8:99::/48']],
    ['the prefix around link-local addresses', ['fe80::/9', '2001:db8:99::/48']],
  ])('sources that hold link-local addresses as %s let no router advertisement pass', async (_, sources) => {
    await start(variant);
    const { said, came } = await put({ release, sources });
    expect(came).toEqual(only('ownAddress', 'transit6'));
    expect(said).toContain("the port can't answer DHCP, nor advertise itself as a router of IPv6");
  });

  test('where several prefixes hold nearly every IPv4 address, the plan counts the neighbours as which the server can pose', async () => {
    await start(variant);
    const { said, came } = await put({ release, sources: ['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3'] });
    expect(came).toEqual(only('ownAddress', 'transit', 'neighbour'));
    expect(said).toContain(
      'the port can pose as every other address of 10.77.0.0/24, its gateway 10.77.0.1 among them',
    );
    expect(said).toContain('these are every IPv4 address but 536,936,449 as its source');
  });

  test('a server with any routed source can pose as its neighbours, and as no router, DHCP server or metadata service', async () => {
    await start(variant);
    const { said, came } = await put({ release, sources: 'any' });
    expect(came).toEqual(only('ownAddress', 'transit', 'transit6', 'neighbour', 'neighbour6'));
    expect(said).toContain('the port can pose as every other address of 10.77.0.0/24');
    expect(said).toContain("the port can't answer DHCP, nor advertise itself as a router of IPv6");
  });

  test.each([
    ['link-local sources', { sources: ['fe80::/10'], destinations: ['ff02::/16'] }, /link-local/],
    ['half of the link-local sources', { sources: ['fe80::/11', '2001:db8::/32'] }, /link-local/],
    ['link-local sources of IPv4', { sources: ['169.254.0.0/16'] }, /link-local/],
    ['every address of IPv4 as two halves', { sources: ['0.0.0.0/1', '128.0.0.0/1'] }, /together are every address/],
    ['every address of IPv6 as two halves', { sources: ['::/1', '8000::/1'] }, /together are every address/],
  ] as [string, Partial<FirewallExceptionSpec>, RegExp][])(
    'exceptions with %s of a routed port are refused, and nothing is opened',
    async (_, more, words) => {
      await start(variant);
      const run = world.run([manifestOf({ Branch: exception({ release, ...more }) })]);
      await expect(run).rejects.toThrow(words);
      expect(sendFromGuest(world.get(), packets, count)).toEqual(only('ownAddress'));
    },
  );
});

test.each(['nft', 'legacy'] as const)(
  'a bridged port of Kilo lets everything pass that its neighbours behind it send, and the plan says so (iptables-%s)',
  async (variant) => {
    await start(variant);
    const { said, came } = await put({ release: 'kilo', mode: 'bridged', sources: 'any' });
    expect(came).toEqual(only(...(Object.keys(packets) as Name[])));
    expect(said).toContain('the port can answer DHCP, and advertise itself as a router of IPv6');
    expect(said).toContain('the port can pose as the metadata service 169.254.169.254');
  },
);
