/** Observes the targets of a run: each place once, and all kinds of one target in the same turn. */
import pLimit from 'p-limit';
import { problemOf } from '../basics/errors';
import { groupedBy } from '../basics/groups';
import type { Look, Placed } from '../contract/kind';
import { oneNameEach } from './machines';
import { stepKey, type Note, type PlannedStep, type Problem } from './plan';
import type { Readers } from '../contract/ports';
import type { Target } from '../contract/target';

/** Targets observed or written at the same time. */
export const concurrency = 32;

export interface Observations {
  readonly steps: readonly PlannedStep[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Note[];
  readonly unswept: readonly Problem[];
  readonly converged: readonly string[];
  readonly looks: readonly Look[];
  /** Ids of resources that can't be read, or were refused. */
  readonly undone: readonly string[];
}

interface ObservedPlace {
  readonly placed: Placed;
  readonly machine: string | undefined;
  readonly look: Look;
}
interface UnreadPlace {
  readonly placed: Placed;
  readonly problem: Problem;
}

/** A place that can't be read is a problem of its target. If only leftovers were looked for there, it is `unswept`. */
export async function observe(places: readonly Placed[], from: Readers): Promise<Observations> {
  const limit = pLimit(concurrency);
  const byTarget = new Map<Target, Placed[]>();
  for (const placed of places) byTarget.set(placed.target, [...(byTarget.get(placed.target) ?? []), placed]);
  const ends = await Promise.all(
    [...byTarget].map(([target, group]) => limit(() => observeTarget(target, group, from))),
  );
  const unread = ends.flat().filter((end) => 'problem' in end);
  const { kept, refused } = oneNameEach(ends.flat().filter((end) => 'look' in end));
  const { problems, unswept } = sayUnread(unread);
  return interpret(kept, {
    unread,
    unswept,
    problems: [...problems, ...refused.map(({ problem }) => problem)],
    undone: [...unread.flatMap(({ placed }) => placed.ids), ...refused.flatMap(({ ids }) => ids)],
  });
}

async function observeTarget(
  target: Target,
  group: readonly Placed[],
  from: Readers,
): Promise<(ObservedPlace | UnreadPlace)[]> {
  // If the host can't be reached, each kind that reads it fails with the same error and reports it.
  const machine = from.machine(target).catch(() => undefined);
  return Promise.all(
    group.map(async (placed) => {
      try {
        const look = await placed.observe(from);
        return { placed, look, machine: await machine };
      } catch (error) {
        return { placed, problem: problemOf(error, `${placed.kind}@${target}`) };
      }
    }),
  );
}

/** Reports each cause once, however many kinds met it on a target. */
function sayUnread(unread: readonly UnreadPlace[]): { problems: Problem[]; unswept: Problem[] } {
  const causes = groupedBy(unread, ({ placed, problem }) => `${placed.target} ${problem.message}`);
  const problems: Problem[] = [];
  const unswept: Problem[] = [];
  for (const group of causes.values()) {
    const [{ placed, problem }] = group as [UnreadPlace];
    const said = group.length === 1 ? problem : { ...problem, where: placed.target };
    if (group.some((place) => place.placed.ids.length > 0)) problems.push(said);
    else
      unswept.push({
        ...said,
        message: `leftovers can't be looked for there, and some may still be in force: ${said.message}`,
      });
  }
  return { problems, unswept };
}

interface Before {
  readonly unread: readonly UnreadPlace[];
  readonly problems: readonly Problem[];
  readonly unswept: readonly Problem[];
  readonly undone: readonly string[];
}

function interpret(sights: readonly ObservedPlace[], before: Before): Observations {
  const seen = {
    steps: [] as PlannedStep[],
    warnings: [] as Note[],
    converged: [] as string[],
    looks: [] as Look[],
    problems: [...before.problems],
    undone: [...before.undone],
    unswept: before.unswept,
  };
  const unreadOf = new Map(before.unread.flatMap(({ placed }) => placed.ids.map((id) => [id, placed.target] as const)));
  for (const { placed, look } of sights) {
    const { kind, target, difference } = look;
    const open = new Set<string>();
    difference.steps.forEach((step, index) => {
      open.add(step.id);
      const unread = step.leftBy && unreadOf.get(step.id);
      // This target and the unread one may be one machine.
      if (unread === undefined) seen.steps.push({ ...step, kind, target, before: look.images[index] ?? {} });
      else
        seen.warnings.push({
          where: stepKey(step.id, target),
          message: `it is wanted on ${unread}, which can't be read, so what there is of it here stays until that can be`,
        });
    });
    for (const { id, message, reason } of difference.findings) {
      const where = stepKey(id, target);
      if (reason === undefined) seen.warnings.push({ where, message });
      else {
        open.add(id);
        seen.undone.push(id);
        seen.problems.push({ where, reason, message });
      }
    }
    for (const id of placed.ids) if (!open.has(id)) seen.converged.push(stepKey(id, target));
    seen.looks.push(look);
  }
  return seen;
}
