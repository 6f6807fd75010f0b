/** Numbers of IP protocols. Pure. */

/** The names in rules of security groups that Terraform's provider accepts, with neutron-lib's numbers (`IP_PROTOCOL_MAP`). */
export const groupProtocols: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  icmp: 1,
  igmp: 2,
  'ipv6-encap': 41,
  'ipv6-frag': 44,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  'ipv6-route': 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};

/** `ipip` is missing on purpose: it is 4 for Neutron and 94 in /etc/protocols. */
const protocols: Readonly<Record<string, number>> = { ...groupProtocols, all: 0, ipencap: 4, ipv6: 41, icmpv6: 58 };

/**
 * The number of a name in rules of security groups, or in /etc/protocols, which iptables-save prints. A number stands
 * for itself.
 * @returns undefined for a name that isn't known, which never means every protocol
 */
export const protocolOf = (name: string): number | undefined =>
  /^\d{1,3}$/.test(name) ? Number(name) : Object.hasOwn(protocols, name) ? protocols[name] : undefined;

const withPorts: ReadonlySet<number | undefined> = new Set([6, 17, 33, 132, 136]);
/** @param protocol its number */
export const hasPorts = (protocol: number | undefined): boolean => withPorts.has(protocol);
