/**
 * Ports that hold an address which a change names for something else. Neutron then answers 409, and the deploy stops
 * there. Pure.
 *
 * A port of these plans may give the address up: deleted, replaced, or updated to another address. If an earlier stack
 * does that, the address is free in time. If a later stack does it, the collision is certain. Within a stack nobody knows
 * what Terraform does first, except for one thing: it replaces a resource in the order that the plan names.
 */
import { defined } from '../../lib/basics/defined';
import { lookupBy } from '../../lib/basics/groups';
import type { Port } from '../../lib/contract/ports';
import { AddressFates, deviceOf } from './address-fates';
import { neutronsSpelling, type PlacedAddress } from './named-addresses';
import { textAt, type StackPlan, type Thing, type Things } from './things';

export interface TakenAddress {
  readonly wanted: PlacedAddress;
  readonly port: Port;
  /**
   * `replaced`: the thing itself holds it, and Terraform makes its replacement first. `later`: a later stack gives it up.
   * `perhaps`: nobody knows whether it is free in time.
   */
  readonly because: 'held' | 'replaced' | 'later' | 'perhaps';
  /** Who gives it up later. */
  readonly laterStack?: string;
  /** The thing of the code whose port it is, and that stays. */
  readonly holder?: Thing;
}

/**
 * @param plans in the order in which they are applied
 * @param wanted addresses in any networks
 * @param ports of these networks
 */
export function findTaken(
  plans: readonly StackPlan[],
  wanted: readonly PlacedAddress[],
  ports: readonly Port[],
  things: Things,
): readonly TakenAddress[] {
  const fates = new AddressFates(plans, things);
  const held = ports.flatMap((port) =>
    port.fixedIps.map(({ address }) => ({ key: keyOf(port.networkId, address), port })),
  );
  const holding = lookupBy(held, ({ key }) => key);
  return wanted.flatMap((each) =>
    holding(keyOf(each.network.id, each.ip)).flatMap(({ port }) => takenBy(port, each, fates, things)),
  );
}

/** Two networks may have one address. */
const keyOf = (networkId: string, address: string): string => `${networkId.toLowerCase()} ${neutronsSpelling(address)}`;

function takenBy(port: Port, wanted: PlacedAddress, fates: AddressFates, things: Things): TakenAddress[] {
  const { change, ip, isSure } = wanted;
  const { stack } = change.thing;
  const found = { wanted, port };
  if (isOwn(port, change.planned)) {
    if (change.planned.action !== 'replace' || change.planned.actions?.[0] !== 'create') return [];
    return [{ ...found, because: isSure ? 'replaced' : 'perhaps' }];
  }
  const before = fates.before(stack, port, ip);
  if (before === 'goes') return [];
  if (!isSure || before === 'may stay' || fates.within(stack, port, ip) !== 'stays')
    return [{ ...found, because: 'perhaps' }];
  const later = fates.laterStack(stack, port, ip);
  if (later !== undefined) return [{ ...found, because: 'later', laterStack: later }];
  return [{ ...found, because: 'held', ...defined({ holder: holderInCode(port, things) }) }];
}

function holderInCode(port: Port, things: Things): Thing | undefined {
  const device = port.deviceOwner.startsWith('compute:') ? [port.deviceId] : deviceOf(port);
  return [port.id, ...device]
    .flatMap((id) => things.withId(id) ?? [])
    .find(({ after, address }) => after !== undefined && !address.startsWith('data.'));
}

/** Neutron tells the port of a router's interface by its own id, and that of a gateway or floating IP by the device. */
const isOwn = (port: Port, { before }: PlacedAddress['change']['planned']): boolean =>
  [port.id, ...deviceOf(port)].includes(textAt(before, 'id') ?? '');
