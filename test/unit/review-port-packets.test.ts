/** The packets that new ports open by their groups, and changed ports by their addresses and pairs. */
import { assembleReview, plannedChanges } from '../../review/assemble';
import { commentLimits, renderReviewMarkdown } from '../../review/render/markdown';
import type { Review } from '../../review/model';
import { nothingSeen, type PacketsSeen } from '../../review/witness/seen';
import { wantedReadings } from '../../review/witness/wanted';
import { Things } from '../../review/terraform/things';
import { group, ports, seen, things } from '../support/filtered-port';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

const reviewOf = (changes: readonly Forged[], packets: PacketsSeen): Review =>
  assembleReview({ ...opening, stacks: [forgedStack('acme', changes)], own: ownPlan([]), packets });
type Witness = Review['risks'][number]['witnesses'][number];
const said = ({ packet, before, after, certainty }: Witness): string =>
  `${packet}: ${before}, ${after}, ${certainty.isProved ? `proved on ${certainty.host}` : certainty.because}`;
const packetsOf = (changes: readonly Forged[], packets = nothingSeen): string[] =>
  reviewOf(changes, packets).risks.flatMap(({ witnesses }) => witnesses.map(said));
const quietPacketsOf = (changes: readonly Forged[], packets = nothingSeen): string[] =>
  reviewOf(changes, packets).stacks.flatMap(({ terraform }) =>
    terraform.flatMap(({ witnesses }) => witnesses.map(said)),
  );
const messagesOf = (changes: readonly Forged[], packets = nothingSeen): string[] =>
  reviewOf(changes, packets).risks.map(({ class: name, message }) => `${name}: ${message}`);

