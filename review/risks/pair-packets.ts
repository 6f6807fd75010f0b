/** The packets that address pairs of a port let pass, or no longer let pass. Pure. */
import type { Witness } from '../model';
import { groupsAfter, groupsBefore, type Group } from '../terraform/port-groups';
import { labelOf } from '../terraform/subject';
import { textAt } from '../terraform/things';
import { addressBeside, addressIn, families, familyOf, type Family } from '../witness/ends';
import { witnessesOf } from '../witness/search';
import { packetsAt, type Passes } from './port-packets';
import { isWithin } from './prefixes';
import { packetFrom } from './rule-packets';
import type { TerraformChange } from './terraform-change';

export interface Pair {
  /** An address, or a prefix. */
  readonly address: string;
  /** Undefined: the port's own. */
  readonly mac: string | undefined;
}

const mostTried = 20;

/**
 * For each family: a packet out of the port with a source in a pair, one with a source beside it, and one from such a
 * source to a port whose rules name a group of this port.
 * @param across the pairs on the other side of the change
 */
export const pairPackets = (
  change: TerraformChange,
  pairs: readonly Pair[],
  across: readonly Pair[],
  passes: Passes,
): Witness[] =>
  families.flatMap((family) => {
    const own = pairs.filter(({ address }) => familyOf(address) === family);
    const inside = own.flatMap((pair) => tellingSources(pair, across, family)).slice(0, mostTried);
    const [first] = inside;
    if (first === undefined) return [];
    const beside = own.flatMap(({ address, mac }) => {
      const source = addressBeside(address, family);
      return source === undefined ? [] : [{ source, mac }];
    });
    const endsOf = ({ source, mac }: Source) => {
      const to = addressIn('any', family, source);
      const card = mac ?? textAt(change.thing.values, 'mac_address');
      return to === undefined ? [] : [{ from: source, to, mac: card, protocol: 'tcp' }];
    };
    const outside = beside.slice(0, mostTried).flatMap(endsOf);
    return [
      ...packetsAt(change, 'leaves', passes, inside.flatMap(endsOf), outside.map((ends) => ({ ...ends, outside: 'source' }))), // prettier-ignore
      ...memberPackets(change, first.source, passes),
    ];
  });

interface Source {
  readonly source: string;
  readonly mac: string | undefined;
}

/** Where the change widens or narrows a pair, first the addresses that only the wider pair names. */
function tellingSources({ address, mac }: Pair, across: readonly Pair[], family: Family): Source[] {
  const known = across.filter((pair) => pair.mac === mac).map((pair) => pair.address);
  const isKnown = (source: string): boolean => known.some((prefix) => isWithin(source, prefix));
  const beside = known
    .flatMap((prefix) => addressBeside(prefix, family) ?? [])
    .filter((source) => isWithin(source, address) && !isKnown(source));
  const first = addressIn(address, family);
  return [...beside, ...(first === undefined ? [] : [first])].map((source) => ({ source, mac }));
}

/** Neutron counts the pairs of a port as addresses of a member of its groups, so rules for members let them in. */
function memberPackets(change: TerraformChange, source: string, passes: Passes): Witness[] {
  const { thing, things, passages } = change;
  const groups: readonly Group[] = [...groupsBefore(change), ...(groupsAfter(change) ?? [])];
  for (const rule of things.rulesFromMembers(groups)) {
    const [remote, group] = [things.referred(rule, 'remote_group_id'), things.referred(rule, 'security_group_id')];
    if (remote === undefined || group === undefined) continue;
    if (textAt(rule.values, 'direction') === 'egress' || (passes === 'after' && rule.after === undefined)) continue;
    const port = things.portsWithGroup(group).find((each) => each !== thing);
    const ends = port && packetFrom(source, rule, port, things);
    if (port === undefined || ends === undefined) continue;
    const verb = passes === 'after' ? 'add the source to' : 'take the source from';
    const place = `the agents ${verb} the members of security group ${labelOf(remote)}, and the walk follows no members`;
    const where = `into port ${labelOf(port)}`;
    return witnessesOf({ place, direction: 'enters', where, inside: [ends], outside: [], passes }, passages);
  }
  return [];
}
