/**
 * The engine: plan, and apply what was planned.
 *
 * Goals: one target's trouble never hides or stops another's; nothing is thrown at the caller once the manifests are
 * accepted; what was not done is said. How: every target is observed once, side by side with a bound; steps go in
 * dependency order, level by level; after apply each touched target is observed and diffed again, so there is no
 * separate proof to trust. Given up: a level waits for its slowest target before the next one starts.
 */
import pLimit from 'p-limit';
import { asStackwardError, InvalidConfiguration } from './errors';
import { idOf, type Kind, type Look, type Opened, type Placed } from './kind';
import type { Manifest, Resource } from './manifest';
import { at, dependenciesOf, dependencyLevels, select } from './plan';
import type { Filter, Note, Plan, PlannedStep, Problem } from './plan';
import type { Readers, Writers } from './ports';
import type { Scope, StepResult, Sweep, Target } from './reconciler';

/** Targets observed or written at the same time. */
const concurrency = 32;

export const everything: Filter = { stacks: [], kinds: [], targets: [] };

/** What a run of these manifests may remove: what their stacks left behind, and nothing when it is filtered. */
export function sweepOf(manifests: readonly Manifest[], filter: Filter): Sweep[] {
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0) return [];
  return ownersOf(manifests).map((owner) => ({
    owner,
    stacks: manifests.filter((manifest) => manifest.owner === owner).map((manifest) => manifest.stack),
  }));
}

export const ownersOf = (manifests: readonly Manifest[]): string[] => [
  ...new Set(manifests.map((manifest) => manifest.owner)),
];

/**
 * Reads every target and says what `apply` would do. Writes nothing.
 * @param sweep what may be removed; default: `sweepOf` the manifests
 * @throws InvalidConfiguration when the manifests as a whole can't be right; whatever one resource or one target meets
 *   is a problem in the plan
 */
export async function plan(
  manifests: readonly Manifest[],
  kinds: readonly Kind[],
  from: Readers,
  filter: Filter = everything,
  sweep: readonly Sweep[] = sweepOf(manifests, filter),
): Promise<Plan> {
  refuseUnknownKinds(manifests, kinds);
  const resources = select(
    manifests,
    kinds.map((kind) => kind.kind),
    filter,
  );
  const known = resources.filter((resource) => resource.unknown.length === 0);
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
  const undone = new Set(waiting.map((one) => one.id));
  const problems: Problem[] = [];
  const { located, warnings } = await locate(opened, scope, from, problems, undone);
  const targets = located.filter(({ placed }) => filter.targets.length === 0 || filter.targets.includes(placed.target));
  refuseUnknownTargets(filter, located);
  // What is declared and can't be placed now is no leftover: what there is of it stays.
  const unplaced = new Set(undone);
  const seen = await observe(targets, from, problems, undone);
  const steps = seen.steps.filter((step) => step.leftBy === undefined || !unplaced.has(step.id));

  const order = new Map(
    steps.map((step) => [step, `${String(levels.get(step.id) ?? 0).padStart(6, '0')} ${step.target} ${step.id}`]),
  );
  return {
    stacks: manifests
      .map((manifest) => manifest.stack)
      .filter((stack) => filter.stacks.length === 0 || filter.stacks.includes(stack)),
    steps: steps.sort((a, b) => ((order.get(a) ?? '') < (order.get(b) ?? '') ? -1 : 1)),
    problems,
    warnings: [...warnings, ...seen.warnings],
    waiting,
    undone: [...undone],
    leaving: leaving(manifests, kinds, filter, steps),
    converged: seen.converged,
    looks: seen.looks,
    dependencies,
  };
}

/** Asks each kind where its resources belong; one that can't say is a problem of all of them. */
async function locate(
  opened: readonly { kind: Kind; of: Opened }[],
  scope: Scope,
  from: Readers,
  problems: Problem[],
  undone: Set<string>,
): Promise<{ located: { kind: string; placed: Placed }[]; warnings: Note[] }> {
  const located: { kind: string; placed: Placed }[] = [];
  const warnings: Note[] = [];
  await Promise.all(
    opened.map(async ({ kind, of }) => {
      try {
        const { placed, findings } = await of.locate(scope, from);
        located.push(...placed.map((one) => ({ kind: kind.kind, placed: one })));
        for (const { id, message, reason } of findings) {
          if (reason === undefined) warnings.push({ where: id, message });
          else {
            problems.push({ where: id, reason, message });
            undone.add(id);
          }
        }
      } catch (error) {
        problems.push(problemOf(error, kind.kind));
        for (const id of of.identities.keys()) undone.add(id);
      }
    }),
  );
  return { located, warnings };
}

interface Seen {
  readonly steps: PlannedStep[];
  readonly warnings: Note[];
  readonly converged: string[];
  readonly looks: Look[];
}

/**
 * Observes each place, all kinds of one target in the same turn. What can't be read becomes a problem of that target, and
 * its resources `undone`; where only leftovers are looked for, it is a warning: a host that is gone must not fail every run.
 */
