/** The packets that show a change: their ends, and what the tables of a host prove about them. */
import { defined } from '../../lib/basics/defined';
import { commentOf } from '../../lib/iptables/rule-comment';
import { parseTables } from '../../lib/packet-path/tables';
import { assembleReview } from '../../review/assemble';
import { aboutPackets } from '../../review/render/packets';
import { outlineOf } from '../../review/render/sections';
import { addressBeside, addressIn } from '../../review/witness/ends';
import type { PacketsSeen } from '../../review/witness/seen';
import { filter, fixture, group, port, portId, ports, seen, things } from '../support/filtered-port';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, openingSteps, ownPlan } from '../support/planned-opening';

test.each([
  ['any', 'any'],
  ['0.0.0.0/0', 'any'],
  ['10.0.0.0/24', '10.0.0.0/24'],
  ['10.0.0.0/31', '10.0.0.0/31'],
])('a packet from %s to %s has two ends', (source, destination) => {
  const from = addressIn(source, 'IPv4');
  const to = addressIn(destination, 'IPv4', from);
  expect(to).toMatch(/^\d/);
  expect(to).not.toBe(from);
});

test('a prefix with one address gives that address, also where both ends have it', () => {
  expect(addressIn('2001:db8::1/128', 'IPv6', '2001:db8::1')).toBe('2001:db8::1');
});

test('the address beside a prefix is behind it, or before it at the end of all addresses', () => {
  expect(addressBeside('10.0.0.0/24', 'IPv4')).toBe('10.0.1.0');
  expect(addressBeside('255.255.255.0/24', 'IPv4')).toBe('255.255.254.255');
  expect(addressBeside('0.0.0.0/0', 'IPv4')).toBeUndefined();
});

const rule = (values: object): Record<string, unknown> => ({
  direction: 'ingress',
  ethertype: 'IPv4',
  security_group_id: group,
  ...values,
});

const reviewOf = (changes: readonly Forged[], packets: PacketsSeen) =>
  assembleReview({
    ...opening,
    stacks: [forgedStack('acme', [...things, ...changes])],
    own: ownPlan([]),
    packets,
  });
const packetsOf = (changes: readonly Forged[], packets = seen): string[] =>
  reviewOf(changes, packets).risks.flatMap(({ witnesses }) => witnesses.map(said));
/** The packets of changes apart from those of their risks. */
const quietPacketsOf = (changes: readonly Forged[], packets = seen): string[] =>
  reviewOf(changes, packets).stacks.flatMap(({ terraform }) =>
    terraform.flatMap(({ witnesses }) => witnesses.map(said)),
  );
const said = ({
  packet,
  before,
  after,
  certainty,
  outside,
}: ReturnType<typeof assembleReview>['risks'][number]['witnesses'][number]) =>
  `${packet}: ${before}, ${after}${outside === undefined ? '' : ` outside the ${outside}`}, ${certainty.isProved ? `proved on ${certainty.host}` : certainty.because}`;

const port443 = {
  type: 'networking_secgroup_rule_v2',
  name: 'https',
  after: rule({ protocol: 'tcp', port_range_min: 443, port_range_max: 444 }),
};
const stays = staying('networking_port_v2', 'web', ports());

test('a rule that comes lets a packet pass, and the packet beside it stays dropped', () => {
  expect(packetsOf([stays, port443])).toEqual([
    'tcp 198.51.100.7:40000 > 10.20.2.26:443 into port web: dropped, passes, proved on cnode01',
    'tcp 198.51.100.7:40000 > 10.20.2.26:445 into port web: dropped, dropped outside the port, proved on cnode01',
  ]);
});

test('a rule that opens what is open already shows a packet that passes before', () => {
  const again = {
    ...port443,
    after: rule({ protocol: 'tcp', port_range_min: 22, port_range_max: 22, remote_ip_prefix: '0.0.0.0/0' }),
  };
  expect(packetsOf([stays, again])).toEqual([
    'tcp 198.51.100.7:40000 > 10.20.2.26:22 into port web: passes, passes, proved on cnode01',
  ]);
});

