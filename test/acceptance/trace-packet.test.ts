/**
 * `trace packet` on the lab: what it says of a packet is what becomes of real packets through real taps, beside a real
 * Neutron agent, and it names the rule of the group, or why there is none.
 */
import { staying } from '../support/forged-plan';
import type { LabSubnet } from '../support/lab-cloud';
import { LabFirewall } from '../support/lab-firewall';
import { tapOf, type LabPort } from '../support/lab-guests';
import { PacketFlows, type Flow } from '../support/packet-flows';

const host = 'cnode01';
const foreignMac = 'fa:16:3e:00:00:77';

let lab: LabFirewall;
let sender: LabPort, receiver: LabPort;
/** Namespaces. */
let from: string, to: string;
let group: string;
let subnet: LabSubnet;
/** The rule of the group for udp 20000. */
let firstRule: string;

beforeAll(async () => {
  lab = await LabFirewall.start('trace-packet');
  const { guests, cloud } = lab;
  await lab.apply({});
  subnet = await cloud.subnet({ cidr: '10.77.9.0/24' });
  group = await guests.closedGroup();
  // A flow has the port 20000 + its place among the flows; the second has no rule.
  const ruleIds: string[] = [];
  for (const port of [20_000, 20_002, 20_003, 20_004])
    ruleIds.push(await guests.addRule(group, { protocol: 'udp', port_range_min: port, port_range_max: port }));
  [firstRule = ''] = ruleIds;
  const made = await guests.ports(host, group, [
    { on: subnet, address: '10.77.9.10' },
    { on: subnet, address: '10.77.9.20' },
  ]);
  [sender, receiver] = made as [LabPort, LabPort];
  [from, to] = [await guests.boot(host, sender), await guests.boot(host, receiver)];
  await guests.untilActive(made);
});
let flows: PacketFlows<'open' | 'closed' | 'foreign' | 'otherMac' | 'excepted'> | undefined;
let changing: PacketFlows<'closed' | 'opened' | 'transit' | 'beside'> | undefined;
let coming: PacketFlows<'opened' | 'closed' | 'paired' | 'beside' | 'member'> | undefined;
afterAll(async () => {
  flows?.close();
  changing?.close();
  coming?.close();
  await lab.stop();
});

interface Told {
  readonly legs: readonly {
    readonly title: string;
    readonly hops: readonly {
      readonly name: string;
      readonly place: string;
      readonly proof: string;
      readonly found: string;
    }[];
  }[];
  readonly exitCode: number;
}

/** Of the way there: what each hop of the two ports proves, and the report. */
async function trace(port: number, ...more: readonly string[]) {
  const wanted = ['--protocol', 'udp', '--port', String(port), '--source-port', '5000', ...more];
  const { code, stdout, stderr } = await lab.report(
    ...['trace', 'packet', '--from', sender.id, '--to', receiver.address, ...wanted, '--json'],
  );
  expect(stderr).toBe('');
  const { legs, exitCode } = JSON.parse(stdout) as Told;
  expect(exitCode).toBe(code);
  // All was read: bridges, sets, and the tables of the other variant.
  expect(legs.at(-1)?.hops.map(({ name }) => name)).toEqual(['connection']);
  const hopsOf = (leg: number) => legs[leg]!.hops.filter(({ name }) => / port /.test(name));
  return { code, there: hopsOf(0), back: hopsOf(1) };
}

const proofs = (hops: readonly { readonly proof: string }[]): string[] => hops.map(({ proof }) => proof);

