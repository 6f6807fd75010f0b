/**
 * What a run was about to do, what it did, and what was there before (docs/adr/0004-journal.md). Pure: the text of its
 * files in and out; adapters/journal-folder.ts keeps them.
 */
import { z } from 'zod';
import type { Report } from './engine';
import { InvalidConfiguration } from './errors';
import { idOf, type Kind } from './kind';
import type { Manifest, Resource } from './manifest';
import { at, type Plan, type PlannedStep, type Problem } from './plan';
import type { Target } from './reconciler';

export const formatVersion = '1.0';

const change = z.object({ attribute: z.string(), before: z.string().optional(), after: z.string().optional() });
const resource = z.object({
  path: z.string(),
  stack: z.string(),
  owner: z.string(),
  kind: z.string(),
  /** Absent of what was removed: no manifest has it any more. */
  spec: z.record(z.string(), z.unknown()).optional(),
});
const runRecord = z.object({
  formatVersion: z.string().regex(/^1\./, 'is of another version of stackward'),
  version: z.string(),
  startedAt: z.string(),
  stacks: z.array(z.string()),
  steps: z.array(
    z.object({
      id: z.string(),
      target: z.string(),
      action: z.string(),
      subject: z.string(),
      because: z.string(),
      changes: z.array(change),
      before: z.record(z.string(), z.unknown()),
      resource,
    }),
  ),
});
const resultRecord = z.object({
  id: z.string(),
  target: z.string(),
  outcome: z.string(),
  message: z.string().optional(),
});

export type RunRecord = z.infer<typeof runRecord>;
type StepRecord = RunRecord['steps'][number];

/** A run as its folder tells it. */
export interface RecordedRun {
  readonly name: string;
  readonly record: RunRecord;
  /** `id@target` → outcome; a step without one may have been done. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** False: the run was killed. */
  readonly isComplete: boolean;
}

/** What is written before the first change. */
export function recordOf(plan: Plan, manifests: readonly Manifest[], version: string, startedAt: Date): RunRecord {
  const resources = new Map(manifests.flatMap((manifest) => manifest.resources).map((one) => [idOf(one), one]));
  const recordStep = (step: PlannedStep): StepRecord[] => {
    const { id, target, action, subject, because, changes, before, kind, leftBy } = step;
    const declared = leftBy === undefined ? resources.get(id) : undefined;
    const of = declared ?? leftBy;
    if (!of) return [];
    const { stack, owner } = of;
    const path = id.slice(kind.length + 1);
    const resource = { path, stack, owner, kind, ...(declared ? { spec: declared.spec } : {}) };
    return [{ id, target, action, subject, because, changes: [...changes], before, resource }];
  };
  return {
    formatVersion,
    version,
    startedAt: startedAt.toISOString(),
    stacks: [...plan.stacks],
    steps: plan.steps.flatMap(recordStep),
  };
}

/** One line of results.jsonl. */
export const renderResultRecord = ({ id, step, outcome, message }: Report['results'][number], time: Date): string =>
  `${JSON.stringify({ time: time.toISOString(), id, target: step.target, outcome, ...(message === undefined ? {} : { message }) })}\n`;

/** @throws InvalidConfiguration naming the file and the field */
export function parseRun(name: string, run: string, results: string, isComplete: boolean): RecordedRun {
  const record = parse(runRecord, run, `${name}/run.json`);
  // A killed run may leave a last line that is cut.
  const lines = results.split('\n').slice(0, -1);
  const ended = lines.map((line) => parse(resultRecord, line, `${name}/results.jsonl`));
  return { name, record, isComplete, outcomes: new Map(ended.map((one) => [`${one.id}@${one.target}`, one.outcome])) };
}

function parse<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidConfiguration('this is no journal of stackward: it is not JSON', { where });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidConfiguration(
    `this is no journal that this stackward reads: "${issue?.path.join('.')}" ${issue?.message}`,
    { where },
  );
}

const outcomeOf = ({ outcomes }: RecordedRun, step: StepRecord): string =>
  outcomes.get(`${step.id}@${step.target}`) ?? 'unknown';

/** Steps that were done, or may have been. */
export const touched = (run: RecordedRun): StepRecord[] =>
  run.record.steps.filter((step) => ['applied', 'unknown'].includes(outcomeOf(run, step)));

/** Manifests that declare what was there before the run, of all that it touched. */
export function undoManifests(run: RecordedRun, kinds: readonly Kind[]): Manifest[] {
  const byStack = new Map<string, Manifest & { resources: Resource[] }>();
  const byId = new Map<string, StepRecord[]>();
  for (const step of touched(run)) byId.set(step.id, [...(byId.get(step.id) ?? []), step]);
  for (const steps of byId.values()) {
    const [{ resource: named }] = steps as [StepRecord];
    const { path, stack, owner } = named;
    const kind = kinds.find((one) => one.kind === named.kind);
    if (!kind)
      throw new InvalidConfiguration(
        `the run touched "${named.kind}", a kind that this stackward doesn't know; use the one that made it`,
        { where: run.name },
      );
    const declared = steps.find((step) => step.resource.spec !== undefined)?.resource.spec;
    const spec = kind.undo(
      declared,
      steps.map(({ target, before }) => ({ target: target as Target, image: before })),
    );
    const manifest = byStack.get(stack) ?? { stack, owner, source: run.name, removed: [], resources: [] };
    manifest.resources.push({ path, stack, owner, kind: named.kind, spec, dependsOn: [], unknown: [] });
    byStack.set(stack, manifest);
  }
  return [...byStack.values()];
}

/** What is not as the run left it any more: undoing it would undo somebody else's work. Its steps are not to be applied. */
export function movedSince(run: RecordedRun, plan: Plan): Problem[] {
  const left = new Map(touched(run).map((step) => [`${step.id}@${step.target}`, step]));
  return plan.steps.flatMap((step): Problem[] => {
    const where = at(step.id, step.target);
    const wrote = new Map(left.get(where)?.changes.map((one) => [one.attribute, one.after]));
    const moved = step.changes.find((one) => wrote.has(one.attribute) && wrote.get(one.attribute) !== one.before);
    if (!moved) return [];
    const message = `${moved.attribute} is ${moved.before ?? 'absent'}, and the run left ${wrote.get(moved.attribute) ?? 'nothing'}; somebody changed it since, so decide by hand`;
    return [{ where, reason: 'StalePlan', message }];
  });
}

/** The plan without the steps that these problems name. */
export function withoutMoved(plan: Plan, problems: readonly Problem[]): Plan {
  const moved = new Set(problems.map((one) => one.where));
  return {
    ...plan,
    steps: plan.steps.filter((step) => !moved.has(at(step.id, step.target))),
    problems: [...plan.problems, ...problems],
  };
}
