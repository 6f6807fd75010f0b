/**
 * The engine: plan, and apply what was planned.
 *
 * Goals: one target's trouble never hides or stops another's; nothing is thrown at the caller once the manifests are
 * accepted; what was not done is said. How: every target is observed once, side by side with a bound; steps go in
 * dependency order, level by level; after apply each touched target is observed and diffed again, so there is no
 * separate proof to trust. Given up: a level waits for its slowest target before the next one starts.
 */
import pLimit from 'p-limit';
import { compareReleases } from './declared-release';
import { asStackwardError, InvalidConfiguration, problemOf } from '../basics/errors';
import { idOf, type Kind, type Look, type Opened, type Placed } from '../contract/kind';
import type { Manifest } from '../contract/manifest';
import { concurrency, observe } from './observe';
import { dependenciesOf, dependencyLevels, select } from './plan';
import type { Filter, Note, Plan, PlannedStep, Problem } from './plan';
import type { Readers, Writers } from '../contract/ports';
import type { Finding, Scope, StepResult, Sweep } from '../contract/reconciler';
import type { Resource } from '../contract/resource';
import { lookAgain, type SecondLook } from './second-look';
import { oneOwnerEach, ownKey } from './stack-owners';
import { hostsToSweep, ownersOf, sweepOf, type Swept } from './sweep';
import type { Target } from '../contract/target';

export const everything: Filter = { stacks: [], kinds: [], targets: [] };

/**
 * Reads every target and says what `apply` would do. Writes nothing.
 * @param sweep what may be removed; default: `sweepOf` the manifests
 * @throws InvalidConfiguration when the manifests as a whole can't be right; whatever one resource or one target meets
 *   is a problem in the plan
 */
export function plan(
  manifests: readonly Manifest[],
  kinds: readonly Kind[],
  from: Readers,
  filter: Filter = everything,
  sweep: readonly Sweep[] = sweepOf(manifests, filter),
): Promise<Plan> {
  return planOn(manifests, kinds, from, filter, sweep);
}

/** @param again the targets of a second look: known to be there, whatever Neutron says now */
async function planOn(
  manifests: readonly Manifest[],
  kinds: readonly Kind[],
  from: Readers,
  filter: Filter,
  sweep: readonly Sweep[],
  again?: readonly Target[],
): Promise<Plan> {
  refuseUnknownKinds(manifests, kinds);
  const resources = select(
    manifests,
    kinds.map((kind) => kind.kind),
    filter,
  );
  const compared = await compareReleases(manifests, stacksOf(manifests, filter), from);
  const isRefused = (resource: Resource): boolean => compared.refused.has(resource.stack);
  const known = resources.filter((resource) => resource.unknown.length === 0 && !isRefused(resource));
  const dependencies = dependenciesOf(resources);
  const levels = dependencyLevels(dependencies);
  const named = [...resources, ...manifests.flatMap((manifest) => manifest.removed)];
  const scope: Scope = {
    sweep,
    owners: [...new Set([...ownersOf(manifests), ...sweep.map((one) => one.owner)])],
    ids: [...new Set(named.map(idOf))],
  };

  const opened = kinds.map((kind) => ({ kind, of: kind.open(known.filter((one) => one.kind === kind.kind)) }));
  for (const { of } of opened) refuseTwoOwners(of.identities, resources);
  const waiting = resources
    .filter((one) => one.unknown.length > 0)
    .map((one) => ({ id: idOf(one), unknown: one.unknown }));
  const swept: Swept = again
    ? {
        hosts: again.filter((target) => sweep.length > 0 && target.startsWith('host:')),
        ...{ unswept: [], warnings: [] },
      }
    : await hostsToSweep(sweep, from);
  const located = await locate(opened, scope, swept.hosts, from);
  const targets = again ?? filter.targets;
  if (!again && located.isComplete) refuseUnknownTargets(filter, located.placed);
  const places = located.placed.filter(({ target }) => targets.length === 0 || targets.includes(target));
  const seen = await observe(places, from);
  // What is declared and can't be placed now is no leftover: what there is of it stays.
  const refusedIds = resources.filter(isRefused).map(idOf);
  const unplaced = new Set([...waiting.map((one) => one.id), ...refusedIds, ...located.undone]);
  const mayGo = seen.steps.filter((step) => step.leftBy === undefined || !unplaced.has(step.id));
  const { kept: steps, refused } = oneOwnerEach(mayGo, manifests);

  return {
    stacks: stacksOf(manifests, filter),
    steps: inOrder(steps, levels),
    problems: [...compared.problems, ...located.problems, ...seen.problems, ...refused],
    warnings: [...compared.warnings, ...swept.warnings, ...located.warnings, ...seen.warnings],
    unswept: [...swept.unswept, ...seen.unswept],
    waiting,
    undone: [...new Set([...unplaced, ...seen.undone])],
    leaving: leaving(manifests, kinds, filter, steps),
    converged: seen.converged,
    looks: seen.looks,
    dependencies,
  };
}