const ssh = { id: 'r', protocol: 'tcp', port_range_min: 22, port_range_max: 22 };
const sshGoes: Forged = { type: 'networking_secgroup_rule_v2', name: 'ssh', before: rule(ssh) };

test('a rule that goes closes its port', () => {
  expect(packetsOf([stays, sshGoes])).toEqual([
    'tcp 198.51.100.7:40000 > 10.20.2.26:22 into port web: passes, dropped, proved on cnode01',
  ]);
});

const https = (prefix: string, values: object = {}) =>
  rule({ protocol: 'tcp', port_range_min: 443, port_range_max: 443, remote_ip_prefix: prefix, ...values });
const comes = (after: Forged['after']): Forged => defined({ type: 'networking_secgroup_rule_v2', name: 'narrow', after }) as Forged; // prettier-ignore

test('a rule for a few addresses is no risk, and shows its packets all the same', () => {
  const narrow = [stays, comes(https('10.99.0.0/24'))];
  expect(packetsOf(narrow)).toEqual([]);
  expect(quietPacketsOf(narrow)).toEqual([
    'tcp 10.99.0.1:40000 > 10.20.2.26:443 into port web: dropped, passes, proved on cnode01',
    'tcp 10.99.1.0:40000 > 10.20.2.26:443 into port web: dropped, dropped outside the source, proved on cnode01',
  ]);
  expect(quietPacketsOf([stays, comes(https('10.99.0.0/24', { direction: 'egress' }))])).toEqual([
    'tcp 10.20.2.26:40000 > 10.99.0.1:443 out of port web: passes, passes, proved on cnode01',
  ]);
  expect(quietPacketsOf([stays, port443])).toEqual([]);
  expect(outlineOf(reviewOf(narrow, seen)).sections).toContainEqual(
    expect.objectContaining({
      id: 'effect',
      blocks: expect.arrayContaining([
        { sort: 'paragraph', tone: 'plain', line: [aboutPackets] },
        expect.objectContaining({
          lines: expect.arrayContaining([expect.arrayContaining([{ strong: 'passes afterwards' }])]),
        }),
      ]),
    }),
  );
});

test('a rule for a list of addresses shows a packet of the list, and none where nobody knows the list or the group', () => {
  const listed = comes(rule({ protocol: 'tcp', port_range_min: 443, port_range_max: 443, remote_address_group_id: 'list' }));
  const list = (addresses: readonly string[]) => staying('networking_address_group_v2', 'list', { id: 'list', name: 'list', addresses });
  const shown = (...changes: Forged[]) => quietPacketsOf([stays, listed, ...changes]).map((text) => text.split(' into ')[0]);
  expect(shown(list(['2001:db8::/64', '10.99.0.0/24']))[0]).toBe('tcp 10.99.0.1:40000 > 10.20.2.26:443');
  expect(shown(list(['2001:db8::/64']))).toEqual([]);
  expect(shown(list(['no address']))).toEqual([]);
  expect(shown()).toEqual([]);
  const ofGroup = comes(rule({ protocol: 'tcp', port_range_min: 443, port_range_max: 443, remote_group_id: 'elsewhere' }));
  expect(quietPacketsOf([stays, ofGroup])).toEqual([]);
}); // prettier-ignore

test('a port that gets a group of narrow rules shows a packet of them', () => {
  const second = staying('networking_secgroup_v2', 'second', { id: 'second', name: 'second' });
  const ofSecond = staying('networking_secgroup_rule_v2', 'narrow', { id: 'n', ...https('10.99.0.0/24'), security_group_id: 'second' }); // prettier-ignore
  const gets = { ...stays, after: ports({ security_group_ids: [group, 'second'] }) };
  const packets: PacketsSeen = {
    ...seen,
    groups: new Map([...seen.groups, ['second', { id: 'second', name: 'second', rules: [{ direction: 'ingress', family: 4, protocol: 'tcp', from: 443, to: 443, remotePrefix: '10.99.0.0/24' }] }]]), // prettier-ignore
  };
  expect(packetsOf([second, ofSecond, gets], packets)).toEqual([]);
  expect(quietPacketsOf([second, ofSecond, gets], packets)).toEqual([
    'tcp 10.99.0.1:40000 > 10.20.2.26:443 into port web: dropped, passes, proved on cnode01',
  ]);
});

