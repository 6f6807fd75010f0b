/** The packets that a rule of a security group lets pass at its ports. Pure. */
import type { Witness } from '../model';
import { addressesOf, labelOf } from '../terraform/subject';
import { textAt, type Thing } from '../terraform/things';
import { addressBeside, addressIn, familyOf, type Ends, type Family } from '../witness/ends';
import { witnessesOf } from '../witness/search';
import { addressesIn } from './openings';
import { portsOf } from './port-range';
import { isWithin } from './prefixes';
import type { TerraformChange } from './terraform-change';

/** Neutron's ports for which packets are shown. */
const mostPortsShown = 3;

type Known = Pick<TerraformChange, 'things' | 'passages' | 'planned'>;

const prefixOf = (values: Readonly<Record<string, unknown>>): string => textAt(values, 'remote_ip_prefix') ?? 'any';

export function rulePackets(
  rule: Thing,
  ports: readonly Thing[],
  passes: 'before' | 'after',
  { things, passages, planned }: Known,
): Witness[] {
  const { values } = rule;
  const across = passes === 'before' ? planned.after : planned.before;
  const family: Family = textAt(values, 'ethertype') === 'IPv6' ? 'IPv6' : 'IPv4';
  const direction = textAt(values, 'direction') === 'egress' ? 'leaves' : 'enters';
  const remote = things.referred(rule, 'remote_group_id');
  const members = remote && things.portsWithGroup(remote).flatMap(addressesOf);
  const list = things.referred(rule, 'remote_address_group_id');
  // Nobody can name a packet of a group whose members or addresses are not in the code.
  if (isNamed(values, 'remote_group_id', remote) || isNamed(values, 'remote_address_group_id', list)) return [];
  const prefix = list === undefined ? prefixOf(values) : firstOf(list, family);
  if (prefix === undefined) return [];
  return ports.slice(0, mostPortsShown).flatMap((port) => {
    const id = textAt(port.values, 'id');
    const own = addressesOf(port).find((address) => familyOf(address) === family);
    if (own === undefined) return [];
    const far = { family, prefix, across: prefixOf(across ?? {}), members };
    const near = {
      own,
      mac: direction === 'leaves' ? textAt(port.values, 'mac_address') : undefined,
      direction,
    } as const;
    const where = `${direction === 'leaves' ? 'out of' : 'into'} port ${labelOf(port)}`;
    return witnessesOf({ place: passages.placeOf(id), direction, where, passes, ...endsOf(rule, near, far) }, passages);
  });
}

const isNamed = (values: Thing['values'], attribute: string, known: Thing | undefined): boolean =>
  known === undefined && textAt(values, attribute) !== undefined;

const firstOf = (list: Thing, family: Family): string | undefined =>
  addressesIn(list.after ?? list.values).find((address) => familyOf(address) === family);

interface Far {
  readonly family: Family;
  /** `any`, or a prefix. */
  readonly prefix: string;
  /** The prefix on the other side of the change. */
  readonly across: string;
  /** Addresses of the remote group's ports. Undefined: the rule names no group. */
  readonly members: readonly string[] | undefined;
}

interface Near {
  readonly own: string;
  readonly mac: string | undefined;
  readonly direction: 'leaves' | 'enters';
}

function endsOf(rule: Thing, { own, mac, direction }: Near, { family, prefix, across, members }: Far) {
  const ends = (remote: string, more: Pick<Ends, 'protocol' | 'port' | 'icmpType'>): Ends =>
    direction === 'leaves' ? { from: own, to: remote, mac, ...more } : { from: remote, to: own, mac, ...more };
  const remotes = members?.filter((address) => familyOf(address) === family && address !== own).slice(0, 1) ?? [
    remoteIn(prefix, across, family, own),
  ];
  const asked = askedOf(rule);
  const beside = members === undefined ? addressBeside(prefix, family) : undefined;
  const [first] = asked;
  return {
    inside: remotes.flatMap((remote) => (remote === undefined ? [] : asked.map((each) => ends(remote, each)))),
    outside: [
      ...(beside === undefined || first === undefined ? [] : [ends(beside, first)]),
      ...remotes.flatMap((remote) => (remote === undefined ? [] : besidePorts(rule).map((each) => ends(remote, each)))),
    ],
  };
}

/** Where the change widens or narrows the prefix, an address that only the wider prefix names. */
function remoteIn(prefix: string, across: string, family: Family, own: string): string | undefined {
  const address = addressIn(prefix, family, own);
  const beside = addressBeside(across, family);
  const isTelling = address === undefined || !isWithin(address, across);
  return !isTelling && beside !== undefined && (prefix === 'any' || isWithin(beside, prefix)) ? beside : address;
}

/** For a rule about every protocol, packets of several: another rule may let one of them pass already. */
function askedOf(rule: Thing): Pick<Ends, 'protocol' | 'port' | 'icmpType'>[] {
  const protocol = textAt(rule.values, 'protocol');
  const range = portsOf(rule);
  if (protocol === undefined || protocol === 'any')
    return [{ protocol: 'tcp' }, { protocol: 'udp' }, { protocol: 'icmp' }, { protocol: '47' }];
  const icmpType = isIcmp(protocol) ? range?.[0] : undefined;
  if (isIcmp(protocol)) return [{ protocol, icmpType }];
  return [...new Set(range ?? [443])].map((port) => ({ protocol, port }));
}

function besidePorts(rule: Thing): Pick<Ends, 'protocol' | 'port'>[] {
  const protocol = textAt(rule.values, 'protocol');
  const range = portsOf(rule);
  if (protocol === undefined || range === undefined || isIcmp(protocol)) return [];
  const port = range[1] < 65_535 ? range[1] + 1 : range[0] - 1;
  return port > 0 ? [{ protocol, port }] : [];
}

const isIcmp = (protocol: string): boolean => /icmp|^1$|^58$/.test(protocol);
