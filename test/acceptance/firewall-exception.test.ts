/**
 * Exceptions of the packet filter on the lab: real packets through real taps, beside a real Neutron agent that rewrites its
 * tables. A full UTM stands between green and orange and routes; a network behind it is none of Neutron's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabSubnet } from '../support/lab-cloud';
import { changeGroup, countRewrites, plugPorts } from '../support/lab-churn';
import { LabFirewall, type Exception } from '../support/lab-firewall';
import { agentChain, type LabGuests, type LabPort } from '../support/lab-guests';
import { alikeTest, lasting } from '../support/moments';
import { connects, PacketFlows } from '../support/packet-flows';

const host = 'cnode01';
/** Packets of each allowed flow that the churn must last for: a minute at 200 a second, which `npm test` shortens. */
const aWhile = lasting(12_000);
const foreignMac = 'fa:16:3e:00:00:66';

let lab: LabFirewall;
let guests: LabGuests;
let group: string;
let orange: LabSubnet;
/** The UTM's on green and orange, a client on green, a server and somebody else on orange. */
let ports: Record<'green' | 'orange' | 'client' | 'server' | 'other', LabPort>;
/** Namespaces. */
let utm: string, inside: string, client: string, server: string, neighbour: string;
let wanted: Record<string, Exception>;

beforeAll(async () => {
  lab = await LabFirewall.start('firewall');
  guests = lab.guests;
  await lab.apply({});
  const green = await lab.cloud.subnet({ cidr: '10.77.1.0/24' });
  orange = await lab.cloud.subnet({ cidr: '10.77.2.0/24' });
  const [green6, orange6] = [
    await lab.cloud.addSubnet(green.networkId, { cidr: '2001:db8:77:1::/64', ip_version: 6 }),
    await lab.cloud.addSubnet(orange.networkId, { cidr: '2001:db8:77:2::/64', ip_version: 6 }),
  ];
  const onGreen = (last: string) => ({
    on: green,
    address: `10.77.1.${last}`,
    ipv6: { on: green6, address: `2001:db8:77:1::${last}` },
  });
  const onOrange = (last: string) => ({
    on: orange,
    address: `10.77.2.${last}`,
    ipv6: { on: orange6, address: `2001:db8:77:2::${last}` },
  });
  group = await guests.openGroup();
  const made = await guests.ports(host, group, [
    onGreen('2'),
    onOrange('2'),
    onGreen('20'),
    onOrange('20'),
    onOrange('30'),
  ]);
  ports = { green: made[0]!, orange: made[1]!, client: made[2]!, server: made[3]!, other: made[4]! };
  utm = await guests.boot(host, ports.green, ports.orange);
  await guests.forward(utm);
  inside = await guests.inside(utm, '10.99.0.1', ['10.99.0.5', '10.98.0.5', '10.96.0.5']);
  [client, server, neighbour] = [
    await guests.boot(host, ports.client),
    await guests.boot(host, ports.server),
    await guests.boot(host, ports.other),
  ];
  await guests.route(client, 'default', ports.green.address);
  await guests.route(server, 'default', ports.orange.address);
  await guests.route(client, '2001:db8::/32', ports.green.ipv6!);
  await guests.route(server, '2001:db8::/32', ports.orange.ipv6!);
  await guests.untilActive(made);
  wanted = {
    'Utm/Transit/Orange': { port: ports.orange, sources: ['10.77.1.0/24', '10.99.0.0/24', '2001:db8:77:1::/64'] },
    'Utm/Transit/Green': { port: ports.green, sources: ['10.77.2.0/24', '2001:db8:77:2::/64'] },
  };
});
/** Aborts what goes on beside a test that fails. */
const over = new AbortController();
const going: Promise<unknown>[] = [];
function beside(...work: Promise<unknown>[]): void {
  // The caller awaits this promise later, so a failure until then must not count as unhandled.
  for (const promise of work) promise.catch(() => undefined);
  going.push(...work);
}
let flows: ReturnType<typeof startFlows> | undefined;
afterAll(async () => {
  over.abort();
  await Promise.allSettled(going);
  flows?.close();
  await lab.stop();
});