/** The host has no rule of the rule that goes, so its packets are seen where nothing else is known. */
test('a rule that lets in other addresses than before shows a packet that it closes and one that it opens', () => {
  const moves = (before: string, after: string): Forged => ({
    ...comes(https(after)),
    before: { id: 'r', ...https(before) },
    isReplaced: true,
  });
  const packet = (from: string) => expect.stringContaining(`tcp ${from}:40000 > 10.20.2.26:443 into port web: `);
  expect([packetsOf, quietPacketsOf].map((read) => read([stays, moves('10.98.0.0/24', '10.99.0.0/24')]))).toEqual([
    [packet('10.98.0.1')],
    [packet('10.99.0.1'), packet('10.99.1.0')],
  ]);
  expect(quietPacketsOf([stays, moves('10.98.0.0/24', '10.98.0.0/16')])).toEqual([
    packet('10.98.1.0'),
    packet('10.99.0.0'),
  ]);
  expect(packetsOf([stays, moves('10.98.0.0/16', '10.98.0.0/24')])).toEqual([packet('10.98.1.0')]);
});

test('a rule of another protocol keeps no port open, and a name without a known number proves nothing', () => {
  const all = (protocol: string): Forged => ({ ...port443, name: protocol, after: rule({ protocol }) });
  const ssh22 = 'tcp 198.51.100.7:40000 > 10.20.2.26:22 into port web: passes, dropped';
  expect(packetsOf([stays, sshGoes, all('ospf')])).toEqual([
    `${ssh22}, proved on cnode01`,
    'ospf 198.51.100.7 > 10.20.2.26 into port web: dropped, passes, proved on cnode01',
  ]);
  const why = 'stackward does not know the number of the protocol ipip';
  expect(packetsOf([stays, sshGoes, all('ipip')])).toEqual([
    `${ssh22}, ${why}`,
    `ipip 198.51.100.7 > 10.20.2.26 into port web: dropped, passes, ${why}`,
  ]);
});

test('address pairs and port security open both ways', () => {
  const changed = (values: object): Forged => ({
    type: 'networking_port_v2',
    name: 'web',
    before: ports(),
    after: ports(values),
  });
  expect(packetsOf([changed({ allowed_address_pairs: [{ ip_address: '10.99.0.0/24' }] })])).toEqual([
    'tcp 10.99.0.1:40000 > 198.51.100.7:443 out of port web: dropped, passes, proved on cnode01',
    'tcp 10.99.1.0:40000 > 198.51.100.7:443 out of port web: dropped, dropped outside the source, proved on cnode01',
  ]);
  expect(packetsOf([changed({ port_security_enabled: false })])).toEqual([
    'tcp 198.51.100.7:40000 > 10.20.2.26:443 into port web: dropped, passes, proved on cnode01',
    'tcp 198.51.100.7:40000 > 203.0.113.7:443 out of port web: dropped, passes, proved on cnode01',
  ]);
});

/** Whoever is in the group reaches the port, and the address pair makes everybody a member. */
const everybody: Forged = {
  type: 'networking_port_v2',
  name: 'web',
  before: ports(),
  after: ports({ allowed_address_pairs: [{ ip_address: '0.0.0.0/0' }] }),
};
const server = (zone: string) => ({ id: 's', name: 'web', network: [{ port: portId }], availability_zone: zone });

test('a set whose members may move proves no packet dropped, and still proves a packet that a rule lets in', () => {
  expect(packetsOf([everybody, port443]).filter((packet) => packet.includes('into'))).toEqual([
    'tcp 198.51.100.7:40000 > 10.20.2.26:443 into port web: dropped, passes, proved on cnode01',
  ]);
  expect(packetsOf([everybody, sshGoes]).filter((packet) => packet.includes('into'))).toEqual([
    expect.stringMatching(/:22 into port web: passes, dropped, .*--match-set.*; the review may move members/),
  ]);
});

