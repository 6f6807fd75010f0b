/**
 * Tells who may have caused a difference: somebody who changed the thing since a run wrote it, or the code. Only the
 * journal can tell, so nothing is said about a thing that none of its runs wrote. Pure.
 */
import { canonicalJson } from '../basics/canonical-json';
import { idOf } from '../contract/kind';
import type { Manifest } from '../contract/manifest';
import type { Change } from '../contract/reconciler';
import { declarationOf, type Spec } from '../contract/resource';
import { stepKey, type Note, type Plan, type PlannedStep } from '../run/plan';
import type { RecordedRun, StepRecord } from './run-record';
import { digitsOf } from './run-reference';

/** A run that can't be read may have written anything, so no run before it is a witness. */
export interface UnreadableRun {
  /** `run NAME`, or the journal's folder if that can't be read. */
  readonly where: string;
  readonly why: string;
}

/**
 * The plan with `since` in each step whose thing a run wrote, and with a warning if an unreadable run hides that.
 * @param manifests of the plan
 * @param runs the latest first; no more are read than are needed
 */
export function addSince(
  plan: Plan,
  manifests: readonly Pick<Manifest, 'resources'>[],
  runs: Iterable<RecordedRun | UnreadableRun>,
): Plan {
  const { found, unread } = findLastWrites(plan, runs);
  const specs = new Map(
    manifests.flatMap(({ resources }) => resources.map((each) => [idOf(each), declarationOf(each)])),
  );
  const steps = plan.steps.map((step) => {
    const last = found.get(stepKey(step.id, step.target));
    const since = last && sinceOf(step, last, step.leftBy === undefined ? specs.get(step.id) : undefined);
    return since === undefined ? step : { ...step, since };
  });
  return { ...plan, steps, warnings: [...plan.warnings, ...unread] };
}

type Written = StepRecord['changes'];

interface LastWrite {
  readonly run: RecordedRun;
  readonly step: StepRecord;
  /** Changes that this run and later ones made on the same target, also for other constructs. */
  readonly around: readonly Written[];
}

function findLastWrites(
  plan: Plan,
  runs: Iterable<RecordedRun | UnreadableRun>,
): { readonly found: ReadonlyMap<string, LastWrite>; readonly unread: readonly Note[] } {
  const open = new Set(plan.steps.map(({ id, target }) => stepKey(id, target)));
  const found = new Map<string, LastWrite>();
  const byTarget = new Map<string, Written[]>();
  if (open.size === 0) return { found, unread: [] };
  for (const run of runs) {
    if (!('record' in run)) return { found, unread: [unreadNote(run)] };
    for (const step of run.record.steps) {
      const key = stepKey(step.id, step.target);
      const outcome = run.results.get(key)?.outcome;
      if (outcome === 'skipped') continue;
      const around = byTarget.get(step.target) ?? [];
      around.push(step.changes);
      byTarget.set(step.target, around);
      if (!open.delete(key)) continue;
      // A step that failed, or has no result, may have written anything.
      if (outcome === 'applied' || outcome === 'unchanged') found.set(key, { run, step, around });
    }
    if (open.size === 0) break;
  }
  return { found, unread: [] };
}

const unreadNote = ({ where, why }: UnreadableRun): Note => ({
  where,
  message: `it can't be read, so nothing is said of who changed what it or an earlier run wrote: ${why}`,
});

function sinceOf(step: PlannedStep, last: LastWrite, spec: Spec | undefined): PlannedStep['since'] {
  const { run, step: written, around } = last;
  const known = step.changes.filter(
    ({ attribute, isComparable }) => isComparable !== false && valuesOf(attribute, written.changes).length > 0,
  );
  if (known.length === 0) return undefined;
  const isLeft = (change: Change, by: Written): boolean => valuesOf(change.attribute, by).includes(change.before);
  const moved = known.find((change) => !isLeft(change, written.changes));
  const time = run.record.startedAt;
  const when = `${time.slice(0, 10)} ${time.slice(11, 16)} UTC, run ${digitsOf(run.name)}`;
  if (moved === undefined) {
    const { rolledBack } = run.record;
    const back = rolledBack === undefined ? '' : `, which rolled back run ${digitsOf(rolledBack)}`;
    const code = isOtherCode(last, spec) ? '; the code changed since' : '';
    return { isOutside: false, message: `as left at ${when}${back}${code}` };
  }
  // Two constructs may share a rule or an option, and then a step of the other one moved it.
  if (around.some((by) => isLeft(moved, by))) return undefined;
  const [left = 'absent'] = valuesOf(moved.attribute, written.changes);
  const message = `changed since ${when}, by somebody else; that run left ${moved.attribute} = ${left}`;
  return { isOutside: true, message };
}

/** A `destroy` takes things away that the code still declares. */
const isOtherCode = ({ run, step }: LastWrite, spec: Spec | undefined): boolean =>
  run.record.command !== 'destroy' && canonicalJson({ spec: step.resource.spec }) !== canonicalJson({ spec });

/** The values that a run left. A rule of the same name may be in two files, so there may be several. */
const valuesOf = (attribute: string, written: Written): (string | undefined)[] =>
  written.filter((change) => change.attribute === attribute).map(({ after }) => after);
