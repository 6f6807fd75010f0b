/**
 * The order in which a deploy does these stacks: dependencies first, except where a stack removes a thing that another
 * stack has to let go of before (docs/adr/0038-order-of-removals.md). Pure.
 */
import { outputName } from '../../lib/contract/manifest';
import { groupedBy } from '../../lib/basics/groups';
import type { SynthesizedCode } from '../code';
import type { KnownResource, PlannedResource, TerraformPlan } from '../terraform/plan-json';
import { isDeletion } from '../terraform/ports-in-the-way';
import { portType, textAt, Things } from '../terraform/things';
import { orderStacks, type Pair, type Removal } from './stack-order';
import { findUses, type Use, type UsingStack } from './uses';

export interface StackToOrder extends UsingStack {
  readonly dependsOn: readonly string[];
  readonly code: Pick<SynthesizedCode, 'reads'>;
  /** The stacks without which it can't be planned. */
  readonly waitsFor: readonly string[];
}

/** The first stack lets go of things, and then the other stack removes them. */
export interface OrderedRemoval extends Removal {
  readonly uses: readonly Use[];
}

/** Why a stack can't come before another stack. */
export interface Need extends Pair {
  /**
   * `makes`: both make or change things, and nobody knows whether the second needs those of the first. `unplanned`: the
   * second has no plan, so nobody knows; `unplanned-first`: the first has none.
   */
  readonly because: 'waits' | 'unplanned' | 'unplanned-first' | 'reads' | 'makes';
}

/** Why one stack comes after another. */
export type Hop = Need | OrderedRemoval;

/** A thing that no order of whole stacks removes in one deploy. */
export interface StuckThing extends Pick<Use, 'thing' | 'isReplaced' | 'isDeposed'> {
  /** At least one. */
  readonly uses: readonly Use[];
  /** Why the stack of the first use can't come first. Empty where its plan keeps the use, or it has no plan. */
  readonly circle: readonly Hop[];
  /** False: a later deploy of the same code may remove the thing, because the user's stack has a plan by then. */
  readonly needsOtherCode: boolean;
}

export interface DeployOrder {
  /** The names of the stacks. */
  readonly names: readonly string[];
  readonly follows: readonly OrderedRemoval[];
  readonly stuck: readonly StuckThing[];
  /** Names the things of uses. It also knows what stacks without a plan have. */
  readonly things: Things;
}

/** No stack uses what another removes. */
export const noUses: DeployOrder = { names: [], follows: [], stuck: [], things: new Things([]) };

/**
 * @param stacks in dependency order
 * @param making the stacks in which stackward's half makes or changes something, or may do so
 */
export function deployOrder(stacks: readonly StackToOrder[], making: ReadonlySet<string>): DeployOrder {
  const names = stacks.map(({ name }) => name);
  const isRemoving = stacks.some(({ plan }) => plan?.changes.some(isDeletion));
  if (stacks.length < 2 || !isRemoving) return { ...noUses, names };
  const things = new Things(
    stacks.map(({ name, plan, inState = [] }) => ({ stack: name, plan: plan ?? planOf(inState) })),
  );
  const uses = findUses(stacks, things);
  if (uses.length === 0) return { ...noUses, names };
  const dependencies = dependenciesOf(stacks);
  const needs = needsOf(stacks, dependencies, making);
  const removals = removalsOf(uses);
  const { names: ordered, follows, broken } = orderStacks(names, needs, removals);
  const hops = new Map([...removals.filter(({ isRefused }) => isRefused), ...needs].map((hop) => [keyOf(hop), hop]));
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const neverEnds = ({ thing, by, fate }: Use): boolean =>
    fate !== 'unplanned' || waitedFor(byName.get(by.stack), dependencies).has(thing.stack);
  const lasting = uses.filter(({ fate }) => fate !== 'lets go');
  const stuck = [
    ...stuckBy(lasting, [], neverEnds),
    ...broken.flatMap(({ removal, circle }) => stuckBy(removal.uses, hopsOf(circle, hops), () => true)),
  ];
  return { names: ordered, follows, stuck: oncePerThing(stuck), things };
}

/** The ids of ports in networks that wait for them: they are no ports of others. */
export function portsOfUsers({ stuck }: DeployOrder): ReadonlySet<string> {
  const users = stuck.flatMap(({ thing, uses }) => (thing.type === portType ? [] : uses.map(({ by }) => by)));
  return new Set(
    users.flatMap(({ values }) => ['id', 'port_id'].flatMap((attribute) => textAt(values, attribute) ?? [])),
  );
}

