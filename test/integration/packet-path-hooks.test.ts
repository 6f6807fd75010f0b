/**
 * What the kernel knows of devices in each hook, for packets that a host receives through a bridge and for those that it
 * sends: one rule for every question about a device, and the counters of exactly those that the walk says are met.
 */
import { parseAddress } from '../../lib/net/ip-ranges';
import { parseRuleset } from '../../lib/iptables/ruleset';
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import type { Packet, Way } from '../../lib/packet-path/packet';
import { parseTables } from '../../lib/packet-path/tables';
import { listOf, walk } from '../../lib/packet-path/walk';
import { BridgedHost } from '../support/bridged-host';
import { frameOf } from '../support/frames';
import { randomBridge } from '../support/packet-scenes';

const incoming = [
  '-i br-int',
  '! -i br-int',
  '-i tap0',
  '-m physdev --physdev-in tap0',
  '-m physdev ! --physdev-in tap0',
];
const outgoing = ['-o br-int', '! -o br-int', '-m physdev --physdev-is-bridged', '-m physdev ! --physdev-is-bridged'];
const either = ['-m physdev --physdev-is-in', '-m physdev ! --physdev-is-in'];

const questions = {
  raw: { PREROUTING: [...incoming, ...either], OUTPUT: [...outgoing, ...either] },
  mangle: {
    PREROUTING: [...incoming, ...either],
    INPUT: [...incoming, ...either],
    POSTROUTING: [...outgoing, ...either],
  },
  filter: { INPUT: [...incoming, ...either], FORWARD: [...incoming, ...outgoing], OUTPUT: [...outgoing, ...either] },
} as const;

const tables = Object.entries(questions)
  .map(([table, hooks]) =>
    [
      `*${table}`,
      ...Object.keys(hooks).map((hook) => `:${hook} ACCEPT [0:0]`),
      ...Object.entries(hooks).flatMap(([hook, rules]) => rules.map((rule) => `-A ${hook} ${rule}`)),
      'COMMIT',
      '',
    ].join('\n'),
  )
  .join('');

/** `<table> <hook> <rule>` of those with a count. */
function counted(saved: string): string[] {
  let table = '';
  return parseRuleset(saved).flatMap((line) => {
    if (line.is === 'table') table = line.name;
    return line.is === 'rule' && line.counters !== '[0:0]' ? [`${table} ${line.chain} ${line.text}`] : [];
  });
}

const packet: Packet = {
  version: 4,
  protocol: 17,
  source: parseAddress('10.9.0.7'),
  destination: parseAddress('10.9.0.1'),
  sourcePort: 5000,
  destinationPort: 9,
  sourceMac: 'fa:16:3e:0d:0e:0f',
};
const send = 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("10.9.0.7", 9))';

describe.each(['nft', 'legacy'] as const)('iptables-%s', (variant) => {
  let host: BridgedHost;
  beforeEach(() => {
    host = new BridgedHost([randomBridge], [`iptables-${variant}-save`, '-c']);
    host.run(['ip', 'address', 'add', '10.9.0.1/24', 'dev', 'br-int']);
    host.run(['ip', 'neigh', 'add', '10.9.0.7', 'lladdr', randomBridge.ports[1]!.mac, 'dev', 'br-int']);
    host.run([`iptables-${variant}-restore`], tables);
  });
  afterEach(() => host.remove());

  const expected = (way: Way, sent: Packet): string[] => {
    const filter = { tables: parseTables(host.run([`iptables-${variant}-save`])), sets: parseIpSets('') };
    const { is, ends } = walk(filter, { packet: sent, way });
    expect([is, ends.length]).toEqual(['accepted', 1]);
    return listOf(ends[0]?.last).flatMap(({ table, chain, number, text }) =>
      number === 0 ? [] : [`${table} ${chain} ${text}`],
    );
  };

  test('a packet to the host itself through a port of a bridge', async () => {
    const way: Way = { is: 'received', device: 'br-int', port: 'tap0' };
    const to = host.run(['cat', '/sys/class/net/br-int/address']).trim();
    const wanted = expected(way, packet);
    const { saved } = await host.exchange([{ port: 'tap0', hex: frameOf(packet, { to, number: 1 }) }]);
    // The answer that nobody listens goes out through OUTPUT.
    const received = counted(saved).filter((rule) => !/OUTPUT|POSTROUTING/.test(rule));
    expect(received.sort()).toEqual(wanted.sort());
    expect(received.some((rule) => rule.startsWith('filter INPUT'))).toBe(true);
  });

  test('a packet of the host itself', () => {
    const sent = { ...packet, source: packet.destination, destination: packet.source };
    const wanted = expected({ is: 'sent', device: 'br-int' }, sent);
    host.run(['/usr/bin/python3', '-c', send]);
    expect(counted(host.run([`iptables-${variant}-save`, '-c'])).sort()).toEqual(wanted.sort());
    expect(wanted.some((rule) => rule.startsWith('filter OUTPUT'))).toBe(true);
  });
});
