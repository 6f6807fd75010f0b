/**
 * Explains why the deciding rule exists: a rule of a security group, anti-spoofing, an exception of stackward. Pure.
 */
import type { GroupRecord } from '../../../lib/contract/trace-ports';
import { findPath } from '../../../lib/iptables/rule-comment';
import type { Packet } from '../../../lib/packet-path/packet';
import type { Direction } from '../../../lib/packet-path/port-way';
import { parseRule } from '../../../lib/packet-path/rule';
import { deciderOf, listOf, type End, type Met } from '../../../lib/packet-path/walk';
import { sayRule } from '../groups';
import { findGroupRule } from '../../../lib/agent-filter/group-rule';
import { sayAddress, sayProtocol } from './first-packet';
import type { PortSide } from './read';

export interface Explained {
  readonly found: string;
  /** The smallest safe step that would let the packet through; undefined: it passes. */
  readonly step?: string;
}

const comment = / ?-m comment --comment ("(?:[^"\\]|\\.)*"|\S+)/g;

/** Without the rule's comment, which tells of Neutron's rules what their chains tell. */
export function sayMet({ table, chain, number, text }: Met): string {
  if (number === 0) return `${table} ${chain}, policy ${text}`;
  const rule = text.replace(comment, '').trim();
  return `${table} ${chain}, rule ${number}: ${rule.length > 300 ? `${rule.slice(0, 300)}…` : rule}`;
}

const commentOf = ({ text }: Met): string =>
  parseRule(text).conditions.find(({ option }) => option === '--comment')?.values[0] ?? '';

/** `i`: into the port; `o`: out of it; `s`: anti-spoofing. As in neutron agent/linux/iptables_firewall.py. */
const chainOf = (letter: 'i' | 'o' | 's', { port }: PortSide): RegExp =>
  new RegExp(`-${letter}${port.id.slice(0, 10)}$`);

const groupsOf = ({ groups }: PortSide): readonly GroupRecord[] => (groups.isRead ? groups.value : []);

const nameGroups = (side: PortSide): string => {
  if (!side.groups.isRead) return `the groups could not be read: ${side.groups.why}`;
  const names = groupsOf(side).map(({ name, id }) => name || id);
  return names.length === 0 ? 'the port has no security group' : `groups: ${names.join(', ')}`;
};

/** Why these tables let the packet pass. */
export function explainAccepted(end: End, side: PortSide, direction: Direction, packet: Packet): Explained {
  const mets = listOf(end.last).filter(({ table }) => table === 'filter');
  const chain = chainOf(direction === 'leaves' ? 'o' : 'i', side);
  const own = mets.filter((met) => chain.test(met.chain)).at(-1);
  const decider = deciderOf(end);
  if (decider?.chain.startsWith('stackward-') === true) {
    const path = findPath(commentOf(decider)) ?? commentOf(decider);
    return { found: `accepted by an exception of stackward, ${path}: ${sayMet(decider)}` };
  }
  if (own?.text.includes('-j RETURN') === true)
    return { found: `accepted, ${sayReason(own, side, direction, packet)}: ${sayMet(own)}` };
  if (side.port.hasPortSecurity === false)
    return { found: `accepted, because port security is off${decider ? `: ${sayMet(decider)}` : ''}` };
  if (decider === undefined) return { found: 'accepted, because the host has no rules that see it' };
  return { found: `accepted by no rule of Neutron's for this port: ${sayMet(decider)}` };
}

function sayReason(met: Met, side: PortSide, direction: Direction, packet: Packet): string {
  const rule = parseRule(met.text);
  const asks = (option: string): string =>
    rule.conditions.find((condition) => condition.option === option)?.values[0] ?? '';
  if (/ESTABLISHED/.test(asks('--state') + asks('--ctstate'))) return 'as part of a known connection';
  const found = findGroupRule(rule, direction === 'leaves' ? 'egress' : 'ingress', packet.version, groupsOf(side));
  if (found) return `by the rule "${sayRule(found.rule)}" of group ${found.group.name || found.group.id}`;
  if (['67', '68', '546', '547'].includes(asks('--dport'))) return "by Neutron's own rule for DHCP";
  if (side.groups.isRead) return 'by a rule that none of the port’s groups has as the API tells them';
  return 'by a rule; the groups could not be read';
}

