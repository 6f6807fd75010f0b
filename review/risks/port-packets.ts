/** The packets that a change of a port lets pass, or no longer lets pass, at this port. Pure. */
import type { Witness } from '../model';
import { labelOf } from '../terraform/subject';
import { textAt, type Thing } from '../terraform/things';
import { addressIn, families, familyOf, type Ends } from '../witness/ends';
import { witnessesOf, type Beside, type Sought } from '../witness/search';
import { ownAddress } from './own-address';
import { rulePackets } from './rule-packets';
import type { TerraformChange } from './terraform-change';

export type Passes = 'before' | 'after';

/** Packets of a new port: no host has its chains yet, so each stands for another rule. */
const mostPacketsOfNew = 3;

/** Of the rules of groups that a port gets. */
export function openingPackets(rules: readonly Thing[], change: TerraformChange): Witness[] {
  const isNew = change.planned.before === undefined;
  const found = new Map<string, Witness>();
  for (const rule of rules) {
    for (const each of rulePackets(rule, [change.thing], 'after', change)) found.set(each.packet, each);
    if (found.size >= (isNew ? mostPacketsOfNew : 1)) break;
  }
  return [...found.values()];
}

/** Of the group that a port loses. */
export const closingPackets = (group: Thing, change: TerraformChange): Witness[] =>
  change.things
    .rulesOf(group)
    .filter(({ values }) => textAt(values, 'direction') !== 'egress')
    .slice(0, 1)
    .flatMap((rule) => rulePackets(rule, [change.thing], 'before', change));

/** For a port whose security is switched on or off: a packet into the port from anybody, and one from a foreign source. */
export function securityPackets(change: TerraformChange, passes: Passes): Witness[] {
  const [found] = families.flatMap((family) => {
    const own = ownAddress(change.thing, family, change.things);
    return own === undefined ? [] : [{ own, family }];
  });
  if (found === undefined) return [];
  const { own, family } = found;
  const somebody = addressIn('any', family, own);
  const somebodyElse = addressIn('any', family, somebody);
  if (somebody === undefined || somebodyElse === undefined) return [];
  return [
    ...packetsAt(change, 'enters', passes, [{ from: somebody, to: own, protocol: 'tcp' }], []),
    ...packetsAt(
      change,
      'leaves',
      passes,
      [{ ...cardOf(change), from: somebody, to: somebodyElse, protocol: 'tcp' }],
      [],
    ),
  ];
}

/** For a port whose own addresses change: of each family, a packet with an address that it loses, and one that it gets. */
export function addressPackets(change: TerraformChange, lost: readonly string[], come: readonly string[]): Witness[] {
  const from = (addresses: readonly string[], passes: Passes): Witness[] =>
    families.flatMap((family) => {
      const own = addresses.find((address) => familyOf(address) === family);
      const to = own && addressIn('any', family, own);
      return own === undefined || to === undefined
        ? []
        : packetsAt(change, 'leaves', passes, [{ ...cardOf(change), from: own, to, protocol: 'tcp' }], []);
    });
  return [...from(lost, 'before'), ...from(come, 'after')];
}

const cardOf = ({ thing }: TerraformChange): Pick<Ends, 'mac'> => ({ mac: textAt(thing.values, 'mac_address') });

export function packetsAt(
  { thing, passages }: TerraformChange,
  direction: Sought['direction'],
  passes: Passes,
  inside: readonly Ends[],
  outside: readonly Beside[],
): Witness[] {
  const where = `${direction === 'leaves' ? 'out of' : 'into'} port ${labelOf(thing)}`;
  const place = passages.placeOf(textAt(thing.values, 'id'));
  return witnessesOf({ place, direction, where, inside, outside, passes }, passages);
}
