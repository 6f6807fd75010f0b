/**
 * Exceptions on the lab where hosts change: a compute host that starts, a port that moves to another one, and a UTM that
 * bridges, which no rule in iptables can help.
 */
import { LabFirewall, type Exception } from '../support/lab-firewall';
import { agentChain, type LabGuests, type LabPort } from '../support/lab-guests';
import { alikeTest } from '../support/moments';
import { PacketFlows } from '../support/packet-flows';

const host = 'cnode02';
const elsewhere = 'cnode01';

let lab: LabFirewall;
let guests: LabGuests;
let group: string;
/** A router and a server, and a server on the other host. */
let router: LabPort, near: LabPort, far: LabPort;
let wanted: Record<string, Exception>;
let flows: PacketFlows<'allowed' | 'otherPrefix'> | undefined;

beforeAll(async () => {
  lab = await LabFirewall.start('firewall-hosts');
  guests = lab.guests;
  await lab.apply({});
  const net = await lab.cloud.subnet({ cidr: '10.78.2.0/24' });
  group = await guests.openGroup();
  [router, near] = (await guests.ports(host, group, [
    { on: net, address: '10.78.2.1' },
    { on: net, address: '10.78.2.20' },
  ])) as [LabPort, LabPort];
  [far] = (await guests.ports(elsewhere, group, [{ on: net, address: '10.78.2.21' }])) as [LabPort];
  wanted = { 'Utm/Transit/Orange': { port: router, sources: ['10.99.0.0/24'] } };
});
afterAll(async () => {
  flows?.close();
  await lab.stop();
});

/** The router on a host, and packets from the network behind it to a server there. */
async function routeOn(where: string, server: LabPort): Promise<PacketFlows<'allowed' | 'otherPrefix'>> {
  const utm = await guests.boot(where, router);
  await guests.forward(utm);
  const from = await guests.inside(utm, '10.99.0.1', ['10.99.0.5', '10.98.0.5']);
  const to = await guests.boot(where, server);
  await guests.untilActive([router, server]);
  const flow = (source: string) => ({ from, source, to, address: server.address, rate: 100 });
  return new PacketFlows({ allowed: flow('10.99.0.5'), otherPrefix: flow('10.98.0.5') }, 20_000);
}

const jumps = async (where: string): Promise<boolean> =>
  (await guests.rules(where, 'neutron-filter-top'))?.includes(`-A neutron-filter-top -j ${lab.chain}`) ?? false;

const unit = '/etc/systemd/system/stackward-restore.service';

test('a host that starts has its exceptions before its agent runs, and keeps them', async () => {
  const system = lab.systems[host]!;
  const running = (flows = await routeOn(host, near));
  await lab.apply(wanted);
  await flows.untilReceived('allowed');
  const rules = await guests.rules(host, lab.chain);
  const command = /^ExecStart=(.+)$/m.exec(system.read(unit)!)![1]!.replaceAll('$$', '$');

  await lab.withoutAgent(host, [router, near], async () => {
    for (const family of ['iptables', 'ip6tables'])
      for (const table of ['filter', 'mangle', 'raw', 'nat'])
        await system.run(`${family} -t ${table} -F; ${family} -t ${table} -X`);
    expect(await guests.rules(host, lab.chain)).toBeUndefined();
    await system.run(command);
    expect(await guests.rules(host, lab.chain)).toEqual(rules);
    await running.mark('restored');
  });
  await flows.mark('started');
  await flows.untilSent(200);
  await flows.stop();

  const { sent, received } = flows.between('allowed', 'restored');
  expect(sent - received).toBe(0);
  expect(flows.between('otherPrefix', 'started')).toMatchObject({ received: 0 });
  expect(await guests.rules(host, lab.chain)).toEqual(rules);
  expect(await jumps(host)).toBe(true);
  expect(await lab.plan(wanted)).toMatchObject({ code: 0 });
});

