/** `trace packet` over recorded tables of Neutron's agents: which rule decides, and what it is for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupRecord, GroupRule, PortRecord } from '../../lib/contract/trace-ports';
import { parseAddress } from '../../lib/net/ip-ranges';
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import { parseTables } from '../../lib/packet-path/tables';
import { failed, read, untried } from '../../reports/looked';
import { traceExitCode, type Leg } from '../../reports/trace/hop';
import { sayProtocol } from '../../reports/trace/host-filter/first-packet';
import type { PortSide } from '../../reports/trace/host-filter/read';
import type { FilterSeen } from '../../reports/trace/host-filter/read';
import { judgePacket } from '../../reports/trace/packet/judge';
import { parseQuestion, type PacketOptions } from '../../reports/trace/packet/question';
import type { PacketSeen } from '../../reports/trace/packet/read';
import { renderTrace } from '../../reports/trace/render';
import { asIcehouse, withException } from '../support/packet-scenes';

const fixture = (name: string): string => readFileSync(join(__dirname, '../fixtures/iptables', name), 'utf8');

/** Two ports of one network, as the fixture has them. */
const client: PortRecord = {
  id: '0cb7043c-ba7a-499a-a03b-15e151a1db1e',
  name: '',
  networkId: 'e0c4b0f4-0000-4000-8000-000000000001',
  isEnabled: true,
  mac: 'fa:16:3e:0d:d5:dd',
  fixedIps: [{ subnetId: 's', address: '10.20.0.192' }],
  deviceId: 'd1',
  deviceOwner: 'compute:nova',
  host: 'cnode01',
  vifType: 'ovs',
  vifDetails: { ovs_hybrid_plug: 'true' },
  groups: ['b7e67643-c745-4b13-b524-9d1f7a2c3e4b'],
  pairs: [],
};
const server: PortRecord = {
  ...client,
  id: '2b9fa14c-e7aa-4496-8d11-0b8b7e1f08b3',
  mac: 'fa:16:3e:22:e3:5b',
  fixedIps: [{ subnetId: 's', address: '10.20.3.142' }],
  deviceId: 'd2',
};

const ingress = (more: Partial<GroupRule>): GroupRule => ({ direction: 'ingress', family: 4, ...more });
const group: GroupRecord = {
  id: client.groups[0]!,
  name: 'web',
  rules: [
    { direction: 'egress', family: 4 },
    { direction: 'egress', family: 6 },
    ingress({ remoteGroup: client.groups[0]! }),
    ingress({ protocol: 'tcp', from: 22, to: 22 }),
  ],
};

const tables = fixture('ovs-20-10ports.iptables-save.txt');
/** The group has no rule for its own members. */
const strict = tables.replace(/^.*--match-set.*\n/gm, '');
const sets = fixture('ovs-20-10ports.ipset-save.txt');

const hybrid = (port: PortRecord) =>
  ['tap', 'qvb'].map((prefix) => ({ bridge: `qbr${port.id.slice(0, 11)}`, port: `${prefix}${port.id.slice(0, 11)}` }));

const hostOf = (text: string, more: Partial<FilterSeen> = {}): FilterSeen => ({
  filter: { tables: parseTables(text), sets: parseIpSets(sets) },
  ports: [...hybrid(client), ...hybrid(server)],
  asksTables: read(true),
  ...more,
});

const sideOf = (port: PortRecord, host: FilterSeen): PortSide => ({ port, groups: read([group]), host: read(host) });

interface Asked extends Partial<PacketOptions> {
  readonly text?: string;
  readonly host?: Partial<FilterSeen>;
  readonly sender?: Partial<PortRecord>;
  readonly receiver?: Partial<PortRecord>;
}

const seenOf = ({ text = strict, host, sender, receiver, source = '10.20.0.192' }: Asked): PacketSeen => ({
  from: sideOf({ ...client, ...sender }, hostOf(text, host)),
  source: parseAddress(source),
  to: { is: 'port', side: sideOf({ ...server, ...receiver }, hostOf(text, host)), isSameNetwork: true },
});

