/** The last part of a plan: puts everything that was found out into one plan. Pure. */
import { idOf } from '../contract/kind';
import type { Resource } from '../contract/resource';
import type { Located } from './locate';
import type { Observations } from './observe';
import type { Note, Plan, PlannedStep } from './plan';
import { stacksOf, type Prepared, type Request } from './prepare';
import { oneOwnerEach } from './stack-owners';
import type { Swept } from './sweep';

export function assemble(
  request: Request,
  prepared: Prepared,
  swept: Swept,
  located: Located,
  seen: Observations,
): Plan {
  const { waiting, refused, releases, dependencies, levels } = prepared;
  // A declared resource that can't be placed now is no leftover: the things that it left on targets stay.
  const unplaced = new Set([...waiting.map(({ id }) => id), ...refused, ...located.undone]);
  const mayGo = seen.steps.filter((step) => step.leftBy === undefined || !unplaced.has(step.id));
  const owned = oneOwnerEach(mayGo, request.manifests);
  return {
    stacks: stacksOf(request.manifests, request.filter),
    steps: inOrder(owned.kept, levels),
    problems: [...releases.problems, ...located.problems, ...seen.problems, ...owned.refused],
    warnings: [...releases.warnings, ...swept.warnings, ...located.warnings, ...seen.warnings],
    unswept: [...swept.unswept, ...seen.unswept],
    undone: [...new Set([...unplaced, ...seen.undone])],
    leaving: leaving(request, owned.kept),
    converged: seen.converged,
    looks: seen.looks,
    waiting,
    dependencies,
  };
}

/** Sorted by level, then by target and id. */
function inOrder(steps: readonly PlannedStep[], levels: ReadonlyMap<string, number>): PlannedStep[] {
  const order = new Map(
    steps.map((step) => [step, `${String(levels.get(step.id) ?? 0).padStart(6, '0')} ${step.target} ${step.id}`]),
  );
  return [...steps].sort((a, b) => ((order.get(a) ?? '') < (order.get(b) ?? '') ? -1 : 1));
}

/** Notes about declarations that leave the code while no step removes their things. */
function leaving({ manifests, kinds, filter }: Request, steps: readonly PlannedStep[]): Note[] {
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0) return [];
  const removed = new Set(steps.map((step) => step.id));
  const note = (resource: Resource): Note => ({
    where: idOf(resource),
    message: kinds.find((kind) => kind.kind === resource.kind)?.whenRemoved ?? 'nothing is done about it',
  });
  return manifests.flatMap((manifest) => manifest.removed.map(note)).filter(({ where }) => !removed.has(where));
}
