/**
 * The method by which a port may send packets with a foreign source. Pure.
 *
 * Goals: Neutron's own API wherever it can express the wish, because then Terraform sets it and every agent knows it.
 * Rules in the packet filter (kind firewall-exception) only where the API can't express it. Never more opened than was
 * asked for.
 * How: the checks of each release's agent decide. iptables drops a routed server's foreign source in every release.
 * Open vSwitch's flows drop foreign ARP (default since Liberty) and foreign MAC addresses (since Newton), which
 * iptables can't change, so a bridged server needs the API there. The driver `openvswitch` (Mitaka) has no iptables at
 * all, nor has OVN.
 * Given up: address pairs on Icehouse to Kilo. They would work for a routed server, but on these releases nothing shows
 * that the agent has applied them.
 */
import { usesIptables, type FirewallDriver } from '../openstack/firewall-driver';
import { isInside, parseCidr } from '../net/ip-ranges';
import { isAtLeast, type Release } from '../openstack/releases';

/** The begin of the sentence about an exception's packets. The packets that the groups still filter follow. */
export const ungrouped = "the port's security groups don't filter these packets";

/** Default of `max_allowed_address_pair` in neutron.conf. */
export const maxAddressPairs = 10;

/** Canonical CIDRs of one family or of both. 'any' means all addresses of both families. */
export type Prefixes = readonly string[] | 'any';

export interface AddressPair {
  /** Address or CIDR. */
  readonly ipAddress: string;
  /** @default the port's own */
  readonly macAddress?: string;
}

/** A client whose frames a bridged server passes on. */
export interface BridgedClient {
  readonly macAddress: string;
  /** Addresses or CIDRs from which the client sends. */
  readonly addresses: readonly string[];
}

export interface ExceptionWish {
  readonly release: Release;
  readonly firewallDriver: FirewallDriver;
  /** routed: frames bear the port's own MAC address. bridged: frames bear the clients' MAC addresses. */
  readonly mode: 'routed' | 'bridged';
  readonly sources: Prefixes;
  readonly destinations: Prefixes;
  /** Absent or []: no client is declared. */
  readonly clients?: readonly BridgedClient[];
  readonly port: {
    /** The number of address pairs that the port has without this exception. */
    readonly pairs: number;
    /** True if the port surely has no security group. Address pairs then add nothing to what comes in. */
    readonly letsNothingIn: boolean;
  };
}

/** `because` is the end of the sentence "by … because". */
export type ExceptionMethod =
  | { readonly method: 'address-pairs'; readonly pairs: readonly AddressPair[]; readonly because: string }
  | { readonly method: 'port-security-off'; readonly because: string }
  | { readonly method: 'packet-filter'; readonly because: string };

/** The method, or why there is none and what to do. */
export function chooseMethod(wish: ExceptionWish): ExceptionMethod | { readonly finding: string } {
  const { release, firewallDriver, mode } = wish;
  if (!usesIptables(firewallDriver) && !isAtLeast(release, 'mitaka'))
    return {
      finding: `the firewall driver ${firewallDriver} is of Mitaka or later, and the cloud is declared as ${release}; correct one of the two at OpenStackCloud`,
    };
  if (!isAtLeast(release, 'liberty'))
    return {
      method: 'packet-filter',
      because: `up to Kilo nothing but iptables checks what a port sends, and this is ${release}`,
    };
  return mode === 'routed' ? routed(wish) : bridged(wish);
}

interface Obstacle {
  /** Why address pairs can't express the wish. */
  readonly what: string;
  /** What to do if no other method can. */
  readonly remedy: string;
}

/** Stands behind each advice that ends there, because a review calls the same thing a risk. */
export const nothingFiltered =
  'nothing is filtered there then, neither foreign addresses nor what others send, and a review calls it security-off';
const securityOff = `say 'any' for sources and destinations, which switches port security off (${nothingFiltered})`;

function routed(wish: ExceptionWish): ReturnType<typeof chooseMethod> {
  const { sources, destinations, firewallDriver } = wish;
  const pairs = sources === 'any' ? [] : sources.map((ipAddress) => ({ ipAddress }));
  const [obstacle] = [
    ...(sources === 'any'
      ? [{ what: 'address pairs name sources, and any may pass', remedy: `name the sources, or ${securityOff}` }]
      : []),
    ...obstacles(wish, pairs),
  ];
  if (!obstacle) return byPairs(pairs, 'its sources are few and named, and any destination is allowed');
  if (usesIptables(firewallDriver)) return { method: 'packet-filter', because: obstacle.what };
  if (sources === 'any' && destinations === 'any')
    return {
      method: 'port-security-off',
      because: `any may pass to any, and ${firewallDriver} leaves nothing to iptables`,
    };
  return { finding: `${obstacle.what}, and ${firewallDriver} leaves nothing to iptables; ${obstacle.remedy}` };
}

function bridged(wish: ExceptionWish): ReturnType<typeof chooseMethod> {
  const { sources, destinations, clients = [] } = wish;
  if (clients.length === 0) {
    if (sources === 'any' && destinations === 'any')
      return { method: 'port-security-off', because: 'any may pass to any, with whatever MAC address' };
    return {
      finding: `Neutron of ${wish.release} drops foreign MAC addresses before iptables sees them; name the clients whose frames pass here ({ macAddress, addresses }), or ${securityOff}`,
    };
  }
  const pairs = clients.flatMap(({ macAddress, addresses }) =>
    addresses.map((ipAddress) => ({ ipAddress, macAddress })),
  );
  const outside = sources === 'any' ? undefined : pairs.find(({ ipAddress }) => !isAmong(ipAddress, sources));
  if (outside)
    return {
      finding: `the client ${outside.macAddress} sends from ${outside.ipAddress}, which none of the sources holds; add it to the sources, or leave it out`,
    };
  const [obstacle] = obstacles(wish, pairs);
  if (obstacle) return { finding: `${obstacle.what}, and a bridged server has no other way here; ${obstacle.remedy}` };
  return byPairs(pairs, 'they bear the MAC addresses of the clients, which Neutron checks outside of iptables');
}

const byPairs = (pairs: readonly AddressPair[], because: string): ExceptionMethod => ({
  method: 'address-pairs',
  pairs,
  because,
});

/** Obstacles for address pairs in either mode. */
function obstacles({ destinations, port }: ExceptionWish, pairs: readonly AddressPair[]): Obstacle[] {
  const count = port.pairs + pairs.length;
  return [
    ...(destinations === 'any'
      ? []
      : [
          {
            what: 'address pairs name no destinations',
            remedy: `say destinations: 'any', and let the receivers' groups narrow it`,
          },
        ]),
    ...(count > maxAddressPairs
      ? [
          {
            what: `it makes ${String(count)} address pairs, and Neutron takes ${String(maxAddressPairs)} per port`,
            remedy: `name fewer and wider prefixes, or ${securityOff}`,
          },
        ]
      : []),
    ...(port.letsNothingIn
      ? [
          {
            what: 'the port has no security group, so nothing would come in at it',
            remedy: 'give it a group that lets in what passes',
          },
        ]
      : []),
  ];
}

function isAmong(address: string, sources: readonly string[]): boolean {
  const range = parseCidr(address.includes('/') ? address : `${address}/${address.includes(':') ? '128' : '32'}`);
  return sources.some((source) => isInside(range, parseCidr(source)));
}