function legsOf(asked: Asked, seen = seenOf(asked)): readonly Leg[] {
  const { protocol, port, sourcePort, mac } = asked;
  const given = { protocol, port, sourcePort, mac };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return judgePacket(parseQuestion({ from: client.id, to: '10.20.3.142', ...options }), seen);
}

/** What the hops of the two ports say, there and back, without what lies between them. */
const said = (legs: readonly Leg[]): string[] =>
  legs.flatMap(({ hops }) =>
    hops.filter(({ name }) => / port /.test(name)).map(({ proof, found }) => `${proof}: ${found}`),
  );

test('a rule of a security group is named by what the API says of it, and the answer belongs to the connection', () => {
  const legs = legsOf({ port: '22' });
  expect(said(legs)).toEqual([
    'proved: accepted, by the rule "every protocol to anywhere" of group web: filter neutron-openvswi-o0cb7043c-b, rule 6: -j RETURN',
    'proved: accepted, by the rule "tcp 22 from anywhere" of group web: filter neutron-openvswi-i2b9fa14c-e, rule 4: -p tcp -m tcp --dport 22 -j RETURN',
    expect.stringMatching(
      /^proved: accepted, as part of a known connection: filter neutron-openvswi-o2b9fa14c-e, rule 5: /,
    ),
    expect.stringMatching(
      /^proved: accepted, as part of a known connection: filter neutron-openvswi-i0cb7043c-b, rule 1: /,
    ),
  ]);
  expect(traceExitCode(legs)).toBe(0);
});

test('members of a group pass by its rule about itself, which is a set on the host', () => {
  expect(said(legsOf({ text: tables, port: '443' }))[1]).toMatch(
    /^proved: accepted, by the rule "every protocol from group b7e67643-c745-4b13-b524-9d1f7a2c3e4b" of group web: .*--match-set/,
  );
});

test('the page shows what the command prints of a packet that no group lets in', () => {
  const question = { from: client.id, to: '10.20.3.142', port: '443' };
  const subject = `${sayProtocol(parseQuestion(question))} from port ${client.id} to 10.20.3.142`;
  const text = renderTrace(legsOf({ port: '443' }), { subject, cloud: 'acme' }, 80);
  const page = readFileSync(join(__dirname, '../../docs/trace.md'), 'utf8');
  const command = `$ stackward trace packet --from ${client.id} \\\n    --to 10.20.3.142 --port 443\n`;
  expect(page).toContain(`\`\`\`console\n${command}${text.trimEnd()}\n\`\`\``);
  expect(traceExitCode(legsOf({ port: '443' }))).toBe(2);
});

test.each([
  [
    'a source that is not the port’s',
    { source: '192.0.2.7' },
    "the source 192.0.2.7 is not among the port's addresses: filter neutron-openvswi-s0cb7043c-b, rule 2",
  ],
  [
    'another MAC address',
    { mac: 'fa:16:3e:00:00:01' },
    'fa:16:3e:00:00:01 is not its MAC address: filter neutron-openvswi-s0cb7043c-b, rule 2',
  ],
  [
    'both',
    { mac: 'fa:16:3e:00:00:01', source: '192.0.2.7' },
    "the source 192.0.2.7 is not among the port's addresses, and fa:16:3e:00:00:01 is not its MAC address",
  ],
])('anti-spoofing drops %s', (_, asked, why) => {
  const [first] = said(legsOf({ port: '22', ...asked }));
  expect(first).toContain(`broken: dropped by anti-spoofing: ${why}`);
});

test.each([
  [
    'a server that answers as a DHCP server',
    { protocol: 'udp', sourcePort: '67', port: '68' },
    'broken: dropped, because a server may not answer as a DHCP server',
  ],
  [
    'a DHCP client',
    { protocol: 'udp', sourcePort: '68', port: '67' },
    "proved: accepted, by Neutron's own rule for DHCP",
  ],
  ['a ping out', {}, 'proved: accepted, by the rule "every protocol to anywhere" of group web'],
])('what Neutron itself says of %s', (_, asked, found) => {
  expect(said(legsOf(asked))[0]).toContain(found);
});