const secondId = '11111111-2222-3333-4444-555555555555';
const change = (type: string, before?: object, after?: object): Forged =>
  defined({ type, name: 'other', before, after }) as Forged;
test.each<[string, Forged]>([
  ['its server moves', { ...change('compute_instance_v2', server('nova:a'), server('nova:b')), isReplaced: true }],
  ['its server goes', change('compute_instance_v2', server('nova:a'))],
  ['its server is resized', change('compute_instance_v2', { ...server('a'), flavor_id: '1' }, server('a'))],
  ['its port is switched off', change('networking_port_v2', ports(), ports({ admin_state_up: false }))],
  ['its address is chosen anew', change('networking_port_v2', ports({ fixed_ip: [{ subnet_id: 'a' }] }), ports({ fixed_ip: [{ subnet_id: 'b' }] }))], // prettier-ignore
  ['another resource gives it groups', change('networking_port_secgroup_associate_v2', undefined, { port_id: portId })],
  ['its group goes', change('networking_secgroup_v2', { id: group })],
  ['its network changes', change('networking_network_v2', { id: 'n' }, { id: 'n', port_security_enabled: false })],
  ['its network gets a subnet', change('networking_subnet_v2', undefined, { network_id: 'n', ip_version: 6 })],
  ['its port becomes a router', change('networking_router_interface_v2', undefined, { port_id: portId })],
  ['a firewall group names it', change('fw_group_v2', undefined, { ports: [portId] })],
])('a packet is assumed where %s', (_, unfollowed) => {
  const of443 = packetsOf([stays, unfollowed, port443]).filter((packet) => packet.includes('.26:443'));
  expect(of443).not.toEqual([]);
  for (const packet of of443)
    expect(packet).toMatch(/dropped, passes, the review (?:makes|removes|replaces|changes) acme/);
});

test.each<[string, Forged]>([
  ['its server is renamed', change('compute_instance_v2', server('a'), { ...server('a'), name: 'w' })],
  ['it gets a floating IP', change('networking_floatingip_v2', undefined, { port_id: portId })],
  ['another network comes', change('networking_network_v2', undefined, { name: 'other' })],
])('a packet stays proved where %s', (_, harmless) => {
  expect(packetsOf([stays, harmless, port443])).toContain(
    'tcp 198.51.100.7:40000 > 10.20.2.26:445 into port web: dropped, dropped outside the port, proved on cnode01',
  );
});

test.each<[string, Forged]>([
  ['a member comes', change('networking_port_v2', undefined, { id: secondId, security_group_ids: [group] })],
  ['a port with the default group comes', change('networking_port_v2', undefined, { name: 'x' })],
  ['a server makes a port', change('compute_instance_v2', undefined, { network: [{ uuid: 'n' }] })],
  ['a stack of Heat comes', change('orchestration_stack_v1', undefined, { name: 'x' })],
])('no packet is proved dropped where %s', (_, moving) => {
  expect(packetsOf([stays, moving, port443]).join('\n')).not.toContain(':445');
});

