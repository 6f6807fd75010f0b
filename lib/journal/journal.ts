/**
 * The record of a run: its planned steps, their results, and the state before them (docs/adr/0004-journal.md). Pure:
 * this module makes and reads the text of the files; adapters/files/journal-folder.ts stores them.
 */
import { defined } from '../basics/defined';
import type { Report } from '../run/engine';
import { InvalidConfiguration } from '../basics/errors';
import { groupedBy } from '../basics/groups';
import { idOf, type Kind } from '../contract/kind';
import type { Manifest } from '../contract/manifest';
import { wordsOf } from '../contract/reconciler';
import { stepKey, type Note, type Plan, type PlannedStep, type Problem } from '../run/plan';
import { declarationOf, type RestoredResource, type Spec } from '../contract/resource';
import { formatVersion, type EndRecord, type RecordedRun, type ResultRecord } from './run-record';
import type { RunMaker, RunRecord, StepRecord } from './run-record';
import { printableJson } from '../basics/printable';

/** The run that a record is about. */
export type RunHead = RunMaker &
  Pick<RunRecord, 'version' | 'command' | 'plan' | 'rolledBack'> & {
    readonly startedAt: Date;
  };

/** The record that is written before the first change. */
export function recordOf(
  plan: Plan,
  manifests: readonly Manifest[],
  { version, command, by, user, job, commit, startedAt, plan: saved, rolledBack }: RunHead,
): RunRecord {
  const resources = new Map(
    manifests.flatMap((manifest) => manifest.resources).map((resource) => [idOf(resource), resource]),
  );
  const recordStep = (step: PlannedStep): StepRecord[] => {
    const { id, target, action, subject, because, changes, before, kind, leftBy } = step;
    const declared = leftBy === undefined ? resources.get(id) : undefined;
    const about = declared ?? leftBy;
    if (!about) return [];
    const { stack, owner } = about;
    const path = id.slice(kind.length + 1);
    const resource = { path, stack, owner, kind, ...defined({ spec: declared && declarationOf(declared) }) };
    return [{ id, target, action, subject, because, changes: changes.map(wordsOf), before, resource }];
  };
  return {
    formatVersion,
    version,
    command,
    by,
    ...defined({ user, job, commit }),
    startedAt: startedAt.toISOString(),
    ...defined({ plan: saved, rolledBack }),
    stacks: [...plan.stacks],
    steps: plan.steps.flatMap(recordStep),
  };
}

/** One line of results.jsonl. */
export function renderResultRecord(
  { id, step, outcome, reason, message }: Report['results'][number],
  time: Date,
): string {
  const told = { id, target: step.target, outcome, ...defined({ reason, message }) };
  const record: ResultRecord = { time: time.toISOString(), ...told };
  return `${printableJson(record)}\n`;
}

/** report.json. */
export const endOf = (plan: Plan, report: Report, exitCode: number): EndRecord => ({
  problems: [...plan.problems, ...report.problems].map(({ where, reason, message }) => ({ where, reason, message })),
  found: [...report.found],
  interrupted: report.interrupted,
  exitCode,
});

const resultOf = ({ results }: RecordedRun, step: StepRecord) => results.get(stepKey(step.id, step.target));

/** The steps that were begun. A step that failed or has no result may be done or half done; only observing tells. */
const begun = (run: RecordedRun): StepRecord[] =>
  run.record.steps.filter((step) => ['applied', 'failed', undefined].includes(resultOf(run, step)?.outcome));

/** Manifests that ask for the state before the run, for everything that the run began to change. */
export function undoManifests(run: RecordedRun, kinds: readonly Kind[]): Manifest<RestoredResource>[] {
  const byStack = new Map<string, Manifest<RestoredResource> & { resources: RestoredResource[] }>();
  for (const steps of groupedBy(begun(run), ({ id }) => id).values()) {
    const [{ resource }] = steps as [StepRecord];
    const { stack, owner } = resource;
    if (!kinds.some((kind) => kind.kind === resource.kind))
      throw new InvalidConfiguration(
        `the run touched "${resource.kind}", a kind that this stackward doesn't know; use the one that made it`,
        { where: run.name },
      );
    const manifest = byStack.get(stack) ?? { stack, owner, source: run.name, removed: [], resources: [] };
    if (manifest.owner !== owner)
      throw new InvalidConfiguration(`the stack ${stack} has two owners there, ${manifest.owner} and ${owner}`, {
        where: run.name,
      });
    manifest.resources.push(restored(steps));
    byStack.set(stack, manifest);
  }
  return [...byStack.values()];
}

/** @param steps of one resource, on all its targets */
function restored(steps: readonly StepRecord[]): RestoredResource {
  const [{ resource: named }] = steps as [StepRecord];
  const { path, stack, owner, kind } = named;
  const declared: Spec | undefined = steps.find((step) => step.resource.spec !== undefined)?.resource.spec;
  return {
    path,
    stack,
    owner,
    kind,
    dependsOn: [],
    unknown: [],
    before: steps.map(({ target, before }) => ({ target: target, image: before })),
    ...defined({ declared }),
  };
}

/** Steps of a rollback that are not applied. */
export interface Moved {
  /** Steps whose target is not as the run left it: undoing them would undo somebody else's work. */
  readonly problems: readonly Problem[];
  /** About steps that the run itself refused to write, because somebody had changed their target. */
  readonly warnings: readonly Note[];
}

export function movedSince(run: RecordedRun, plan: Plan): Moved {
  const left = new Map(begun(run).map((step) => [stepKey(step.id, step.target), step]));
  const problems: Problem[] = [];
  const warnings: Note[] = [];
  for (const { id, target, changes } of plan.steps) {
    const where = stepKey(id, target);
    const step = left.get(where);
    // A rule of the same name may be in two files.
    const wrote = (attribute: string) => (step?.changes ?? []).filter((change) => change.attribute === attribute);
    // A kind itself compares what no text tells, such as a secret.
    const known = changes.filter(
      ({ attribute, isComparable }) => isComparable !== false && wrote(attribute).length > 0,
    );
    const moved = known.filter(({ attribute, before }) => wrote(attribute).every(({ after }) => after !== before));
    const [first] = moved;
    if (!step || !first) continue;
    const reason = resultOf(run, step)?.reason;
    const is = `${first.attribute} is ${first.before ?? 'absent'}`;
    if ((reason === 'StalePlan' || reason === 'Blocked') && moved.length === known.length)
      warnings.push({ where, message: `the run refused to change it, and it is left as it is: ${is}` });
    else {
      const after = wrote(first.attribute)[0]?.after ?? 'nothing';
      const message = `${is}, and the run left ${after}; somebody changed it since, so decide by hand`;
      problems.push({ where, reason: 'StalePlan', message });
    }
  }
  return { problems, warnings };
}

/** The plan without the steps that `problems` and `warnings` name. */
export function withoutMoved(plan: Plan, { problems, warnings }: Moved): Plan {
  const moved = new Set([...problems, ...warnings].map((note) => note.where));
  return {
    ...plan,
    steps: plan.steps.filter((step) => !moved.has(stepKey(step.id, step.target))),
    problems: [...plan.problems, ...problems],
    warnings: [...plan.warnings, ...warnings],
  };
}
