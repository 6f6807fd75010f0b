/** The packets that a rule of a security group lets pass at its ports. Pure. */
import type { Witness } from '../model';
import { addressesOf, labelOf } from '../terraform/subject';
import { ownAddress } from './own-address';
import { textAt, type Thing, type Things } from '../terraform/things';
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
  const members = remote && things.portsWithGroup(remote);
  const list = things.referred(rule, 'remote_address_group_id');
  // Nobody can name a packet of a group whose members or addresses are not in the code.
  if (isNamed(values, 'remote_group_id', remote) || isNamed(values, 'remote_address_group_id', list)) return [];
  const prefix = list === undefined ? prefixOf(values) : firstOf(list, family);
  if (prefix === undefined) return [];
  const isOfOwnMembers = remote !== undefined && remote === things.referred(rule, 'security_group_id');
  const having = ports.flatMap((port) => {
    const own = ownAddress(port, family, things);
    return own === undefined ? [] : [{ port, own }];
  });
  return shownOf(having, isOfOwnMembers).flatMap(({ port, own }) => {
    const id = textAt(port.values, 'id');
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

interface Having {
  readonly port: Thing;
  readonly own: string;
}

/** No walk tells one new port from another, and among new members of a group nothing foreign passes. */
function shownOf(ports: readonly Having[], isOfOwnMembers: boolean): readonly Having[] {
  const isNew = ({ port }: Having): boolean => textAt(port.values, 'id') === undefined;
  const made = isOfOwnMembers ? [] : ports.filter(isNew).slice(0, 1);
  return [...ports.filter((each) => !isNew(each)), ...made].slice(0, mostPortsShown);
}

/** The packet of a rule into a port from a source of the same family. */
export function packetFrom(source: string, rule: Thing, port: Thing, things: Things): Ends | undefined {
  const family: Family = textAt(rule.values, 'ethertype') === 'IPv6' ? 'IPv6' : 'IPv4';
  const to = familyOf(source) === family ? ownAddress(port, family, things) : undefined;
  const [asked] = askedOf(rule);
  return to === undefined || asked === undefined ? undefined : { from: source, to, ...asked };
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
  /** The remote group's ports. Undefined: the rule names no group. */
  readonly members: readonly Thing[] | undefined;
}

interface Near {
  readonly own: string;
  readonly mac: string | undefined;
  readonly direction: 'leaves' | 'enters';
}

function endsOf(rule: Thing, { own, mac, direction }: Near, { family, prefix, across, members }: Far) {
  const ends = (remote: string, more: Pick<Ends, 'protocol' | 'port' | 'icmpType'>): Ends =>
    direction === 'leaves' ? { from: own, to: remote, mac, ...more } : { from: remote, to: own, mac, ...more };
  const remotes = [members === undefined ? remoteIn(prefix, across, family, own) : firstMember(members, family, own)];
  const asked = askedOf(rule);
  const beside = members === undefined ? addressBeside(prefix, family) : undefined;
  const [first] = asked;
  const remoteEnd = direction === 'leaves' ? ('destination' as const) : ('source' as const);
  return {
    inside: remotes.flatMap((remote) => (remote === undefined ? [] : asked.map((each) => ends(remote, each)))),
    outside: [
      ...(beside === undefined || first === undefined ? [] : [{ ...ends(beside, first), outside: remoteEnd }]),
      ...remotes.flatMap((remote) =>
        remote === undefined
          ? []
          : besidePorts(rule).map((each) => ({ ...ends(remote, each), outside: 'port' as const })),
      ),
    ],
  };
}

function firstMember(members: readonly Thing[], family: Family, own: string): string | undefined {
  for (const member of members)
    for (const address of addressesOf(member)) if (familyOf(address) === family && address !== own) return address;
  return undefined;
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
