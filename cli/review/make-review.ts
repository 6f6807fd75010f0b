/** Makes the review of what was planned: the same for `review` and for `deploy`. */
import { hostname } from 'node:os';
import { userName } from '../../adapters/process/user-name';
import { commitOf } from '../../adapters/process/working-tree';
import { defined } from '../../lib/basics/defined';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import type { Plan } from '../../lib/run/plan';
import { assembleReview, keyOfStep } from '../../review/assemble';
import type { Effect, Review } from '../../review/model';
import { deployOrder, type StackToOrder } from '../../review/order/deploy-order';
import { makingStacks } from '../../review/order/making';
import type { ReviewRules } from '../../review/rules';
import { version } from '../../package.json';
import { goneStacks } from '../gone-stacks';
import type { ReadingContext } from '../wire';
import { planOurHalves, type ReadStacks } from './read-halves';
import { readCloud } from './read-cloud';
import { readPackets } from './read-packets';

export interface Making {
  /** When the planning began. */
  readonly made: Date;
  readonly engine: Review['engine'];
  readonly rules: ReviewRules;
  /** True if these are all stacks of the code. */
  readonly isWhole: boolean;
  /** The stacks that have to do with the order, in dependency order. Default: those of the review. */
  readonly ordered?: readonly StackToOrder[];
  readonly warnings: readonly string[];
  /** The folder of the journal. */
  readonly journal: string;
  /** Adds what a deploy has to say of stackward's plan. Default: nothing. */
  readonly remark?: (own: Plan, manifests: readonly DeclaredManifest[]) => Plan;
}

export interface MadeReview {
  readonly review: Review;
  /** Stackward's plan over all these stacks; undefined if there is none, or it could not be made. */
  readonly own: Plan | undefined;
}

export async function makeReview(
  { stacks: all, problems, isWhole: isAllRead }: ReadStacks,
  { made, engine, rules, isWhole, ordered = all, warnings, journal, remark = (plan) => plan }: Making,
  context: ReadingContext,
): Promise<MadeReview> {
  const commit = commitOf('.');
  const manifests = all.flatMap(({ manifest }) => manifest ?? []);
  const planned = await planOurHalves(manifests, isWhole && isAllRead, context, journal);
  const own = planned.plan === undefined ? planned : { ...planned, plan: remark(planned.plan, manifests) };
  const gone = isWhole ? goneStacks('.', journal) : [];
  const order = deployOrder(ordered, makingStacks(all, own.plan));
  const stacks = order.names.flatMap((name) => all.find((stack) => stack.name === name) ?? []);
  const [packets, cloud] = await Promise.all([
    readPackets(stacks, own.plan, context),
    readCloud(stacks, order, context),
  ]);
  const review = assembleReview({
    made: made.toISOString(),
    by: `${userName()}@${hostname()}`,
    ...defined({ commit: await commit }),
    version,
    engine: { name: engine.name, version: engine.version },
    stacks,
    order,
    own: own.plan,
    rules,
    effects: effectsOf(own.plan),
    packets,
    cloud,
    problems: [...problems, ...(own.problem ? [own.problem] : [])],
    warnings: [...[...context.warnings(), ...gone].map(({ where, message }) => `${where}: ${message}`), ...warnings],
  });
  return { review, own: own.plan };
}

function effectsOf(own: Plan | undefined): ReadonlyMap<string, readonly Effect[]> {
  const steps = new Map(own?.steps.map((step) => [keyOfStep(step), step]));
  const effects = new Map<string, readonly Effect[]>();
  for (const { target, difference, effects: written } of own?.looks ?? []) {
    const all = written();
    for (const [place, step] of difference.steps.entries()) {
      const key = keyOfStep({ ...step, target });
      if (steps.has(key)) effects.set(key, all[place] ?? []);
    }
  }
  return effects;
}
