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
import { fateByChange, tellsAddress } from './changed-address';
import { deletedByNeutron, doomedBy, fateOf, type Doomed, type Fate } from './ports-in-the-way';
import { textAt, type StackPlan, type Things } from './things';

/** The plans of some stacks, as far as ports may lose their addresses by them. */
interface Losses {
  readonly doomed: Doomed;
  /** Without what the plans replace. */
  readonly deleted: Doomed;
  /** Id → the updates and the replacements of the thing that has the address. */
  readonly changed: ReadonlyMap<string, readonly Change[]>;
}
type Change = StackPlan['plan']['changes'][number];

/** By the places of the plans in the order of the deploy. */
interface Index {
  /** Each text of the things that a plan deletes, and the id of each that it changes → the places, in order. */
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
    const texts = all.flatMap(({ doomed, changed }, place) =>
      [...new Set([...doomed.mentioned, ...changed.keys()])].map((text) => ({ text, place })),
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
    const { doomed, deleted, changed } = this.lossesOf(places);
    const changes = [port.id, ...deviceOf(port)].flatMap((id) => changed.get(id) ?? []);
    const own = changes.map((change) => fateByChange(change, ip, this.things));
    if (own.includes('goes')) return 'goes';
    if (own.includes('may stay')) return 'may stay';
    if (changes.some(({ action }) => action === 'replace')) return 'stays';
    const fate = whenDeleted(port, { ...deleted, mayHaveMore });
    // The replacement of its server, for example, may get the address again.
    return fate === 'stays' && whenDeleted(port, { ...doomed, mayHaveMore }) !== 'stays' ? 'may stay' : fate;
  }
}

/** The router or floating IP whose port it is: Neutron tells these by the device. */
export function deviceOf(port: Port): string[] {
  const isDevices = ['network:router_gateway', 'network:floatingip'].includes(port.deviceOwner);
  return isDevices && isNeutronsOwn(port) ? [port.deviceId] : [];
}

function lossesBy(plans: readonly StackPlan[], things: Things): Losses {
  const read = plans.map(({ stack, plan }) => ({ stack, plan }));
  const changes = read.flatMap(({ plan }) => plan.changes);
  const doomed = doomedBy(read, things);
  const withoutReplacements = (): StackPlan[] =>
    read.map(({ stack, plan }) => ({
      stack,
      plan: { ...plan, changes: plan.changes.filter(({ action }) => action !== 'replace') },
    }));
  return {
    doomed,
    deleted: changes.some(({ action }) => action === 'replace') ? doomedBy(withoutReplacements(), things) : doomed,
    changed: groupedBy(changes.filter(tellsAddress), ({ before }) => textAt(before, 'id') ?? ''),
  };
}

function whenDeleted(port: Port, doomed: Doomed): Fate {
  const { id, deviceId, deviceOwner: owner } = port;
  const isMentioned = doomed.mentioned.has(id) || (deviceId !== '' && doomed.mentioned.has(deviceId));
  // These are the network's own, and the network stays.
  if (deletedByNeutron.includes(owner)) return isMentioned ? 'may stay' : 'stays';
  // A service deletes a port with its own thing, and no plan deletes that.
  return isMentioned || doomed.mayHaveMore ? fateOf(port, doomed) : 'stays';
}