test('tables of Icehouse tell the same', () => {
  const icehouse = { text: asIcehouse(strict) };
  expect(said(legsOf({ ...icehouse, port: '22' }))).toEqual([
    expect.stringContaining('proved: accepted, by the rule "every protocol to anywhere" of group web'),
    expect.stringContaining('proved: accepted, by the rule "tcp 22 from anywhere" of group web'),
    expect.stringContaining('proved: accepted, as part of a known connection'),
    expect.stringContaining('proved: accepted, as part of a known connection'),
  ]);
  expect(said(legsOf({ ...icehouse, port: '443' }))[1]).toContain(
    "broken: dropped: no rule of the port's groups lets tcp 443 in (groups: web)",
  );
});

test('an exception of stackward is named by its construct', () => {
  const text = withException(strict);
  expect(said(legsOf({ text, port: '22', source: '192.0.2.7' }))[0]).toMatch(
    /^proved: accepted by an exception of stackward, acme\/Utm\/Transit: filter stackward-0a1b2c3d4e5f6071, rule 1: /,
  );
});

test('port security that is off is said', () => {
  const text = fixture('ovs-11-port-security-disabled.iptables-save.txt');
  const tap = /tap([0-9a-f-]{11})/.exec(text)?.[1] ?? '';
  const receiver = { id: `${tap}0-0000-4000-8000-000000000000`.slice(0, 36), hasPortSecurity: false };
  const ports = [...hybrid(client), ...hybrid({ ...server, ...receiver })];
  const [, found] = said(legsOf({ text, receiver, host: { ports }, port: '443' }));
  expect(found).toMatch(
    new RegExp(`^proved: accepted, because port security is off: filter .*--physdev-out tap${tap}`),
  );
});

test('two ports on one bridge of the Linux bridge agent are passed at once, and the receiver’s group decides', () => {
  const text = fixture('lb-20-10ports.iptables-save.txt').replace(/^.*--match-set.*\n/gm, '');
  const found = [...text.matchAll(/-A neutron-linuxbri-s(\S+) -s ([\d.]+)\/32 -m mac --mac-source (\S+)/g)];
  const [a, b] = found.map(([, id = '', address = '', mac = '']) => ({
    id:
      /tap(\S{11})/
        .exec(text.slice(text.indexOf(`tap${id}`)))?.[1]
        ?.concat('0-0000-4000-8000-000000000000')
        .slice(0, 36) ?? '',
    fixedIps: [{ subnetId: 's', address }],
    mac,
    vifType: 'bridge',
  }));
  const ports = ['eth1', `tap${a!.id.slice(0, 11)}`, `tap${b!.id.slice(0, 11)}`].map((port) => ({
    bridge: 'brq1',
    port,
  }));
  const asked = { text, host: { ports }, sender: a!, receiver: b!, source: a!.fixedIps[0]!.address };
  const [passes] = said(legsOf({ ...asked, port: '22' }));
  expect(passes).toMatch(
    /"every protocol to anywhere" of group web: .*-j RETURN\. accepted, by the rule "tcp 22 from anywhere"/,
  );
  const [dropped, ...more] = said(legsOf({ ...asked, port: '443' }));
  expect(dropped).toContain("broken: dropped: no rule of the port's groups lets tcp 443 in (groups: web)");
  expect(more).toHaveLength(1);
});

test('where iptables does not decide, or nobody could look, nothing is proved', () => {
  const vifDetails = { ovs_hybrid_plug: 'false' };
  const inSwitch = said(legsOf({ port: '22', sender: { vifDetails } }));
  expect(inSwitch[0]).toContain('assumed: iptables does not decide there: the port stands in Open vSwitch itself');
  const seen = seenOf({});
  const dark = { ...seen, from: { ...seen.from, host: untried('no entry of hosts leads to cnode01') } };
  expect(said(legsOf({ port: '22' }, dark))[0]).toBe('unreadable: no entry of hosts leads to cnode01');
  const [unplugged] = said(legsOf({ port: '22', host: { ports: [] } }));
  expect(unplugged).toContain('assumed: tap0cb7043c-ba is on no bridge there');
  const [off] = said(legsOf({ port: '443', host: { asksTables: read(false) } }));
  expect(off).toContain('proved: accepted: bridges there do not ask iptables at all');
});

