/**
 * Ports that hold an address which a change names for something else. Neutron then answers 409, and the deploy stops
 * there. Pure.
 *
 * A port of these plans may give the address up: deleted, replaced, or updated to another address. If an earlier stack
 * does that, the address is free in time. If a later stack does it, the collision is certain. Within a stack nobody knows
 * what Terraform does first, except for one thing: it replaces a resource in the order that the plan names.
 */
import { defined } from '../../lib/basics/defined';
import { groupedBy } from '../../lib/basics/groups';
import type { Port } from '../../lib/contract/ports';
import { isNeutronsOwn } from '../../lib/openstack/port-owners';
import { hasTrue, partAt } from './attributes';
import type { PlacedAddress } from './named-addresses';
import { deletedByNeutron, doomedBy, fateOf, textsIn, type Doomed, type Fate } from './ports-in-the-way';
import { portType, textAt, type StackPlan, type Thing, type Things } from './things';

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
 * @param wanted addresses in one network
 * @param ports of that network
 */
export function findTaken(
  plans: readonly StackPlan[],
  wanted: readonly PlacedAddress[],
  ports: readonly Port[],
  things: Things,
): readonly TakenAddress[] {
  const fates = new Fates(plans, things);
  const held = ports.flatMap((port) => port.fixedIps.map(({ address }) => ({ address, port })));
  const byAddress = groupedBy(held, ({ address }) => address);
  return wanted.flatMap((each) =>
    (byAddress.get(each.ip) ?? []).flatMap(({ port }) => takenBy(port, each, fates, things)),
  );
}

function takenBy(port: Port, wanted: PlacedAddress, fates: Fates, things: Things): TakenAddress[] {
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

function deviceOf(port: Port): string[] {
  const isDevices = ['network:router_gateway', 'network:floatingip'].includes(port.deviceOwner);
  return isDevices && isNeutronsOwn(port) ? [port.deviceId] : [];
}

/** The plans of some stacks, as far as ports may lose their addresses by them. */
interface Losses {
  readonly doomed: Doomed;
  /** Id → the updates of the thing. */
  readonly updates: ReadonlyMap<string, readonly Change[]>;
}
type Change = StackPlan['plan']['changes'][number];

/** What becomes of a port's address, by the plans of some stacks. */
class Fates {
  readonly #losses = new Map<string, Losses>();

  constructor(
    private readonly plans: readonly StackPlan[],
    private readonly things: Things,
  ) {}

  before(stack: string, port: Port, ip: string): Fate {
    return this.fate(`before ${stack}`, this.plans.slice(0, this.place(stack)), port, ip);
  }

  within(stack: string, port: Port, ip: string): Fate {
    return this.fate(`within ${stack}`, this.plans.slice(this.place(stack), this.place(stack) + 1), port, ip);
  }

  /** The stack after this stack that gives the address up. */
  laterStack(stack: string, port: Port, ip: string): string | undefined {
    return this.plans.slice(this.place(stack) + 1).find((plan) => this.within(plan.stack, port, ip) === 'goes')?.stack;
  }

  private place(stack: string): number {
    return this.plans.findIndex((plan) => plan.stack === stack);
  }

  private fate(key: string, plans: readonly StackPlan[], port: Port, ip: string): Fate {
    const losses = this.#losses.get(key) ?? lossesBy(plans, this.things);
    this.#losses.set(key, losses);
    const changes = [port.id, ...deviceOf(port)].flatMap((id) => losses.updates.get(id) ?? []);
    const moved = changes.map((change) => whenUpdated(change, ip));
    if (moved.includes('goes')) return 'goes';
    return moved.includes('may stay') ? 'may stay' : whenDeleted(port, losses.doomed);
  }
}

const lossesBy = (plans: readonly StackPlan[], things: Things): Losses => ({
  doomed: doomedBy(plans, things),
  updates: groupedBy(
    plans.flatMap(({ plan }) => plan.changes.filter(({ action }) => action === 'update')),
    ({ before }) => textAt(before, 'id') ?? '',
  ),
});

function whenUpdated({ type, before, after, unknown }: Change, ip: string): Fate {
  const attributes = Object.hasOwn(placeAttributes, type) ? placeAttributes[type] : undefined;
  if (attributes === undefined) return 'stays';
  const { network, addresses } = attributes;
  if ([network, addresses].some((attribute) => hasTrue(partAt(unknown, attribute)))) return 'may stay';
  const isChanged = (attribute: string): boolean =>
    JSON.stringify(partAt(before, attribute)) !== JSON.stringify(partAt(after, attribute));
  const isLeft = isChanged(addresses) && !textsIn(partAt(after, addresses)).has(ip);
  return isChanged(network) || isLeft ? 'goes' : 'stays';
}

const placeAttributes: Readonly<Record<string, { readonly network: string; readonly addresses: string }>> = {
  [portType]: { network: 'network_id', addresses: 'fixed_ip' },
  openstack_networking_router_v2: { network: 'external_network_id', addresses: 'external_fixed_ip' },
};

function whenDeleted(port: Port, doomed: Doomed): Fate {
  const { id, deviceId, deviceOwner: owner } = port;
  const isMentioned = doomed.mentioned.has(id) || (deviceId !== '' && doomed.mentioned.has(deviceId));
  // These are the network's own, and the network stays.
  if (deletedByNeutron.includes(owner)) return isMentioned ? 'may stay' : 'stays';
  // A service deletes a port with its own thing, and no plan deletes that.
  return isMentioned || doomed.mayHaveMore ? fateOf(port, doomed) : 'stays';
}
