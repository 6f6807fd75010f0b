/** What an exception opens, in words, for whoever reviews a plan. Pure. */
import { overlap, parseCidr } from '../../lib/ip-ranges';
import type { Port } from '../../lib/ports';
import { leftToGroups, macCheckOf } from './rules';
import type { FirewallExceptionSpec } from './spec';

type Prefixes = FirewallExceptionSpec['sources'];

/** One sentence each. */
export function describeExposure(spec: FirewallExceptionSpec, port: Port, subnets: readonly string[]): string[] {
  const { sources, destinations, reason, firewallDriver } = spec;
  const [from, to] = [nameOf(sources), nameOf(destinations)];
  const left = ([4, 6] as const).flatMap((version) => leftToGroups(spec, port, version));
  const hasIPv6 = port.fixedIps.some((one) => one.address.includes(':'));
  return [
    `reason: ${reason}`,
    `opens: from ${from} out of the port to ${to}, and from ${to} into the port to ${from}`,
    ...(isAny(sources) && isAny(destinations) && !hasIPv6
      ? ['any address is of IPv6 too, of which the port itself has none']
      : []),
    ...(firewallDriver === 'iptables'
      ? ['nothing is opened between it and other servers on the same host: the far end is the uplink of its bridge']
      : []),
    `its security groups don't apply to these packets${left.length > 0 ? `; to those of ${left.map(nameOfLeft).join(', ')} they do` : ''}`,
    posing(spec, subnets),
    checking(spec, port),
  ];
}

const nameOf = (prefixes: Prefixes): string => (prefixes === 'any' ? 'any address' : prefixes.join(', '));

/** `10.77.0.10/32` is an address of the port's own. */
const nameOfLeft = (prefix: string): string => {
  const address = prefix.replace(/\/(32|128)$/, '');
  return address === prefix ? `link-local ${prefix}` : `its own ${address}`;
};

const isAny = (prefixes: Prefixes): boolean => prefixes === 'any' || prefixes.some((one) => one.endsWith('/0'));

function posing({ sources, mode }: FirewallExceptionSpec, subnets: readonly string[]): string {
  if (isAny(sources))
    return `it can pose as any address, its neighbours'${subnets.length > 0 ? ` in ${subnets.join(', ')}` : ''} too, and answer DHCP${mode === 'bridged' ? ', or advertise itself as a router of IPv6,' : ''} in their place`;
  const near = subnets.filter((subnet) =>
    (sources as readonly string[]).some((source) => overlap(parseCidr(source), parseCidr(subnet))),
  );
  if (near.length > 0) return `it can pose as neighbours in ${near.join(', ')}: the sources reach into its own network`;
  return subnets.length > 0
    ? `it can't pose as its neighbours in ${subnets.join(', ')}`
    : 'it can pose as whoever has an address among the sources';
}

function checking(spec: FirewallExceptionSpec, port: Port): string {
  const macAddress = port.macAddress.toLowerCase();
  const check = macCheckOf(spec);
  if (check === 'nobody' || port.portSecurity === false) return 'frames pass with whatever MAC address';
  return check === 'iptables'
    ? `frames out of it must bear its MAC address ${macAddress}: a rule in mangle checks that, and sets bit ${spec.markBit ?? 31} of the mark`
    : `frames out of it must bear its MAC address ${macAddress}: Open vSwitch's flows check that`;
}