/** The things stay as they are. */
const planOf = (prior: readonly KnownResource[]): TerraformPlan => ({
  changes: [],
  drift: [],
  outputs: [],
  prior,
  planned: prior,
  expressions: new Map(),
});

const removalsOf = (uses: readonly Use[]): OrderedRemoval[] =>
  groupsOf(
    uses.filter(({ fate }) => fate === 'lets go'),
    ({ thing, by, isRefused }) => `${by.stack} ${thing.stack} ${String(isRefused)}`,
  ).map(([{ thing, by, isRefused }, group]) => ({ first: by.stack, then: thing.stack, isRefused, uses: group }));

const stuckBy = (uses: readonly Use[], circle: StuckThing['circle'], neverEnds: (use: Use) => boolean): StuckThing[] =>
  groupsOf(uses, ({ thing }) => thing).map(([{ thing, isReplaced, isDeposed }, group]) => {
    return { thing, isReplaced, isDeposed, uses: group, circle, needsOtherCode: group.some(neverEnds) };
  });

/** Each group with its first member. */
const groupsOf = <T>(all: readonly T[], keyOf: (each: T) => unknown): (readonly [T, readonly T[]])[] =>
  [...groupedBy(all, keyOf).values()].flatMap((group) => group.slice(0, 1).map((first) => [first, group] as const));

/** A use that lasts says more of a thing than a circle, and one circle is enough. */
const oncePerThing = (stuck: readonly StuckThing[]): StuckThing[] =>
  groupsOf(stuck, ({ thing }) => thing).map(([first]) => first);

const keyOf = ({ first, then }: Pair): string => `${first} ${then}`;

const hopsOf = (circle: readonly string[], hops: ReadonlyMap<string, Hop>): StuckThing['circle'] =>
  circle.slice(1).flatMap((then, place) => hops.get(keyOf({ first: circle[place] ?? '', then })) ?? []);

type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** Stack → the stacks on which it depends, also through others. */
function dependenciesOf(stacks: readonly StackToOrder[]): Dependencies {
  const all = new Map<string, ReadonlySet<string>>();
  for (const { name, dependsOn } of stacks) all.set(name, withDependencies(dependsOn, all));
  return all;
}

const withDependencies = (names: readonly string[], all: Dependencies): ReadonlySet<string> =>
  new Set(names.flatMap((name) => [name, ...(all.get(name) ?? [])]));

/** The stacks that have to be done before it can be planned. A deploy does none of them before their dependencies. */
const waitedFor = (stack: StackToOrder | undefined, all: Dependencies): ReadonlySet<string> =>
  withDependencies(stack?.waitsFor ?? [], all);

/** The dependencies that have force. */
function needsOf(stacks: readonly StackToOrder[], dependencies: Dependencies, making: ReadonlySet<string>): Need[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const makes = new Set(stacks.filter((stack) => makesThings(stack, making)).map(({ name }) => name));
  return stacks.flatMap((then) => {
    const waited = waitedFor(then, dependencies);
    return [...(dependencies.get(then.name) ?? [])].flatMap((name): Need[] => {
      const first = byName.get(name);
      const because = waited.has(name) ? 'waits' : first && whyNeeded(first, then, makes);
      return first === undefined || because === undefined ? [] : [{ first: name, then: then.name, because }];
    });
  });
}

function whyNeeded(first: StackToOrder, then: StackToOrder, makes: ReadonlySet<string>): Need['because'] | undefined {
  if (then.plan === undefined) return 'unplanned';
  if (first.plan === undefined) return 'unplanned-first';
  const read = then.code.reads.get(first.name) ?? [];
  const isChanged = first.plan.outputs.some(({ name }) => name !== outputName && read.includes(name));
  if (isChanged) return 'reads';
  return makes.has(first.name) && makes.has(then.name) ? 'makes' : undefined;
}

const makingNothing: ReadonlySet<PlannedResource['action']> = new Set(['delete', 'forget', 'move', 'import']);

/** A stack without a plan may make anything. */
const makesThings = ({ name, plan }: StackToOrder, making: ReadonlySet<string>): boolean =>
  plan === undefined || making.has(name) || plan.changes.some(({ action }) => !makingNothing.has(action));