test('rules of the other variant of iptables decide as well', () => {
  const withLegacy = (text: string) => ({
    otherVariant: { tool: 'iptables-legacy', filter: read({ tables: parseTables(text), sets: parseIpSets('') }) },
  });
  const drops = '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n';
  const legs = legsOf({ port: '22', host: withLegacy(drops) });
  expect(legs[0]?.hops[0]?.place).toBe('cnode01, iptables-legacy');
  expect(said(legs)[0]).toContain('broken: dropped by a rule that is not of this port');
  expect(said(legsOf({ port: '22', host: withLegacy('') }))[0]).toMatch(/^proved: /);
});

test('where something of a host was not read that could turn the verdict, the hop is not looked at, and says why', () => {
  const gap = failed('the host program there is older');
  const otherVariant = { tool: 'iptables-legacy', filter: gap };
  const [, accepted] = said(legsOf({ port: '22', host: { otherVariant } }));
  expect(accepted).toMatch(
    /^unreadable: accepted, by the rule .*; iptables-legacy decides as well, and was not read: the host program there is older$/,
  );
  const [, dropped] = said(legsOf({ port: '443', host: { asksTables: gap } }));
  expect(dropped).toMatch(
    /^unreadable: dropped: .*; whether bridges ask iptables was not read: the host program there is older$/,
  );
  const filter = { tables: parseTables(tables), sets: parseIpSets('') };
  const legs = legsOf({ port: '443', host: { filter, setsGap: gap } });
  expect(said(legs)[1]).toMatch(
    /^unreadable: cannot be told: .*; the members of sets were not read: the host program there is older$/,
  );
  expect(traceExitCode(legs)).toBe(1);
});

test('a failed reading that could not turn the verdict leaves it proved', () => {
  const gap = failed('the host program there is older');
  expect(said(legsOf({ port: '22', host: { asksTables: gap, setsGap: gap } }))[1]).toMatch(/^proved: accepted/);
});

test('a condition that nobody can judge leaves it open where it matters, and says which', () => {
  const limited = strict.replace(
    '-A neutron-openvswi-i2b9fa14c-e -p tcp -m tcp --dport 22 -j RETURN',
    '-A neutron-openvswi-i2b9fa14c-e -p tcp -m limit --limit 3/sec -j RETURN',
  );
  expect(said(legsOf({ text: limited, port: '22' }))[1]).toBe(
    'assumed: cannot be told: it depends on `-m limit --limit 3/sec`',
  );
});

test('a rule of somebody else is said to be of nobody’s group', () => {
  const text = strict.replace(
    '-A neutron-filter-top',
    '-A neutron-filter-top -p tcp -m tcp --dport 22 -j DROP\n-A neutron-filter-top',
  );
  expect(said(legsOf({ text, port: '22' }))[0]).toContain(
    "broken: dropped by a rule that is not of this port's groups: filter neutron-filter-top, rule 1: -p tcp -m tcp --dport 22 -j DROP",
  );
});

test.each([
  [{ to: 'web' }, '--to must be an address such as 198.51.100.7, and is "web"'],
  [{ port: '0' }, '--port must be from 1 to 65535, and is "0"'],
  [{ protocol: 'icmp', port: '7' }, '--port and --source-port are only for tcp and udp'],
  [{ protocol: 'https' }, '--protocol must be tcp, udp, icmp or a number from 1 to 255, and is "https"'],
  [{ mac: 'fa:16' }, '--mac must be an address such as fa:16:3e:12:34:56, and is "fa:16"'],
  [{ source: '2001:db8::7' }, '--source and --to must be of one family'],
])('refuses %j', (options, message) => {
  expect(() => parseQuestion({ from: client.id, to: '198.51.100.7', ...options })).toThrow(message);
});
