/**
 * A port on a host of FirewallHosts: a real bridge between its tap and its switch, and the chains of Neutron's agent
 * before it.
 */
import { join } from 'node:path';
import type { FirewallHosts } from './firewall-hosts';
import { portId } from './firewall-texts';

const program = join(__dirname, 'forged-packets.py');

const [tap, qvb, qvo, qbr] = ['tap', 'qvb', 'qvo', 'qbr'].map((kind) => kind + portId.slice(0, 11)) as [
  string,
  string,
  string,
  string,
];
/** The guest's end of the tap. */
const guest = `p${tap}`;

export const guestMac = 'fa:16:3e:9b:da:ee';
export const ownAddresses = ['10.77.0.10', '2001:db8:77::10'];

export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly udp?: readonly [from: number, to: number];
  readonly icmp6?: 134 | 136;
}

/**
 * The agent's rules for packets of the port, after neutron-filter-top: the port's own address passes, and forged DHCP
 * and router advertisements don't.
 */
const guarding = (variant: string): string => `set -e
sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
for tool in iptables ip6tables; do
  $tool-${variant} -N guard
  $tool-${variant} -A FORWARD -m physdev --physdev-in ${tap} --physdev-is-bridged -j guard
done
iptables-${variant} -A guard -p udp -m udp --sport 67 --dport 68 -j DROP
iptables-${variant} -A guard -s ${ownAddresses[0]} -j RETURN
ip6tables-${variant} -A guard -p ipv6-icmp -m icmp6 --icmpv6-type 134 -j DROP
ip6tables-${variant} -A guard -p udp -m udp --sport 547 --dport 546 -j DROP
ip6tables-${variant} -A guard -s ${ownAddresses[1]} -j RETURN
for tool in iptables ip6tables; do $tool-${variant} -A guard -j DROP; done
`;

type Host = ReturnType<FirewallHosts['get']>;

export function plugGuarded(host: Host): void {
  const lines = [
    `link add ${qbr} type bridge`,
    `link add ${tap} address fe:16:3e:9b:da:ee type veth peer name ${guest} address ${guestMac}`,
    `link add ${qvb} type veth peer name ${qvo}`,
    ...[tap, qvb].map((device) => `link set ${device} master ${qbr}`),
    ...[qbr, tap, qvb, guest, qvo].map((device) => `link set ${device} up`),
  ];
  host.namespace.feed(lines.map((line) => `${line}\n`).join(''), 'ip', '-batch', '-');
  host.namespace.feed(guarding(host.variant), 'sh');
}

/** Sends `count` of each packet from the guest, and returns how many of each arrive at the switch. */
export function sendFromGuest<Name extends string>(
  host: Host,
  packets: Readonly<Record<Name, Packet>>,
  count: number,
): Record<Name, number> {
  const request = { from: guest, to: qvo, mac: guestMac, count, packets };
  return JSON.parse(host.namespace.feed(JSON.stringify(request), '/usr/bin/python3', program)) as Record<Name, number>;
}