const allowed = ['own', 'transit', 'transit6', 'back', 'fresh'] as const;
const forbidden = ['otherPrefix', 'otherPrefix6', 'otherMac', 'otherVm'] as const;

function startFlows() {
  const [to, address] = [server, ports.server.address];
  const flow = (from: string, source: string) => ({ from, source, to, address });
  const flow6 = (from: string, source: string) => ({ from, source, to, address: ports.server.ipv6! });
  return new PacketFlows(
    {
      own: { ...flow(utm, ports.orange.address), rate: 100 },
      transit: flow(client, ports.client.address),
      transit6: { ...flow6(client, ports.client.ipv6!), rate: 100 },
      otherPrefix6: { ...flow6(utm, '2001:db8:77:3::5'), rate: 25 },
      back: { from: server, source: ports.server.address, to: client, address: ports.client.address },
      fresh: { ...flow(inside, '10.99.0.5'), newPorts: true, rate: 100 },
      otherPrefix: { ...flow(inside, '10.98.0.5'), rate: 25 },
      otherMac: {
        ...flow(utm, '10.99.0.5'),
        rate: 25,
        frame: { device: 'eth1', from: foreignMac, to: ports.server.mac },
      },
      otherVm: { ...flow(neighbour, '10.99.0.5'), rate: 25 },
      byHand: { ...flow(inside, '10.96.0.5'), rate: 50 },
    },
    120_000,
  );
}

/** Allowed packets that were lost. */
const gapsBetween = (from: string, to?: string) =>
  Object.fromEntries(allowed.map((name) => [name, flows?.between(name, from, to).gaps]));
const none = Object.fromEntries(allowed.map((name) => [name, []]));

/** Applies again and again what is wanted, each time with another exception more or less. */
async function applyAgain(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const more = { 'More/Transit': { port: ports.orange, sources: ['10.95.0.0/24'] } };
    await lab.apply(time % 2 === 0 ? { ...wanted, ...more } : wanted);
    await sleep(3000, undefined, { signal: over.signal });
  }
}

/** Returns when the agent filters again. */
async function restartAgent(): Promise<void> {
  await lab.withoutAgent(host, Object.values(ports));
}

test('no allowed packet is lost while agent and stackward write, and every other packet stays dropped (case 1013)', async () => {
  flows = startFlows();
  await flows.untilSent(200);
  await flows.mark('applied');
  await lab.apply(wanted);
  for (const name of allowed) await flows.untilReceived(name);
  await flows.mark('open');

  const spoofing = agentChain('s', ports.orange);
  const byHand = ['-s', '10.96.0.0/24', '-j', 'RETURN'];
  await guests.onHost(host, 'iptables', '-I', spoofing, '2', ...byHand);
  await flows.untilReceived('byHand');
  await flows.mark('churn');
  const counting = new AbortController();
  const rewrites = countRewrites(guests, host, AbortSignal.any([counting.signal, over.signal]));
  beside(
    changeGroup(guests, group, lasting(40), over.signal),
    plugPorts(guests, host, group, orange, lasting(8), over.signal),
    applyAgain(lasting(10)),
  );
  await flows.untilSilent('byHand', 50);
  const wiped = await guests.rules(host, spoofing);
  await flows.mark('wiped');
  await flows.untilSent(250);
  await flows.mark('restart');
  await restartAgent();
  await flows.mark('restarted');
  await Promise.all(going);
  while ((await flows.now()).transit.sent - flows.sentAt('transit', 'churn') < aWhile) await sleep(500);
  await flows.untilSent(100);
  counting.abort();
  await flows.stop();

  // Each port is two, and changes of groups that fall into one loop of the agent are one.
  expect(await rewrites).toBeGreaterThanOrEqual(lasting(16));
  expect(wiped?.join('\n')).not.toContain('10.96.0.0/24');
  expect(gapsBetween('open')).toEqual(none);
  expect(flows.between('transit', 'open').sent).toBeGreaterThanOrEqual(aWhile);
  for (const name of ['transit', 'transit6', 'back', 'fresh'] as const)
    expect(flows.between(name, undefined, 'applied')).toMatchObject({ received: 0 });
  for (const name of forbidden)
    for (const [from, to] of [
      [undefined, 'restart'],
      ['restarted', undefined],
    ] as const)
      expect({ name, from, received: flows.between(name, from, to).received }).toEqual({ name, from, received: 0 });
  expect(flows.between('byHand', undefined, 'open').received).toBe(0);
  expect(flows.between('byHand', 'open', 'wiped').received).toBeGreaterThan(0);
  expect(flows.between('byHand', 'wiped', 'restart').received).toBe(0);
  expect(flows.between('byHand', 'restarted').received).toBe(0);
});