test('a packet is assumed where the agent is configured anew on the host', () => {
  const [step] = openingSteps;
  const own = ownPlan(
    step ? [{ ...step, kind: 'service-option', id: 'service-option.acme/a', target: 'host:cnode01' }] : [],
  );
  const stacks = [forgedStack('acme', [...things, stays, port443])];
  const { risks } = assembleReview({ ...opening, stacks, own, packets: seen });
  expect(risks.flatMap(({ witnesses }) => witnesses.map(said))).toContainEqual(
    expect.stringMatching(/a step of the kind service-option may change the host's tables/),
  );
});

test('a witness is assumed, and says why, where tables or binding do not tell', () => {
  const withPort = (values: object): PacketsSeen => ({ ...seen, ports: new Map([[portId, { ...port, ...values }]]) });
  const translating = parseTables(
    `${fixture('ovs-01-oneport.iptables-save')}*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1\nCOMMIT\n`,
  );
  const translated = { ...filter, filter: { ...filter.filter, tables: translating } };
  const reasons: [PacketsSeen, RegExp][] = [
    [withPort({ vifDetails: {} }), /iptables does not decide there/],
    [withPort({ host: undefined }), /no host has the port/],
    [{ ...seen, hosts: new Map() }, /the tables of cnode01 were not looked at/],
    [{ ...seen, hosts: new Map([['cnode01', { 4: 'it is away', 6: '' }]]) }, /were not read: it is away/],
    [{ ...seen, hosts: new Map([['cnode01', { 4: translated, 6: '' }]]) }, /the table nat/],
    [{ ...seen, groups: new Map() }, /does not show the security group/],
    [{ ...seen, ports: new Map(), gap: 'Neutron was not read: away' }, /Neutron was not read: away/],
  ];
  for (const [packets, why] of reasons) {
    expect(packetsOf([stays, port443], packets)).toEqual([expect.stringMatching(why)]);
  }
});

/** @param ends of the rule out of the port, and of the rule into it */
function exceptionPackets(
  packets: PacketsSeen,
  changes: readonly Forged[],
  ends: readonly [string, string] = ['-s 10.99.0.0/24', '-d 10.99.0.0/24'],
): string[] | undefined {
  const exception = openingSteps.find(({ kind }) => kind === 'firewall-exception');
  const path = 'acme/Utm/Transit/Red';
  const ways = [
    `${ends[0]} -m physdev --physdev-in tap3bf6a437-7e --physdev-out qvb3bf6a437-7e --physdev-is-bridged`,
    `${ends[1]} -m physdev --physdev-in qvb3bf6a437-7e --physdev-out tap3bf6a437-7e --physdev-is-bridged`,
  ];
  const lines = ways.map((way) => `-A stackward-1 ${way} -m comment --comment ${commentOf(path)} -j ACCEPT`);
  const text = ['*filter', '-N stackward-1', ...lines, '-A neutron-filter-top -j stackward-1', 'COMMIT', ''].join('\n');
  const restores = new Map([['cnode01', [{ family: 4, text } as const]]]);
  const own = ownPlan(exception ? [{ ...exception, target: 'host:cnode01' }] : []);
  const stacks = [...opening.stacks, forgedStack('web', [...things, ...changes])];
  const { risks } = assembleReview({ ...opening, stacks, own, packets: { ...packets, restores } });
  return risks.find(({ where }) => where === path)?.witnesses.map(said);
}

test('an exception shows a packet of each way by the rules that come to its host', () => {
  expect(exceptionPackets(seen, [])).toEqual([
    'tcp 10.99.0.1:40000 > 198.51.100.7:443 out of the port: dropped, passes, proved on cnode01',
    'tcp 10.99.1.0:40000 > 198.51.100.7:443 out of the port: dropped, dropped outside the source, proved on cnode01',
    'tcp 198.51.100.7:40000 > 10.99.0.1:443 into the port: dropped, passes, proved on cnode01',
  ]);
});

test('an exception for any source shows a destination that it leaves closed', () => {
  expect(exceptionPackets(seen, [], ['-d 10.99.0.0/24', '-s 10.99.0.0/24'])).toEqual([
    'tcp 198.51.100.7:40000 > 10.99.0.1:443 out of the port: dropped, passes, proved on cnode01',
    'tcp 198.51.100.7:40000 > 10.99.1.0:443 out of the port: dropped, dropped outside the destination, proved on cnode01',
    'tcp 10.99.0.1:40000 > 198.51.100.7:443 into the port: dropped, passes, proved on cnode01',
  ]);
});

test('an exception proves nothing at a port whose tables cannot be told', () => {
  const pairs: Forged = {
    type: 'networking_port_v2',
    name: 'web',
    before: ports(),
    after: ports(),
    unknown: { allowed_address_pairs: true },
  };
  const inSwitch = { ...seen, ports: new Map([[portId, { ...port, vifDetails: {} }]]) };
  for (const [packets, why] of [
    [exceptionPackets(seen, [pairs]), /Terraform knows the addresses of the port only after apply/],
    [exceptionPackets(inSwitch, []), /iptables does not decide there/],
  ] as const)
    expect(packets).toEqual([expect.stringMatching(why), expect.stringMatching(why)]);
});
