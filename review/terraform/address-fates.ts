/**
 * What becomes of the address of a port, by the plans of some stacks: a plan may delete the port, replace it, or update
 * it to another address. Pure.
 *
 * A port is compared only with the plans that say something about it, and a plan is read when a first port is compared.
 * So a change in which nobody has a named address reads no plan, and otherwise each plan is read once, however many
 * stacks there are.
 */
import { groupedBy } from '../../lib/basics/groups';
import type { Port } from '../../lib/contract/ports';
import { isNeutronsOwn } from '../../lib/openstack/port-owners';
import { hasTrue, partAt } from './attributes';
import { neutronsSpelling } from './named-addresses';
import { deletedByNeutron, doomedBy, fateOf, textsIn, type Doomed, type Fate } from './ports-in-the-way';
import { portType, textAt, type StackPlan, type Things } from './things';

/** The plans of some stacks, as far as ports may lose their addresses by them. */
interface Losses {
  readonly doomed: Doomed;
  /** Id → the updates of the thing. */
  readonly updates: ReadonlyMap<string, readonly Change[]>;
}
type Change = StackPlan['plan']['changes'][number];

/** By the places of the plans in the order of the deploy. */
interface Index {
  /** Each text of the things that a plan deletes, and the id of each that it updates → the places, in order. */
  readonly about: ReadonlyMap<string, readonly number[]>;
  /** The first plan by which a service may delete ports that nobody tells. */
  readonly firstWithMore: number;
}

export class AddressFates {
  readonly #losses = new Map<string, Losses>();
  readonly #places: ReadonlyMap<string, number>;
  #index: Index | undefined;

  /** @param plans in the order in which they are applied */
  constructor(
    private readonly plans: readonly StackPlan[],
    private readonly things: Things,
  ) {
    this.#places = new Map(plans.map(({ stack }, place) => [stack, place]));
  }

  /** By the plans of all earlier stacks. */
  before(stack: string, port: Port, ip: string): Fate {
    const end = this.place(stack);
    const about = this.about(port).filter((place) => place < end);
    return this.fate(about, this.index().firstWithMore < end, port, ip);
  }

  within(stack: string, port: Port, ip: string): Fate {
    return this.at(this.place(stack), port, ip);
  }

  /** The stack after this stack that gives the address up. */
  laterStack(stack: string, port: Port, ip: string): string | undefined {
    const start = this.place(stack);
    const later = this.about(port).find((place) => place > start && this.at(place, port, ip) === 'goes');
    return later === undefined ? undefined : this.plans[later]?.stack;
  }

  private at(place: number, port: Port, ip: string): Fate {
    return this.fate([place], this.lossesOf([place]).doomed.mayHaveMore, port, ip);
  }

  private place(stack: string): number {
    return this.#places.get(stack) ?? this.plans.length;
  }

  private about(port: Port): number[] {
    const { about } = this.index();
    const places = [port.id, port.deviceId, ...deviceOf(port)].flatMap((id) =>
      id === '' ? [] : (about.get(id) ?? []),
    );
    return [...new Set(places)].sort((a, b) => a - b);
  }

  private index(): Index {
    this.#index ??= this.readIndex();
    return this.#index;
  }

  private readIndex(): Index {
    const all = this.plans.map((_, place) => this.lossesOf([place]));
    const texts = all.flatMap(({ doomed, updates }, place) =>
      [...new Set([...doomed.mentioned, ...updates.keys()])].map((text) => ({ text, place })),
    );
    const first = all.findIndex(({ doomed }) => doomed.mayHaveMore);
    const about = [...groupedBy(texts, ({ text }) => text)].map(
      ([text, found]) => [text, found.map(({ place }) => place)] as const,
    );
    return { about: new Map(about), firstWithMore: first < 0 ? this.plans.length : first };
  }

  private lossesOf(places: readonly number[]): Losses {
    const key = places.join();
    const losses =
      this.#losses.get(key) ??
      lossesBy(
        places.flatMap((place) => this.plans[place] ?? []),
        this.things,
      );
    this.#losses.set(key, losses);
    return losses;
  }

  private fate(places: readonly number[], mayHaveMore: boolean, port: Port, ip: string): Fate {
    const { doomed, updates } = this.lossesOf(places);
    const changes = [port.id, ...deviceOf(port)].flatMap((id) => updates.get(id) ?? []);
    const moved = changes.map((change) => whenUpdated(change, ip));
    if (moved.includes('goes')) return 'goes';
    return moved.includes('may stay') ? 'may stay' : whenDeleted(port, { ...doomed, mayHaveMore });
  }
}

/** The router or floating IP whose port it is: Neutron tells these by the device. */
export function deviceOf(port: Port): string[] {
  const isDevices = ['network:router_gateway', 'network:floatingip'].includes(port.deviceOwner);
  return isDevices && isNeutronsOwn(port) ? [port.deviceId] : [];
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
  const isNamed = [...textsIn(partAt(after, addresses))].some((text) => neutronsSpelling(text) === ip);
  return isChanged(network) || (isChanged(addresses) && !isNamed) ? 'goes' : 'stays';
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
