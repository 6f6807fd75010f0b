/** The packets that a change of a port lets pass, or no longer lets pass, at this port. Pure. */
import type { Witness } from '../model';
import { addressesOf, labelOf } from '../terraform/subject';
import { textAt, type Thing } from '../terraform/things';
import { addressBeside, addressIn, families, familyOf, type Ends } from '../witness/ends';
import { witnessesOf, type Sought } from '../witness/search';
import { rulePackets } from './rule-packets';
import type { TerraformChange } from './terraform-change';

type Passes = 'before' | 'after';

/** Of the groups, those that a plan knows. */
export const groupPackets = (groups: readonly Thing[], passes: Passes, change: TerraformChange): Witness[] =>
  groups
    .flatMap((group) => change.things.rulesOf(group))
    .filter(({ values }) => textAt(values, 'direction') !== 'egress')
    .slice(0, 1)
    .flatMap((rule) => rulePackets(rule, [change.thing], passes, change));

/** For a port whose security is switched on or off: a packet into the port from anybody, and one from a foreign source. */
export function securityPackets(change: TerraformChange, passes: Passes): Witness[] {
  const own = addressesOf(change.thing)[0];
  if (own === undefined) return [];
  const somebody = addressIn('any', familyOf(own), own);
  const somebodyElse = addressIn('any', familyOf(own), somebody);
  if (somebody === undefined || somebodyElse === undefined) return [];
  return [
    ...found(change, 'enters', passes, [{ from: somebody, to: own, protocol: 'tcp' }], []),
    ...found(change, 'leaves', passes, [{ ...macOf(change), from: somebody, to: somebodyElse, protocol: 'tcp' }], []),
  ];
}

/** For the first address pair of each family: a packet with a source in the pair, and one with a source outside of it. */
export function pairPackets(change: TerraformChange, prefixes: readonly string[], passes: Passes): Witness[] {
  return families.flatMap((family) => {
    const prefix = prefixes.find((each) => familyOf(each) === family);
    const from = prefix && addressIn(prefix, family);
    const to = from && addressIn('any', family, from);
    if (prefix === undefined || from === undefined || to === undefined) return [];
    const rest = { ...macOf(change), to, protocol: 'tcp' };
    const beside = addressBeside(prefix, family);
    return found(
      change,
      'leaves',
      passes,
      [{ ...rest, from }],
      beside === undefined ? [] : [{ ...rest, from: beside }],
    );
  });
}

const macOf = ({ thing }: TerraformChange): Pick<Ends, 'mac'> => ({ mac: textAt(thing.values, 'mac_address') });

function found(
  { thing, passages }: TerraformChange,
  direction: Sought['direction'],
  passes: Passes,
  inside: readonly Ends[],
  outside: readonly Ends[],
): Witness[] {
  const where = `${direction === 'leaves' ? 'out of' : 'into'} port ${labelOf(thing)}`;
  const place = passages.placeOf(textAt(thing.values, 'id'));
  return witnessesOf({ place, direction, where, inside, outside, passes }, passages);
}