const web = staying('networking_secgroup_v2', 'web', { id: group, name: 'web' });
const ruleOf = (values: object) => ({ direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', security_group_id: group, ...values }); // prettier-ignore
const rule = (name: string, values: object): Forged => staying('networking_secgroup_rule_v2', name, { id: name, ...ruleOf(values) }); // prettier-ignore
const on = (port: number, prefix: string) => ({ port_range_min: port, port_range_max: port, remote_ip_prefix: prefix });
const ssh = rule('ssh', on(22, '0.0.0.0/0'));
const narrow = rule('narrow', on(443, '10.0.0.0/8'));
const members = rule('members', { protocol: '', remote_group_id: group });
const made = (place: number, values: object = {}): Forged => ({
  type: 'networking_port_v2',
  name: `Web${place}`,
  after: {
    name: `web${place}`,
    security_group_ids: [group],
    fixed_ip: [{ ip_address: `10.20.2.${place}` }],
    ...values,
  },
});
const noHost = 'this change makes the port, so no host has its chains yet';

describe('a new port', () => {
  test('shows a packet of each open rule that its group has already, at most three', () => {
    const open = [1, 2, 3].map((port) => rule(`open${port}`, on(port, '0.0.0.0/0')));
    expect(packetsOf([web, narrow, members, ssh, made(30)])).toEqual([
      `tcp 198.51.100.7:40000 > 10.20.2.30:22 into port web30: dropped, passes, ${noHost}`,
    ]);
    const all = rule('all', { protocol: '', remote_ip_prefix: '0.0.0.0/0' });
    const shown = packetsOf([web, ssh, ...open, all, made(30)]).map((text) => / > \S+:(\d+)/.exec(text)?.[1]);
    expect(shown).toEqual(['443', '22', '1']);
  });

  test('is no risk with a group of narrow rules, and shows their packets beside its exact effect', () => {
    expect(packetsOf([web, members, narrow, made(30)])).toEqual([]);
    expect(quietPacketsOf([web, members, narrow, made(30)])).toEqual([
      `tcp 10.0.0.1:40000 > 10.20.2.30:443 into port web30: dropped, passes, ${noHost}`,
    ]);
    expect(quietPacketsOf([web, ssh, narrow, made(30)])).toEqual([]);
  });

  test('shows no packet where only members of its own group reach it', () => {
    const old = staying('networking_port_v2', 'Old', { id: 'o', name: 'old', security_group_ids: [group], fixed_ip: [{ ip_address: '10.20.2.9' }] }); // prettier-ignore
    expect(quietPacketsOf([web, members, old, made(30)])).toEqual([]);
    const comes = { type: 'networking_secgroup_rule_v2', name: 'new', after: ruleOf({ remote_group_id: group }) };
    expect(quietPacketsOf([web, comes, made(30), made(31)])).toEqual([]);
    expect(quietPacketsOf([web, comes, old, made(31)])).toEqual([
      'tcp 10.20.2.31:40000 > 10.20.2.9:443 into port old: dropped, passes, the port was not looked at',
    ]);
  });

  test('whose address Neutron picks shows packets of the families of its subnets', () => {
    const picked = made(30, { fixed_ip: [], network_id: 'n' });
    const onSix = rule('six', { ...on(22, '::/0'), ethertype: 'IPv6' });
    const subnet = (version: number) =>
      staying('networking_subnet_v2', `s${version}`, { id: `s${version}`, network_id: 'n', ip_version: version });
    const network = staying('networking_network_v2', 'n', { id: 'n', name: 'n' });
    const four = `tcp 198.51.100.7:40000 > (known after apply):22 into port web30: dropped, passes, ${noHost}`;
    const six = `tcp [2001:db8:ffff::7]:40000 > (known after apply):22 into port web30: dropped, passes, ${noHost}`;
    const shown = (...more: Forged[]) => packetsOf([web, ssh, onSix, ...more]);
    expect(shown(picked)).toEqual([four]);
    expect(shown(picked, network, subnet(6))).toEqual([six]);
    expect(shown(picked, network, subnet(4), subnet(6))).toHaveLength(2);
    expect(shown(made(30, { fixed_ip: [{ subnet_id: 's4' }], network_id: 'n' }), network, subnet(4), subnet(6))).toEqual([four]); // prettier-ignore
    expect(shown(made(30, { no_fixed_ip: true, fixed_ip: [] }))).toEqual([]);
  });

  test('without port security shows that anybody may send there, also where its network decides', () => {
    const off = staying('networking_network_v2', 'n', { id: 'n', name: 'n', port_security_enabled: false });
    const beginnings = (port: Forged) => packetsOf([off, port]).map((text) => text.split(',')[0]);
    const both = [
      'tcp 198.51.100.7:40000 > 10.20.2.30:443 into port web30: dropped',
      'tcp 198.51.100.7:40000 > 203.0.113.7:443 out of port web30: dropped',
    ];
    expect(beginnings(made(30, { security_group_ids: [], port_security_enabled: false }))).toEqual(both);
    expect(beginnings(made(30, { security_group_ids: [], network_id: 'n' }))).toEqual(both);
    expect(quietPacketsOf([off, web, narrow, made(30, { network_id: 'n' })])).toEqual([]);
  });

  test('is judged by the rules that Neutron shows of a group that no plan has', () => {
    const shown = { ...nothingSeen, groups: seen.groups };
    expect(messagesOf([made(30)], shown)).toEqual([
      expect.stringMatching(/^opens-port: port web30 .* gets security group web \(b7e67643-c745-4b13-b524-aaaaaaaaaaaa\), so everybody who can reach the port may send ingress IPv4 tcp 22 from anywhere \(a rule that no plan has\)$/), // prettier-ignore
    ]);
    expect(packetsOf([made(30)], shown)).toEqual([
      `tcp 198.51.100.7:40000 > 10.20.2.30:22 into port web30: dropped, passes, ${noHost}`,
    ]);
    expect(messagesOf([made(30)])).toEqual([
      expect.stringMatching(/gets security group b7e67643-.*: no plan knows its rules, and Neutron did not show them/),
    ]);
  });

  test('is judged by a rule that somebody added to a group of the code', () => {
    const shown = { ...nothingSeen, groups: seen.groups };
    expect(messagesOf([web, made(30)], shown)).toEqual([expect.stringContaining('(a rule that no plan has)')]);
    const web22 = seen.groups.get(group)!;
    const ports = [100, 9, 80].map((port) => ({ direction: 'ingress', family: 4, protocol: 'tcp', from: port, to: port }) as const); // prettier-ignore
    for (const rules of [ports, ports.toReversed()]) {
      const [text] = messagesOf([web, made(30)], { ...shown, groups: new Map([[group, { ...web22, rules }]]) });
      expect(text?.match(/tcp \d+/g)).toEqual(['tcp 9', 'tcp 80', 'tcp 100']);
    }
    // Terraform removes the rule of the code, and nobody added another.
    const goes: Forged = { type: 'networking_secgroup_rule_v2', name: 'ssh', before: { id: 'r', ...ruleOf(on(22, '')) } }; // prettier-ignore
    expect(messagesOf([web, goes, made(30)], shown).filter((text) => text.startsWith('opens'))).toEqual([]);
  });

  test('makes a review read its groups, and no port', () => {
    const stacks = [forgedStack('acme', [web, made(30)])];
    const plan = stacks.flatMap(({ name, plan: its }) => (its === undefined ? [] : [{ stack: name, plan: its }]));
    expect(wantedReadings(plannedChanges(stacks, new Things(plan)), [])).toEqual({ ports: [], groups: [group], hosts: [] }); // prettier-ignore
  });

  test('stands with forty others as one item, and the review stays within a comment', () => {
    const all = Array.from({ length: 200 }, (_, place) => made(place + 30, { fixed_ip: [{ ip_address: `10.20.${place % 250}.9` }] })); // prettier-ignore
    for (const rules of [[ssh], [narrow]]) {
      const text = renderReviewMarkdown(reviewOf([web, members, ...rules, ...all], nothingSeen));
      expect(text.length).toBeLessThanOrEqual(commentLimits.github);
      expect(text.split('\n').filter((line) => line.includes(noHost))).toHaveLength(1);
    }
  });

  test('is the only new port for which a new rule shows a packet', () => {
    const comes = { type: 'networking_secgroup_rule_v2', name: 'new', after: ruleOf(on(22, '0.0.0.0/0')) };
    const old = [7, 8, 9].map((place) => staying('networking_port_v2', `Old${place}`, { ...made(place).after, id: `o${place}` })); // prettier-ignore
    const to = (all: readonly Forged[]) => packetsOf([web, comes, ...all]).map((text) => / > (\S+):/.exec(text)?.[1]);
    expect(to([made(30), made(31)])).toEqual(['10.20.2.30']);
    expect(to([made(30), made(31), ...old.slice(1)])).toEqual(['10.20.2.8', '10.20.2.9', '10.20.2.30']);
    expect(to([made(30), ...old])).toEqual(['10.20.2.7', '10.20.2.8', '10.20.2.9']);
  });
});

describe('a port that changes', () => {
  const changed = (before: object, after: object): Forged => ({ type: 'networking_port_v2', name: 'web', before: ports(before), after: ports(after) }); // prettier-ignore
  const pairs = (...all: (string | { ip_address: string; mac_address: string })[]) => ({
    allowed_address_pairs: all.map((pair) => (typeof pair === 'string' ? { ip_address: pair } : pair)),
  });
  const out = (from: string, before: string, after: string) =>
    `tcp ${from}:40000 > 198.51.100.7:443 out of port web: ${before}, ${after}, proved on cnode01`;

  test('shows a packet with the address that it loses, and one with the address that it gets', () => {
    const moves = changed({}, { fixed_ip: [{ ip_address: '10.20.2.27' }] });
    expect(packetsOf([...things, moves], seen)).toEqual([
      out('10.20.2.26', 'passes', 'dropped'),
      out('10.20.2.27', 'dropped', 'passes'),
    ]);
    const comes = changed({}, { fixed_ip: [{ ip_address: '10.20.2.26' }, { ip_address: '10.20.2.27' }] });
    expect(messagesOf([...things, comes], seen)).toEqual([]);
    expect(quietPacketsOf([...things, comes], seen)).toEqual([out('10.20.2.27', 'dropped', 'passes')]);
  });

  test('shows a packet of a member of the group that it gets', () => {
    const db = [
      staying('networking_secgroup_v2', 'db', { id: 'db', name: 'db' }),
      rule('dbMembers', { protocol: '', remote_group_id: 'db', security_group_id: 'db' }),
      staying('networking_port_v2', 'db', { id: 'd', name: 'db', security_group_ids: ['db'], fixed_ip: [{ ip_address: '10.20.2.99' }] }), // prettier-ignore
    ];
    expect(quietPacketsOf([...things, ...db, changed({}, { security_group_ids: [group, 'db'] })])).toEqual([
      'tcp 10.20.2.99:40000 > 10.20.2.26:443 into port web: dropped, passes, the port was not looked at',
    ]);
  });

  test('of which a pair becomes wider or narrower shows a source that only the wider pair names', () => {
    const had = { ...seen, ...withPairs('10.99.0.0/24') };
    expect(packetsOf([...things, changed(pairs('10.99.0.0/24'), pairs('10.99.0.0/16'))], had)).toEqual([
      out('10.99.1.0', 'dropped', 'passes'),
      out('10.100.0.0', 'dropped', 'dropped'),
    ]);
    expect(packetsOf([...things, changed(pairs('10.99.0.0/16'), pairs('10.99.0.0/24'))])).toEqual([
      expect.stringMatching(/^tcp 10\.99\.1\.0:40000 .*: passes, dropped, /),
    ]);
  });

  test('of which a pair bears another MAC address is judged by frames of that address', () => {
    const mac = 'fa:16:3e:00:00:99';
    const pair = { ip_address: '10.99.0.5', mac_address: mac };
    expect(packetsOf([...things, changed({}, pairs(pair))], seen)).toEqual([
      out('10.99.0.5', 'dropped', 'passes'),
      out('10.99.0.6', 'dropped', 'dropped'),
    ]);
    expect(messagesOf([...things, changed(pairs('10.99.0.5'), pairs(pair))])).toEqual([
      expect.stringMatching(/^drops-traffic: .* no longer gets packets for, 10\.99\.0\.5$/),
      expect.stringMatching(/^opens-prefix: .* gets packets for, 10\.99\.0\.5 with MAC address fa:16:3e:00:00:99$/),
    ]);
  });

  test('shows the port of another group that its pairs may reach as a member', () => {
    const db = [
      staying('networking_secgroup_v2', 'db', { id: 'db', name: 'db' }),
      rule('fromWeb', { ...on(5432, ''), remote_group_id: group, security_group_id: 'db' }),
      staying('networking_port_v2', 'db', { id: 'd', name: 'db', security_group_ids: ['db'], fixed_ip: [{ ip_address: '10.20.2.99' }] }), // prettier-ignore
    ];
    const into = (fates: string, verb: string) =>
      `tcp 10.99.0.1:40000 > 10.20.2.99:5432 into port db: ${fates}, the agents ${verb} the members of security group web, and the walk follows no members`;
    const pair = pairs('10.99.0.0/24');
    expect(packetsOf([...things, ...db, changed({}, pair)], seen)).toContain(into('dropped, passes', 'add the source to')); // prettier-ignore
    expect(packetsOf([...things, ...db, changed(pair, {})], seen)).toContain(into('passes, dropped', 'take the source from')); // prettier-ignore
    const ofPair = (...changes: Forged[]) =>
      packetsOf([...things, ...changes, changed({}, pair)], seen).filter((text) =>
        /^tcp 10\.99\.\S+ > 10\.20/.test(text),
      );
    const goes = { type: 'networking_secgroup_rule_v2', name: 'fromWeb', before: db[1]!.before! };
    expect(ofPair(db[0]!, goes, db[2]!)).toEqual([]);
    expect(ofPair(members)).toEqual([]);
    const six = changed({}, pairs('2001:db8:1::/64'));
    expect(packetsOf([...things, ...db, six], seen).filter((text) => text.includes('into'))).toEqual([]);
  });
});

/** The host's tables and Neutron's port with this pair. */
function withPairs(prefix: string): Pick<PacketsSeen, 'ports' | 'hosts'> {
  const [port] = [...seen.ports.values()];
  const host = seen.hosts.get('cnode01')?.[4];
  if (port === undefined || host === undefined || typeof host === 'string') throw new Error('no port');
  const { filter } = host;
  const table = filter.tables.get('filter')!;
  const name = [...table.chains.keys()].find((chain) => chain.endsWith(`-s${port.id.slice(0, 10)}`))!;
  const chain = table.chains.get(name)!;
  const rule = `-s ${prefix} -m mac --mac-source ${port.mac.toUpperCase()} -j RETURN`;
  const chains = new Map(table.chains).set(name, { ...chain, rules: [rule, ...chain.rules] });
  const tables = new Map(filter.tables).set('filter', { ...table, chains });
  return {
    ports: new Map([[port.id, { ...port, pairs: [{ address: prefix, mac: '' }] }]]),
    hosts: new Map([['cnode01', { 4: { ...host, filter: { ...filter, tables } }, 6: 'it has no ip6tables' }]]),
  };
}
