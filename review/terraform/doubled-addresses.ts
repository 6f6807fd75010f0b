/** Addresses that several things of one change name newly, so that Neutron refuses all but the first. Pure. */
import { groupedBy } from '../../lib/basics/groups';
import { nameFirst } from '../../lib/basics/name-first';
import { hideAddress, sayInNetwork, type PlacedAddress } from './named-addresses';
import { subjectOf } from './subject';
import type { Thing, Things } from './things';

export interface DoubledAddress {
  /** The thing at which the review says it. */
  readonly wanted: PlacedAddress;
  /** All things that name the address, in the order in which their stacks are applied. */
  readonly things: readonly Thing[];
  readonly isSure: boolean;
}

/** @param placed in the order in which their stacks are applied */
export function findDoubled(placed: readonly PlacedAddress[]): readonly DoubledAddress[] {
  const alike = groupedBy(placed, ({ network, ip }) => `${network.id.toLowerCase()} ${ip}`);
  return [...alike.values()].flatMap((group) => {
    const things = [...new Set(group.map(({ change }) => change.thing))];
    // The name of another thing may tell an address that this thing hides.
    const wanted = group.findLast(({ hidesIp }) => hidesIp) ?? group.at(-1);
    return things.length < 2 || wanted === undefined
      ? []
      : [{ wanted, things, isSure: group.every(({ isSure }) => isSure) }];
  });
}

/** A sentence goes on with it behind the name of the thing at which it is said. */
export function sayDoubled({ wanted, things: named, isSure }: DoubledAddress, things: Things): string {
  const { ip, hidesIp, networkSaid } = wanted;
  const number = named.length === 2 ? 'two' : String(named.length);
  const each = named.map((thing) => `${subjectOf(thing, things)} of stack ${thing.stack}`);
  const all = each.length === 2 ? each.join(' and ') : nameFirst(each);
  const what = `needs ${sayInNetwork(ip, networkSaid)}, and ${number} things of this change name it: ${all}`;
  const said = isSure
    ? `${what}. Neutron refuses all but the first with 409, and a deploy stops there. Name another address for the others`
    : `${what}, where the cloud has several networks of this name, and nobody knows which of them Terraform takes`;
  return hidesIp ? hideAddress(said, ip) : said;
}