test('real packets end as the trace says, for five packets', async () => {
  const flow = (source: string): Flow => ({ from, source, to, address: receiver.address, rate: 50 });
  await lab.apply({ 'Sender/Transit': { port: sender, sources: ['10.99.0.0/24'] } });
  flows = new PacketFlows(
    {
      open: flow(sender.address),
      closed: flow(sender.address),
      foreign: flow('10.98.0.5'),
      otherMac: { ...flow(sender.address), frame: { device: 'eth0', from: foreignMac, to: receiver.mac } },
      excepted: flow('10.99.0.5'),
    },
    2_000,
  );
  await flows.untilReceived('open');
  await flows.untilSent(100);
  const { open, closed, foreign, otherMac, excepted } = await flows.now();
  // The next flows have the same ports.
  await flows.stop();
  expect(open.received).toBeGreaterThan(0);
  expect(excepted.received).toBeGreaterThan(0);
  expect([closed.received, foreign.received, otherMac.received]).toEqual([0, 0, 0]);

  const passes = await trace(20_000);
  expect([passes.code, proofs(passes.there), proofs(passes.back)]).toEqual([
    0,
    ['proved', 'proved'],
    ['proved', 'proved'],
  ]);
  expect(passes.there[0]?.found).toMatch(
    /^accepted, by the rule "every protocol to anywhere" of group test-trace-packet: filter neutron-openvswi-o/,
  );
  expect(passes.there[1]?.found).toMatch(
    /^accepted, by the rule "udp 20000 from anywhere" of group test-trace-packet: filter neutron-openvswi-i/,
  );
  expect(passes.back.map(({ found }) => found)).toEqual([
    expect.stringMatching(/^accepted, as part of a known connection: /),
    expect.stringMatching(/^accepted, as part of a known connection: /),
  ]);

  const noRule = await trace(20_001);
  expect([noRule.code, proofs(noRule.there)]).toEqual([2, ['proved', 'broken']]);
  expect(noRule.there[1]?.found).toMatch(
    /^dropped: no rule of the port's groups lets udp 20001 in \(groups: test-trace-packet\): filter neutron-openvswi-sg-fallback, rule 1/,
  );

  const spoofed = await trace(20_002, '--source', '10.98.0.5');
  expect(proofs(spoofed.there)).toEqual(['broken', 'proved']);
  expect(spoofed.there[0]?.found).toMatch(
    /^dropped by anti-spoofing: the source 10\.98\.0\.5 is not among the port's addresses: filter neutron-openvswi-s/,
  );

  const moved = await trace(20_003, '--mac', foreignMac);
  expect(proofs(moved.there)).toEqual(['broken', 'proved']);
  expect(moved.there[0]?.found).toContain(`anti-spoofing: ${foreignMac} is not its MAC address`);

  const allowed = await trace(20_004, '--source', '10.99.0.5');
  expect(proofs(allowed.there)).toEqual(['proved', 'proved']);
  expect(allowed.there[0]?.found).toMatch(
    /^accepted by an exception of stackward, acme\/Sender\/Transit: filter stackward-/,
  );
});

const somebody = '198.51.100.7';

/** Of the next fifty packets of each flow. */
async function realFates<Name extends string>(sent: PacketFlows<Name>, names: readonly Name[]) {
  const old = await sent.now();
  await sent.untilSent(50);
  const now = await sent.now();
  return Object.fromEntries(
    names.map((name) => [name, now[name].received > old[name].received ? 'passes' : 'dropped']),
  );
}

test('real packets end as the review says, before a change and after it', async () => {
  const kept = { 'Sender/Somebody': { port: sender, sources: [`${somebody}/32`] } };
  await lab.apply(kept);
  const flow = (source: string): Flow => ({ from, source, to, address: receiver.address, rate: 50, newPorts: true });
  changing = new PacketFlows(
    { closed: flow(somebody), opened: flow(somebody), transit: flow('10.99.2.1'), beside: flow('10.99.3.0') },
    20_000,
  );
  const udp = { direction: 'ingress', ethertype: 'IPv4', protocol: 'udp', security_group_id: group };
  const rule = (port: number, id?: string) => ({ ...udp, id, port_range_min: port, port_range_max: port });
  const known = { name: 'receiver', fixed_ip: [{ ip_address: receiver.address }], security_group_ids: [group] };
  const changes = [
    staying('networking_secgroup_v2', 'group', { id: group, name: 'group' }),
    staying('networking_port_v2', 'receiver', { id: receiver.id, ...known }),
    { type: 'networking_secgroup_rule_v2', name: 'opened', after: rule(20_001) },
    { type: 'networking_secgroup_rule_v2', name: 'closed', before: rule(20_000, firstRule) },
  ];
  const to32 = { destinations: [`${receiver.address}/32`] };
  const exceptions = { ...kept, 'Sender/Other': { port: sender, sources: ['10.99.2.0/24'], ...to32 } };

  const { risks, problems } = await lab.review(changes, exceptions);
  // Other suites have hosts on the lab that can't be reached.
  expect(problems.filter(({ stack }) => stack !== '')).toEqual([]);
  const told = risks.flatMap(({ witnesses }) => witnesses);
  expect(told.filter(({ certainty }) => !certainty.isProved)).toEqual([]);
  const fates = (packet: RegExp, time: 'before' | 'after') =>
    told.filter((each) => packet.test(each.packet))[0]?.[time];
  const packets = {
    closed: /^udp 198\.51\.100\.7:40000 > 10\.77\.9\.20:20000 into port receiver$/,
    opened: /^udp 198\.51\.100\.7:40000 > 10\.77\.9\.20:20001 into port receiver$/,
    transit: /^tcp 10\.99\.2\.1:40000 > 10\.77\.9\.20:443 out of the port$/,
    beside: /^tcp 10\.99\.3\.0:40000 > 10\.77\.9\.20:443 out of the port$/,
  };
  const review = (time: 'before' | 'after') =>
    Object.fromEntries(Object.entries(packets).map(([name, packet]) => [name, fates(packet, time)]));
  const real = () => realFates(changing!, ['closed', 'opened', 'transit', 'beside']);

  await changing.untilReceived('closed');
  expect(review('before')).toEqual({ closed: 'passes', opened: 'dropped', transit: 'dropped', beside: 'dropped' });
  expect(await real()).toEqual(review('before'));
  await lab.guests.removeRule(firstRule);
  await lab.guests.addRule(group, { protocol: 'udp', port_range_min: 20_001, port_range_max: 20_001 });
  await lab.apply(exceptions);
  await changing.untilReceived('opened');
  expect(review('after')).toEqual({ closed: 'dropped', opened: 'passes', transit: 'passes', beside: 'dropped' });
  expect(await real()).toEqual(review('after'));
});