/** By level, then by target and id. */
function inOrder(steps: readonly PlannedStep[], levels: ReadonlyMap<string, number>): PlannedStep[] {
  const order = new Map(
    steps.map((step) => [step, `${String(levels.get(step.id) ?? 0).padStart(6, '0')} ${step.target} ${step.id}`]),
  );
  return [...steps].sort((a, b) => ((order.get(a) ?? '') < (order.get(b) ?? '') ? -1 : 1));
}

const stacksOf = (manifests: readonly Manifest[], { stacks }: Filter): string[] =>
  manifests.map(({ stack }) => stack).filter((stack) => stacks.length === 0 || stacks.includes(stack));

interface Located {
  readonly placed: readonly Placed[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Note[];
  /** Ids of what belongs nowhere now. */
  readonly undone: readonly string[];
  /** False: a kind could not say where its resources belong. */
  readonly isComplete: boolean;
}

/** Asks each kind where its resources belong; one that can't say is a problem of all of them. */
async function locate(
  opened: readonly { kind: Kind; of: Opened }[],
  scope: Scope,
  hosts: readonly Target[],
  from: Readers,
): Promise<Located> {
  const isProblem = (one: Finding): one is Finding & { reason: Problem['reason'] } => one.reason !== undefined;
  const each = await Promise.all(
    opened.map(async ({ kind, of }): Promise<Located> => {
      try {
        const { placed, findings } = await of.locate(scope, hosts, from);
        return {
          placed,
          problems: findings.filter(isProblem).map(({ id, reason, message }) => ({ where: id, reason, message })),
          warnings: findings.filter((one) => !isProblem(one)).map(({ id, message }) => ({ where: id, message })),
          undone: findings.filter(isProblem).map(({ id }) => id),
          isComplete: true,
        };
      } catch (error) {
        const problems = [problemOf(error, kind.kind)];
        return { placed: [], problems, warnings: [], undone: [...of.identities.keys()], isComplete: false };
      }
    }),
  );
  return {
    placed: each.flatMap((one) => one.placed),
    problems: each.flatMap((one) => one.problems),
    warnings: each.flatMap((one) => one.warnings),
    undone: each.flatMap((one) => one.undone),
    isComplete: each.every((one) => one.isComplete),
  };
}

export interface Report extends SecondLook {
  /** One per planned step, in the order in which they ended. */
  readonly results: readonly (StepResult & { readonly step: PlannedStep })[];
  readonly interrupted: boolean;
}

/**
 * Does what the plan says and looks again. Never throws.
 * @param signal once aborted no further write is begun; what is under way ends, and the rest is skipped
 * @param onResult told of each result as it comes; what it throws ends the run in the same way, and is a problem of the report
 */
export async function apply(
  planned: Plan,
  kinds: readonly Kind[],
  manifests: readonly Manifest[],
  from: Readers,
  to: Writers,
  options: {
    filter?: Filter;
    sweep?: readonly Sweep[];
    signal?: AbortSignal;
    onResult?: (result: Report['results'][number]) => void;
  } = {},
): Promise<Report> {
  const results: Report['results'][number][] = [];
  const undone = new Set(planned.undone);
  const unrecorded = new AbortController();
  const recordProblems: Problem[] = [];
  const report = (step: PlannedStep, result: StepResult): void => {
    if (result.outcome === 'failed' || result.outcome === 'skipped') undone.add(result.id);
    const entry = { ...result, step };
    results.push(entry);
    try {
      options.onResult?.(entry);
    } catch (error) {
      if (unrecorded.signal.aborted) return;
      recordProblems.push(problemOf(error, 'journal'));
      unrecorded.abort("the journal can't be written, so it was not begun; run it again");
    }
  };
  const stop = AbortSignal.any([unrecorded.signal, ...(options.signal ? [options.signal] : [])]);
  const limit = pLimit(concurrency);
  let { looks } = planned;
  for (const steps of byLevel(planned)) {
    const ready = steps.filter((step) => {
      const blocker = planned.dependencies.get(step.id)?.find((id) => undone.has(id));
      if (blocker)
        report(step, { id: step.id, outcome: 'skipped', message: `it depends on ${blocker}, which is not done` });
      return !blocker;
    });
    looks = await Promise.all(looks.map((look) => limit(() => applyTo(look, ready, to, stop, report))));
  }
  const filter = options.filter ?? everything;
  const sweep = options.sweep ?? sweepOf(manifests, filter);
  const again = (targets: readonly Target[]) => planOn(manifests, kinds, from, filter, sweep, targets);
  const { problems, found } = await lookAgain(planned, again, results);
  return {
    ...{ results, found, problems: [...recordProblems, ...problems] },
    interrupted: options.signal?.aborted === true && results.some((one) => one.outcome === 'skipped'),
  };
}

/** Steps that may be done side by side, the earliest first. */
function byLevel({ steps, dependencies }: Plan): readonly (readonly PlannedStep[])[] {
  const levels = dependencyLevels(dependencies);
  const groups = new Map<number, PlannedStep[]>();
  for (const step of steps) {
    const level = levels.get(step.id) ?? 0;
    const group = groups.get(level);
    if (group) group.push(step);
    else groups.set(level, [step]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/**
 * One target's steps of one level; whatever has no result afterwards is reported as failed or skipped.
 * @returns the look that the next level starts from
 */
async function applyTo(
  look: Look,
  steps: readonly PlannedStep[],
  to: Writers,
  stop: AbortSignal,
  report: (step: PlannedStep, result: StepResult) => void,
): Promise<Look> {
  const left = new Map(
    steps.filter((step) => step.target === look.target && step.kind === look.kind).map((step) => [step.id, step]),
  );
  if (left.size === 0) return look;
  const done = new Set<string>();
  const ended = (): Look => look.after((step) => done.has(ownKey(step)));
  const rest = (result: Omit<StepResult, 'id'>): void => {
    for (const step of left.values()) report(step, { id: step.id, ...result });
    left.clear();
  };
  const notBegun = (): Look => {
    rest({
      outcome: 'skipped',
      message: typeof stop.reason === 'string' ? stop.reason : 'the run was interrupted before it; run it again',
    });
    return ended();
  };
  if (stop.aborted) return notBegun();
  try {
    const meant = new Set([...left.values()].map(ownKey));
    for await (const result of look.apply((step) => meant.has(ownKey(step)), to, stop)) {
      const step = left.get(result.id);
      left.delete(result.id);
      if (step === undefined) continue;
      if (result.outcome === 'applied' || result.outcome === 'unchanged') done.add(ownKey(step));
      report(step, result);
    }
    if (stop.aborted) return notBegun();
    rest({ outcome: 'failed', reason: 'UnrecoverableError', message: 'the kind gave no result for this step' });
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    rest({ outcome: 'failed', reason, message });
  }
  return ended();
}

function refuseUnknownKinds(manifests: readonly Manifest[], kinds: readonly Kind[]): void {
  const names = kinds.map((kind) => kind.kind);
  for (const resource of manifests.flatMap((manifest) => manifest.resources))
    if (!names.includes(resource.kind))
      throw new InvalidConfiguration(
        `the field "resources.${resource.path}.kind" of stack ${resource.stack} is "${resource.kind}"; ` +
          `this stackward knows ${names.join(', ')}: use the stackward that belongs to the constructs which wrote it`,
      );
}

function refuseUnknownTargets(filter: Filter, placed: readonly Placed[]): void {
  const targets = [...new Set(placed.map(({ target }) => target as string))];
  const unknown = filter.targets.find((one) => !targets.includes(one));
  if (unknown !== undefined)
    throw new InvalidConfiguration(
      `--target ${unknown} names nothing here; there ${targets.length === 1 ? 'is' : 'are'} ${targets.join(', ') || 'none'}`,
    );
}

function refuseTwoOwners(identities: ReadonlyMap<string, string>, resources: readonly Resource[]): void {
  const first = new Map<string, string>();
  const named = (id: string): string => `${id} (stack ${resources.find((one) => idOf(one) === id)?.stack})`;
  for (const [id, identity] of identities) {
    const other = first.get(identity);
    if (other !== undefined)
      throw new InvalidConfiguration(
        `${identity} is declared by ${named(other)} and by ${named(id)}; keep one of them`,
      );
    first.set(identity, id);
  }
}

/** What leaves the code without a step that removes it. */
function leaving(
  manifests: readonly Manifest[],
  kinds: readonly Kind[],
  filter: Filter,
  steps: readonly PlannedStep[],
): Note[] {
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0) return [];
  const removed = new Set(steps.map((step) => step.id));
  const note = (resource: Resource): Note => ({
    where: idOf(resource),
    message: kinds.find((kind) => kind.kind === resource.kind)?.whenRemoved ?? 'nothing is done about it',
  });
  return manifests.flatMap((manifest) => manifest.removed.map(note)).filter(({ where }) => !removed.has(where));
}