test('allowed transit by TCP passes both ways, and no other does', async () => {
  const [to, address] = [server, ports.server.address];
  expect(await connects(client, ports.client.address, to, address)).toBe(true);
  expect(await connects(inside, '10.99.0.5', to, address)).toBe(true);
  expect(await connects(server, address, client, ports.client.address)).toBe(true);
  expect(await connects(inside, '10.98.0.5', to, address)).toBe(false);
});

test('a hundred exceptions on one host take one write and no more requests than one exception', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 98 }, (_, index) => [
      `Many/Transit${String(index)}`,
      { port: index % 2 ? ports.orange : ports.green, sources: [`10.100.${String(index)}.0/24`] },
    ]),
  );
  const counts = await countsOf({ ...wanted, 'Many/Transit0': many['Many/Transit0']! });
  expect(counts.restores).toBe(1);
  await lab.apply(wanted);
  expect(await countsOf({ ...wanted, ...many })).toEqual(counts);
  const rules = await guests.rules(host, lab.chain);
  expect(rules?.filter((rule) => rule.includes('-s 10.100.'))).toHaveLength(98);
  expect(await lab.plan({ ...wanted, ...many })).toMatchObject({ code: 0 });
  expect(await countsOf(wanted)).toEqual(counts);
});

/** Requests that one apply sends to the host. */
async function countsOf(exceptions: Record<string, Exception>): Promise<{ requests: number; restores: number }> {
  const before = lab.systems[host]!.counts;
  await lab.apply(exceptions);
  const after = lab.systems[host]!.counts;
  return { requests: after.requests - before.requests, restores: after.restores - before.restores };
}

alikeTest(
  'where no OpenFlow table checks MAC addresses, a release before Newton has the exception bound to the port’s own',
  async () => {
    const [to, address] = [server, ports.server.address];
    flows = startFlows();
    await flows.untilReceived('fresh');
    // The agent of Newton and later makes this table for each port: only the port's own MAC addresses go on to the next
    // table.
    const checks = await lab.ovsOfctl(host, 'dump-flows', 'table=25');
    const next = /dl_src=\S+ actions=(\S+)/.exec(checks)![1];
    await lab.ovsOfctl(host, 'add-flow', `table=25,priority=60000,cookie=0x5741,actions=${next}`);
    await flows.untilReceived('otherMac');
    await flows.mark('wide open');
    const bound = Object.fromEntries(
      Object.entries(wanted).map(([id, exception]) => [id, { ...exception, release: 'mitaka' }]),
    );
    await lab.apply(bound);
    await flows.mark('bound');
    await flows.untilSent(100);
    await flows.mark('over');
    expect(await connects(inside, '10.99.0.5', to, address)).toBe(true);
    await flows.stop();
    await lab.ovsOfctl(host, 'del-flows', 'cookie=0x5741/-1');

    expect(flows.between('otherMac', 'bound', 'over')).toMatchObject({ received: 0 });
    expect(gapsBetween('bound', 'over')).toEqual(none);
    expect(await lab.plan(bound)).toMatchObject({ code: 0 });
  },
);

test('an exception that leaves the code leaves the host', async () => {
  await lab.apply({});
  for (const table of ['filter', 'mangle']) expect(await guests.rules(host, lab.chain, table)).toBeUndefined();
  expect((await guests.rules(host, 'neutron-filter-top'))?.join('\n')).not.toContain(lab.chain);
  expect(await connects(inside, '10.99.0.5', server, ports.server.address)).toBe(false);
});
