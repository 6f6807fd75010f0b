/**
 * The order in which a deploy does these stacks: dependencies first, except where a stack removes a thing that another
 * stack has to let go of before (docs/adr/0038-order-of-removals.md). Pure.
 */
import { outputName } from '../../lib/contract/manifest';
import { groupedBy } from '../../lib/basics/groups';
import type { SynthesizedCode } from '../code';
import type { KnownResource, PlannedResource, TerraformPlan } from '../terraform/plan-json';
import { isDeletion } from '../terraform/ports-in-the-way';
import { Things } from '../terraform/things';
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
  /** `makes`: both make or change things, and nobody knows whether the second needs those of the first. */
  readonly because: 'waits' | 'reads' | 'makes';
}

/** A thing that no order of whole stacks removes in one deploy. */
export interface StuckThing extends Pick<Use, 'thing' | 'isReplaced'> {
  /** At least one. */
  readonly uses: readonly Use[];
  /** Why the stack of the first use can't come first. Empty where its plan keeps the use, or it has no plan. */
  readonly circle: readonly (Need | OrderedRemoval)[];
  /** False: that stack has no plan, and not because it waits for the stack of this thing. */
  readonly isForGood: boolean;
}

export interface DeployOrder {
  /** The names of the stacks. */
  readonly names: readonly string[];
  readonly follows: readonly OrderedRemoval[];
  readonly stuck: readonly StuckThing[];
  /** Names the things of uses. It also knows what stacks without a plan have. */
  readonly things: Things;
}

/** Nothing is removed. */
export const noRemovals: DeployOrder = { names: [], follows: [], stuck: [], things: new Things([]) };

/**
 * @param stacks in dependency order
 * @param making the stacks in which stackward's half makes or changes something, or may do so
 */
export function deployOrder(stacks: readonly StackToOrder[], making: ReadonlySet<string>): DeployOrder {
  const names = stacks.map(({ name }) => name);
  const isRemoving = stacks.some(({ plan }) => plan?.changes.some(isDeletion));
  if (stacks.length < 2 || !isRemoving) return { ...noRemovals, names };
  const things = new Things(stacks.map(({ name, plan, held = [] }) => ({ stack: name, plan: plan ?? planOf(held) })));
  const uses = findUses(stacks, things);
  if (uses.length === 0) return { ...noRemovals, names };
  const needs = needsOf(stacks, making);
  const removals = removalsOf(uses);
  const { names: ordered, follows, broken } = orderStacks(names, needs, removals);
  const waiting = new Set(stacks.filter(({ waitsFor }) => waitsFor.length > 0).map(({ name }) => name));
  const needing = new Set(needs.filter(({ then }) => waiting.has(then)).map(({ first, then }) => `${first} ${then}`));
  const lasting = uses.filter(({ end }) => end !== 'lets go');
  const stuck = [
    ...stuckBy(lasting, [], ({ thing, by, end }) => end === 'keeps' || needing.has(`${thing.stack} ${by.stack}`)),
    ...broken.flatMap(({ removal, circle }) => stuckBy(removal.uses, hopsOf(circle, needs, removals), () => true)),
  ];
  return { names: ordered, follows, stuck: oncePerThing(stuck), things };
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
  [
    ...groupedBy(
      uses.filter(({ end }) => end === 'lets go'),
      ({ thing, by, isRefused }) => `${by.stack} ${thing.stack} ${String(isRefused)}`,
    ).values(),
  ].flatMap((group) =>
    group
      .slice(0, 1)
      .map(({ thing, by, isRefused }) => ({ first: by.stack, then: thing.stack, isRefused, uses: group })),
  );

const stuckBy = (uses: readonly Use[], circle: StuckThing['circle'], isForGood: (use: Use) => boolean): StuckThing[] =>
  [...groupedBy(uses, ({ thing }) => thing).values()].flatMap(
    (group) =>
    group.slice(0, 1).map(({ thing, isReplaced }) => ({ thing, isReplaced, uses: group, circle, isForGood: group.some(isForGood) })), // prettier-ignore
  );

/** A use that lasts says more of a thing than a circle, and one circle is enough. */
const oncePerThing = (stuck: readonly StuckThing[]): StuckThing[] =>
  [...groupedBy(stuck, ({ thing }) => thing).values()].flatMap((group) => group.slice(0, 1));

const hopsOf = (
  circle: readonly string[],
  needs: readonly Need[],
  removals: readonly OrderedRemoval[],
): StuckThing['circle'] =>
  circle.slice(1).flatMap((then, place) => {
    const isHop = (pair: Pair): boolean => pair.first === circle[place] && pair.then === then;
    return needs.find(isHop) ?? removals.find((removal) => removal.isRefused && isHop(removal)) ?? [];
  });

/** The dependencies that have force, also those through other stacks. */
function needsOf(stacks: readonly StackToOrder[], making: ReadonlySet<string>): Need[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const above = new Map<string, ReadonlySet<string>>();
  const makes = new Set(stacks.filter((stack) => makesThings(stack, making)).map(({ name }) => name));
  return stacks.flatMap((stack) => {
    const all = new Set(stack.dependsOn.flatMap((needed) => [needed, ...(above.get(needed) ?? [])]));
    above.set(stack.name, all);
    return [...all].flatMap((name): Need[] => {
      const first = byName.get(name);
      const because = first && whyNeeded(first, stack, makes);
      return because === undefined ? [] : [{ first: name, then: stack.name, because }];
    });
  });
}

function whyNeeded(first: StackToOrder, then: StackToOrder, makes: ReadonlySet<string>): Need['because'] | undefined {
  if (then.plan === undefined || first.plan === undefined) return 'waits';
  const read = then.code.reads.get(first.name) ?? [];
  const isChanged = first.plan.outputs.some(({ name }) => name !== outputName && read.includes(name));
  if (isChanged) return 'reads';
  return makes.has(first.name) && makes.has(then.name) ? 'makes' : undefined;
}

const taking: ReadonlySet<PlannedResource['action']> = new Set(['delete', 'forget', 'move', 'import']);

/** A stack without a plan may make anything. */
const makesThings = ({ name, plan }: StackToOrder, making: ReadonlySet<string>): boolean =>
  plan === undefined || making.has(name) || plan.changes.some(({ action }) => !taking.has(action));