/** Why these tables drop the packet. */
export function explainDropped(end: End, side: PortSide, direction: Direction, packet: Packet): Explained {
  const decider = end.last?.value;
  if (decider === undefined) return { found: 'dropped' };
  const { port } = side;
  const where = sayMet(decider);
  if (chainOf('s', side).test(decider.chain)) return explainSpoofing(side, packet, where);
  const step = `find out who made it; on the host: \`iptables -t ${decider.table} -S ${decider.chain}\``;
  if (decider.chain.endsWith('-sg-fallback')) return explainGroups(end, side, direction, packet, where);
  if (!chainOf('i', side).test(decider.chain) && !chainOf('o', side).test(decider.chain))
    return { found: `dropped by a rule that is not of this port's groups: ${where}`, step };
  if (/INVALID/.test(decider.text))
    return {
      found: `dropped, because conntrack knows no connection that it could belong to: ${where}`,
      step: 'send the first packet of a connection; where answers take another way than questions, an exception of stackward lets both pass',
    };
  if (/--dport (68|546)\b/.test(decider.text))
    return {
      found: `dropped, because a server may not answer as a DHCP server: ${where}`,
      step: `if it is one: \`openstack port set --no-security-group --disable-port-security ${port.id}\`; nothing guards the port then`,
    };
  return { found: `dropped: ${where}`, step };
}

function explainSpoofing({ port }: PortSide, { source, sourceMac }: Packet, where: string): Explained {
  const address = sayAddress(source);
  const isOwn = [...port.fixedIps, ...port.pairs].some((own) => own.address === address);
  const strange = [
    ...(isOwn ? [] : [`the source ${address} is not among the port's addresses`]),
    ...(sourceMac === undefined || sourceMac === port.mac.toLowerCase() ? [] : [`${sourceMac} is not its MAC address`]),
  ];
  return {
    found: `dropped by anti-spoofing: ${strange.join(', and ') || 'the pair of source and MAC address is not among those allowed'}: ${where}`,
    step: `if it may send so: \`openstack port set --allowed-address ip-address=${address} ${port.id}\`, or a FirewallException of stackward`,
  };
}

function explainGroups(end: End, side: PortSide, direction: Direction, packet: Packet, where: string): Explained {
  const isOwn = listOf(end.last).some(({ chain }) => chainOf(direction === 'leaves' ? 'o' : 'i', side).test(chain));
  const way = direction === 'leaves' ? 'out' : 'in';
  const [group] = groupsOf(side);
  const far = sayAddress(direction === 'leaves' ? packet.destination : packet.source);
  const ports = packet.destinationPort === undefined ? '' : ` --dst-port ${packet.destinationPort}`;
  const name = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' }[packet.protocol] ?? String(packet.protocol);
  const family = packet.version === 6 ? ' --ethertype IPv6' : '';
  const create = `openstack security group rule create --${way === 'out' ? 'egress' : 'ingress'}${family} --protocol ${name}${ports} --remote-ip ${far}`;
  return {
    found: `dropped: no rule of the port's groups lets ${sayProtocol(packet)} ${way} ${isOwn ? '' : 'here '}(${nameGroups(side)}): ${where}`,
    step:
      group !== undefined
        ? `\`${create} ${group.id}\`; it holds for every port of this group`
        : side.groups.isRead
          ? `give the port a group: \`openstack port set --security-group GROUP ${side.port.id}\``
          : `\`openstack port show ${side.port.id}\` names its groups; then \`${create} GROUP\`, which holds for every port of that group`,
  };
}
