/** What an exception opens, in words, for whoever reviews a plan. Pure. */
import { overlap, parseCidr } from '../../lib/ip-ranges';
import type { Port } from '../../lib/ports';
import { macCheckOf } from './rules';
import type { FirewallExceptionSpec } from './spec';

type Prefixes = FirewallExceptionSpec['sources'];

/** One sentence each. */
export function describeExposure(spec: FirewallExceptionSpec, port: Port, subnets: readonly string[]): string[] {
  const { sources, destinations, reason } = spec;
  const [from, to] = [nameOf(sources), nameOf(destinations)];
  const own = port.fixedIps.map((one) => one.address).join(', ');
  return [
    `reason: ${reason}`,
    `opens: from ${from} out of the port to ${to}, and from ${to} into the port to ${from}`,
    `its security groups don't apply to these packets${isAny(sources) && own !== '' ? `; to those of its own ${own} they do` : ''}`,
    posing(sources, subnets),
    checking(spec, port),
  ];
}

const nameOf = (prefixes: Prefixes): string => (prefixes === 'any' ? 'any address' : prefixes.join(', '));

const isAny = (prefixes: Prefixes): boolean => prefixes === 'any' || prefixes.some((one) => one.endsWith('/0'));

function posing(sources: Prefixes, subnets: readonly string[]): string {
  if (isAny(sources))
    return `it can pose as any address, its neighbours'${subnets.length > 0 ? ` in ${subnets.join(', ')}` : ''} too, and answer DHCP in their place`;
  const near = subnets.filter((subnet) =>
    (sources as readonly string[]).some((source) => overlap(parseCidr(source), parseCidr(subnet))),
  );
  if (near.length > 0) return `it can pose as neighbours in ${near.join(', ')}: the sources reach into its own subnet`;
  return subnets.length > 0
    ? `it can't pose as its neighbours in ${subnets.join(', ')}`
    : 'it can pose as whoever has an address among the sources';
}

function checking(spec: FirewallExceptionSpec, port: Port): string {
  const macAddress = port.macAddress.toLowerCase();
  switch (macCheckOf(spec)) {
    case 'nobody':
      return 'frames pass with whatever MAC address';
    case 'iptables':
      return `frames out of it must bear its MAC address ${macAddress}: a rule in mangle checks that, and sets bit ${spec.markBit ?? 31} of the mark`;
    case 'Open vSwitch':
      return `frames out of it must bear its MAC address ${macAddress}: Open vSwitch's flows check that`;
  }
}