test('real packets end as the review says, at a port that comes and at a port that gets an address pair', async () => {
  const kept = { 'Sender/Somebody': { port: sender, sources: [`${somebody}/32`] } };
  await lab.apply(kept);
  const { guests } = lab;
  const open = await guests.closedGroup();
  const udp = (port: number) => ({ protocol: 'udp', port_range_min: port, port_range_max: port });
  const planned = { direction: 'ingress', ethertype: 'IPv4', security_group_id: open };
  const openRule = { id: await guests.addRule(open, udp(20_000)), ...planned, ...udp(20_000) };
  for (const port of [20_002, 20_003]) await guests.addRule(open, udp(port));
  const ofMembers = { ...udp(20_004), remote_group_id: group };
  const memberRule = { id: await guests.addRule(open, ofMembers), ...planned, ...ofMembers };
  const groups = [group, open].map((id) => staying('networking_secgroup_v2', id, { id, name: id }));
  const rules = [openRule, memberRule].map((each) => staying('networking_secgroup_rule_v2', each.id, each));
  const address = '10.77.9.30';
  const newPort = { name: 'newcomer', fixed_ip: [{ ip_address: address }], security_group_ids: [open] };
  const oldPort = { id: sender.id, name: 'sender', mac_address: sender.mac, fixed_ip: [{ ip_address: sender.address }], security_group_ids: [group] }; // prettier-ignore
  const told = async (...changes: Parameters<LabFirewall['review']>[0][number][]) => {
    const { risks } = await lab.review([...groups, ...rules, ...changes], kept);
    return risks.flatMap(({ witnesses }) =>
      witnesses.map(
        ({ packet, before, after, certainty }) =>
          `${packet}: ${before}, ${after}, ${certainty.isProved ? 'proved' : 'assumed'}`,
      ),
    );
  };

  // Of the last two rules no plan knows.
  expect(
    await told(staying('networking_port_v2', 'sender', oldPort), { type: 'networking_port_v2', name: 'newcomer', after: newPort }), // prettier-ignore
  ).toEqual(
    [20_000, 20_002, 20_003].map(
      (port) => `udp ${somebody}:40000 > ${address}:${port} into port newcomer: dropped, passes, assumed`,
    ),
  );
  const [made] = await guests.ports(host, open, [{ on: subnet, address }]);
  const newcomer = await guests.boot(host, made!);
  await guests.untilActive([made!]);
  expect(
    await told(staying('networking_port_v2', 'newcomer', { ...newPort, id: made!.id }), {
      type: 'networking_port_v2',
      name: 'sender',
      before: oldPort,
      after: { ...oldPort, allowed_address_pairs: [{ ip_address: '10.99.6.0/24' }] },
    }),
  ).toEqual([
    `tcp 10.99.6.1:40000 > ${somebody}:443 out of port sender: dropped, passes, proved`,
    `tcp 10.99.7.0:40000 > ${somebody}:443 out of port sender: dropped, dropped, proved`,
    `udp 10.99.6.1:40000 > ${address}:20004 into port newcomer: dropped, passes, assumed`,
  ]);

  const flow = (source: string): Flow => ({ from, source, to: newcomer, address, rate: 50, newPorts: true });
  coming = new PacketFlows(
    { opened: flow(somebody), closed: flow(somebody), paired: flow('10.99.6.1'), beside: flow('10.99.7.0'), member: flow('10.99.6.1') }, // prettier-ignore
    20_000,
  );
  const real = () => realFates(coming!, ['opened', 'closed', 'paired', 'beside', 'member']);
  await coming.untilReceived('opened');
  const before = { opened: 'passes', closed: 'dropped', paired: 'dropped', beside: 'dropped', member: 'dropped' };
  expect(await real()).toEqual(before);
  await guests.change(sender, { allowed_address_pairs: [{ ip_address: '10.99.6.0/24' }] });
  await coming.untilReceived('paired');
  await coming.untilReceived('member');
  expect(await real()).toEqual({ ...before, paired: 'passes', member: 'passes' });
});

test('a port without port security is accepted because of that', async () => {
  await lab.guests.change(receiver, { security_groups: [], port_security_enabled: false });
  const chain = `-i${receiver.id.slice(0, 10)}`;
  while ((await lab.guests.onHost(host, 'iptables-save', '-t', 'filter')).includes(chain))
    await new Promise((resolve) => setTimeout(resolve, 200));
  const { there } = await trace(20_001);
  expect(there[1]?.found).toMatch(new RegExp(`^accepted, because port security is off: .*${tapOf(receiver)}`));
});