test('an exception follows its port to another host, and the old host is cleaned', async () => {
  await guests.unplug(host, router);
  await guests.change(router, { 'binding:host_id': elsewhere });
  const moved = (flows = await routeOn(elsewhere, far));
  await lab.undisturbed(async () => {
    await moved.mark('moved');
    await moved.untilSent(100);
    expect(await lab.plan(wanted)).toMatchObject({ code: 2 });
    await moved.mark('planned');
    await lab.apply(wanted);
    await moved.mark('applied');
    await moved.untilSent(100);
    await moved.stop();
  });

  expect(flows.between('allowed', 'moved', 'planned')).toMatchObject({ received: 0 });
  const { sent, received } = flows.between('allowed', 'applied');
  expect(sent - received).toBe(0);
  expect(flows.between('otherPrefix', 'moved')).toMatchObject({ received: 0 });
  expect([await jumps(elsewhere), await jumps(host)]).toEqual([true, false]);
  expect(await guests.rules(host, lab.chain)).toBeUndefined();
  expect(lab.systems[host]!.read(unit)).toBeUndefined();
  expect(lab.systems[elsewhere]!.read(unit)).toContain('ExecStart=');
  await lab.apply({});
  expect(await guests.rules(elsewhere, lab.chain)).toBeUndefined();
  expect(lab.systems[elsewhere]!.read(unit)).toBeUndefined();
});

alikeTest(
  "a bridged UTM is opened by Neutron, with address pairs of the clients' MAC addresses, or with port security off",
  async () => {
    const green = await lab.cloud.subnet({ cidr: '10.78.5.0/24' });
    const orange = await lab.cloud.subnet({ cidr: '10.78.5.0/24' });
    const ports = await guests.ports(host, group, [
      { on: green, address: '10.78.5.2' },
      { on: orange, address: '10.78.5.3' },
      { on: green, address: '10.78.5.20' },
      { on: orange, address: '10.78.5.30' },
    ]);
    const [utmGreen, utmOrange, client, server] = ports as [LabPort, LabPort, LabPort, LabPort];
    await guests.bridge(await guests.boot(host, utmGreen, utmOrange), 'eth0', 'eth1');
    const [from, to] = [await guests.boot(host, client), await guests.boot(host, server)];
    await guests.untilActive(ports);
    // Neutron drops their ARP requests as well. Linux keeps packets for an unknown neighbour as long as it asks for it, 3 s by
    // default, and sends them when Neutron opens the way. Here they are kept through every closed state.
    for (const guest of [from, to]) await guests.in(guest, 'sysctl', '-qw', 'net.ipv4.neigh.eth0.mcast_solicit=30');
    const packets = new PacketFlows(
      {
        over: { from, source: client.address, to, address: server.address, rate: 50 },
        back: { from: to, source: server.address, to: from, address: client.address, rate: 50 },
      },
      20_000,
    );
    const states = ['default', 'pairs', 'default again', 'port security off'];
    const inState = async (state: string, opened: boolean): Promise<void> => {
      for (const way of ['over', 'back'] as const)
        await (opened ? packets.untilReceived(way) : packets.untilSilent(way, 25));
      await packets.mark(state);
      await packets.untilSent(100);
      await packets.mark(`after ${state}`);
    };
    const pairs = (paired?: LabPort) => ({
      allowed_address_pairs: paired ? [{ ip_address: paired.address, mac_address: paired.mac }] : [],
    });
    try {
      await inState('default', false);
      // On each port the frames of the one who is behind the other.
      await guests.change(utmGreen, pairs(server));
      await guests.change(utmOrange, pairs(client));
      await inState('pairs', true);
      for (const port of [utmGreen, utmOrange]) await guests.change(port, pairs());
      await inState('default again', false);
      for (const port of [utmGreen, utmOrange])
        await guests.change(port, { security_groups: [], port_security_enabled: false });
      await inState('port security off', true);
    } finally {
      await packets.stop();
    }
    for (const way of ['over', 'back'] as const)
      for (const [index, state] of states.entries()) {
        const { sent, received } = packets.between(way, state, `after ${state}`);
        const arrived = packets.arrived(way, state, `after ${state}`);
        if (index % 2) expect({ way, state, received }).toEqual({ way, state, received: sent });
        else expect({ way, state, arrived }).toEqual({ way, state, arrived: 0 });
      }
    expect(await guests.rules(host, agentChain('s', utmOrange))).toBeUndefined();
  },
);
