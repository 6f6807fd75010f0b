/** The plan's sentences about how much an exception opens, port by port. */
import {
  exception,
  into,
  kernelWith,
  manifestOf,
  out,
  portId,
  storedWith,
  TextHosts,
  type TextHost,
} from '../support/firewall-texts';

const planned = (host: TextHost, wanted = { Branch: exception() }) =>
  new TextHosts({ cnode01: host }).text([manifestOf(wanted)], []);

describe('an exception', () => {
  test('for sources that hold its own address: that stays with its groups, and the plan says so', async () => {
    const text = await planned(
      {},
      { Branch: exception({ sources: ['10.77.0.0/24'], mode: 'bridged', release: 'kilo' }) },
    );
    expect(text).toContain('+ IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -s 10.77.0.10/32 -j RETURN\n');
    expect(text).toContain(
      "# the port's security groups don't filter these packets, except those of its own 10.77.0.10; they filter every other packet\n",
    );
  });
  test('for sources that reach into another subnet of its network', async () => {
    const hosts = new TextHosts();
    const [port] = await hosts.network.ports([portId]);
    await hosts.network.createSubnet({ cidr: '10.78.0.0/24', gateway: null, pools: [] }, port?.networkId);
    await hosts.network.createSubnet({ cidr: '10.79.0.0/24', gateway: null, pools: [] });
    const text = async (sources: string[]) => hosts.text([manifestOf({ Branch: exception({ sources }) })], []);
    expect(await text(['10.78.0.0/24'])).toContain(
      '# the port can pose as every other address of 10.78.0.0/24, and ask the metadata service in their name\n',
    );
    expect(await text(['10.79.0.0/24'])).toContain(
      "# the port can't pose as its neighbours in 10.77.0.0/24, 10.78.0.0/24\n",
    );
  });
  test('behind the Linux bridge agent: not to servers on the same host', async () => {
    const hosts = new TextHosts({ cnode01: { bridges: { 'brq4f7080d4-72': ['eth1.7'] } } });
    hosts.network.putPort({ id: portId, vifType: 'bridge', networkId: '4f7080d4-72aa-4c5e-9d0b-1f6a7e5c3b21' });
    expect(await hosts.text([manifestOf({ Branch: exception({ firewallDriver: 'iptables' }) })], [])).toContain(
      '# nothing is opened between it and other servers on the same host: the far end is the uplink of its bridge\n',
    );
  });
  test.each(['zed', 'mitaka'] as const)('with port security off nobody checks MAC addresses (%s)', async (release) => {
    const hosts = new TextHosts();
    hosts.network.putPort({ id: portId, portSecurity: false });
    const text = await hosts.text([manifestOf({ Branch: exception({ release }) })], []);
    expect(text).toContain('# frames pass with whatever MAC address\n');
    expect(text).not.toContain('must bear its MAC address');
  });
  test('whose rules an earlier version wrote, without those for DHCP: updated, and said why', async () => {
    const text = await planned({ ipv4: kernelWith(out, into), files: storedWith([out, into]) });
    expect(text).toContain(
      '# (because an earlier version of stackward wrote them, which left less to the groups of the port)\n',
    );
    expect(text).toContain('Plan: 0 to add, 1 to change, 0 to destroy.');
  });
  test('for a part of its own network, its gateway in it: how many neighbours it can pose as', async () => {
    expect(await planned({}, { Branch: exception({ sources: ['10.77.0.0/29'] }) })).toContain(
      '# the port can pose as 8 of the other addresses of 10.77.0.0/24, its gateway 10.77.0.1 among them, and ask the metadata service in their name\n',
    );
  });
  test('for named destinations with multicast among them: all neighbours at once', async () => {
    const text = await planned({}, { Branch: exception({ destinations: ['224.0.0.0/24', '10.1.0.0/16'] }) });
    expect(text).toContain(
      '# the port reaches all its neighbours at once: the destinations hold multicast or broadcast\n',
    );
  });
  test('for all IPv6 destinations but a quarter: how many are left out', async () => {
    const text = await planned(
      {},
      { Branch: exception({ sources: ['2001:db8:99::/48'], destinations: ['::/1', '8000::/2'] }) },
    );
    expect(text).toContain('# these are every IPv6 address but 2^126 as its destination\n');
  });
  test('any from a bridged server: as a router of IPv6 too', async () => {
    const wanted = { Branch: exception({ sources: 'any', mode: 'bridged', release: 'icehouse' }) };
    expect(await planned({}, wanted)).toContain(
      '# the port can answer DHCP, and advertise itself as a router of IPv6\n',
    );
  });
});