async function observe(
  places: readonly { kind: string; placed: Placed }[],
  from: Readers,
  problems: Problem[],
  undone: Set<string>,
): Promise<Seen> {
  const seen: Seen = { steps: [], warnings: [], converged: [], looks: [] };
  const limit = pLimit(concurrency);
  const byTarget = new Map<string, (typeof places)[number][]>();
  for (const place of places) byTarget.set(place.placed.target, [...(byTarget.get(place.placed.target) ?? []), place]);
  const look = async ({ kind, placed }: (typeof places)[number]) => {
    try {
      return { kind, placed, look: await placed.observe(from) };
    } catch (error) {
      const problem = problemOf(error, `${kind}@${placed.target}`);
      if (placed.ids.length > 0) problems.push(problem);
      else seen.warnings.push({ where: problem.where, message: `leftovers can't be looked for: ${problem.message}` });
      for (const id of placed.ids) undone.add(id);
      return undefined;
    }
  };
  const looks = (
    await Promise.all([...byTarget.values()].map((group) => limit(() => Promise.all(group.map(look)))))
  ).flat();
  for (const one of looks) {
    if (!one) continue;
    const { kind, placed, look } = one;
    const open = new Set<string>();
    look.difference.steps.forEach((step, index) => {
      open.add(step.id);
      seen.steps.push({ ...step, kind, target: look.target, before: look.images[index] ?? {} });
    });
    for (const { id, message, reason } of look.difference.findings) {
      const where = at(id, look.target);
      if (reason === undefined) seen.warnings.push({ where, message });
      else {
        open.add(id);
        undone.add(id);
        problems.push({ where, reason, message });
      }
    }
    seen.converged.push(...placed.ids.filter((id) => !open.has(id)).map((id) => at(id, look.target)));
    seen.looks.push(look);
  }
  return seen;
}

export interface Report {
  /** One per planned step, in the order in which they ended. */
  readonly results: readonly (StepResult & { readonly step: PlannedStep })[];
  /** What still differs, or couldn't be read again, after apply. */
  readonly problems: readonly Problem[];
  readonly interrupted: boolean;
}

/**
 * Does what the plan says and looks again. Never throws.
 * @param signal once aborted, the step under way ends and the rest is skipped
 * @param onResult told of each result as it comes
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
  const report = (step: PlannedStep, result: StepResult): void => {
    if (result.outcome === 'failed' || result.outcome === 'skipped') undone.add(result.id);
    const entry = { ...result, step };
    results.push(entry);
    options.onResult?.(entry);
  };
  const levels = dependencyLevels(planned.dependencies);
  const limit = pLimit(concurrency);
  for (const level of [...new Set(planned.steps.map((step) => levels.get(step.id) ?? 0))].sort((a, b) => a - b)) {
    const steps = planned.steps.filter((step) => (levels.get(step.id) ?? 0) === level);
    const ready = steps.filter((step) => {
      const blocker = planned.dependencies.get(step.id)?.find((id) => undone.has(id));
      if (blocker)
        report(step, { id: step.id, outcome: 'skipped', message: `it depends on ${blocker}, which is not done` });
      return !blocker;
    });
    await Promise.all(planned.looks.map((look) => limit(() => applyTo(look, ready, to, options.signal, report))));
  }
  const filter = options.filter ?? everything;
  const sweep = options.sweep ?? sweepOf(manifests, filter);
  const again = (targets: readonly Target[]) => plan(manifests, kinds, from, { ...filter, targets }, sweep);
  const problems = await lookAgain(planned, again, results);
  return { results, problems, interrupted: options.signal?.aborted ?? false };
}

/** One target's steps of one level; whatever has no result afterwards is reported as failed or skipped. */
async function applyTo(
  look: Look,
  steps: readonly PlannedStep[],
  to: Writers,
  signal: AbortSignal | undefined,
  report: (step: PlannedStep, result: StepResult) => void,
): Promise<void> {
  const left = new Map(
    steps
      .filter((step) => step.target === look.target && look.difference.steps.some((one) => one.id === step.id))
      .map((step) => [step.id, step]),
  );
  if (left.size === 0) return;
  const rest = (result: Omit<StepResult, 'id'>): void => {
    for (const step of left.values()) report(step, { id: step.id, ...result });
    left.clear();
  };
  const interrupted = { outcome: 'skipped', message: 'the run was interrupted before it; run it again' } as const;
  if (signal?.aborted) return rest(interrupted);
  try {
    for await (const result of look.apply(new Set(left.keys()), to)) {
      const step = left.get(result.id);
      left.delete(result.id);
      if (step) report(step, result);
      if (signal?.aborted) return rest(interrupted);
    }
    rest({ outcome: 'failed', reason: 'UnrecoverableError', message: 'the kind gave no result for this step' });
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    rest({ outcome: 'failed', reason, message });
  }
}

/** Plans once more and keeps what concerns the steps that were said to be done. */
async function lookAgain(
  planned: Plan,
  planAgain: (targets: readonly Target[]) => Promise<Plan>,
  results: Report['results'],
): Promise<Problem[]> {
  const done = new Set(
    results
      .filter((one) => one.outcome === 'applied' || one.outcome === 'unchanged')
      .map((one) => at(one.id, one.step.target)),
  );
  if (done.size === 0) return [];
  const touched = new Set(results.map((one) => one.step.target));
  const again = await planAgain([...touched]).catch(asStackwardError);
  if ('reason' in again) return [problemOf(again, 'after apply')];
  const before = new Set(planned.problems.map((one) => `${one.where} ${one.message}`));
  const left = again.steps
    .filter((step) => done.has(at(step.id, step.target)))
    .map((step): Problem => ({
      where: at(step.id, step.target),
      reason: 'NotConverged',
      message: `it was written and differs again (${step.because}); something else writes it too, so find out what, then plan again`,
    }));
  return [...left, ...again.problems.filter((one) => !before.has(`${one.where} ${one.message}`))];
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

function refuseUnknownTargets(filter: Filter, located: readonly { placed: Placed }[]): void {
  const targets = [...new Set(located.map(({ placed }) => placed.target as string))];
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

function problemOf(error: unknown, where: string): Problem {
  const { reason, detail, where: inner } = asStackwardError(error);
  return { where, reason, message: inner === undefined ? detail : `${inner}: ${detail}` };
}
