/**
 * What a run was about to do, what it did, and what was there before (docs/adr/0004-journal.md). Pure: the text of its
 * files in and out; adapters/journal-folder.ts keeps them.
 */
import { z } from 'zod';
import { defined } from './defined';
import type { Report } from './engine';
import { asStackwardError, InvalidConfiguration } from './errors';
import { parseJson } from './json';
import { idOf, type Kind } from './kind';
import type { Manifest } from './manifest';
import { at, type Note, type Plan, type PlannedStep, type Problem } from './plan';
import type { Target } from './reconciler';
import { declarationOf, type RestoredResource, type Spec } from './resource';

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
  command: z.enum(['apply', 'destroy', 'rollback']),
  /** The process that wrote it: `identity` is never another's on that host, whatever happens to the pid. */
  by: z.object({ host: z.string(), pid: z.number(), identity: z.string() }),
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
  reason: z.string().optional(),
  message: z.string().optional(),
});
const endRecord = z.object({ exitCode: z.number(), problems: z.array(z.object({ where: z.string() })) });

export type RunRecord = z.infer<typeof runRecord>;
export type RunBy = RunRecord['by'];
type StepRecord = RunRecord['steps'][number];
type ResultRecord = z.infer<typeof resultRecord>;

/** A run as its folder tells it. */
export interface RecordedRun {
  readonly name: string;
  readonly record: RunRecord;
  /** `id@target` → how it ended; a step without one may have been done. */
  readonly results: ReadonlyMap<string, Pick<ResultRecord, 'outcome' | 'reason'>>;
  /** Lines of results.jsonl that can't be read, of a disk that was full or a run that was killed; their steps have no result. */
  readonly unreadable: number;
  /** Undefined: the run was killed, or is under way. */
  readonly end: { readonly exitCode: number; readonly problems: number } | undefined;
}

/** What is written before the first change. */
export function recordOf(
  plan: Plan,
  manifests: readonly Manifest[],
  { version, command, by, startedAt }: Pick<RunRecord, 'version' | 'command' | 'by'> & { readonly startedAt: Date },
): RunRecord {
  const resources = new Map(manifests.flatMap((manifest) => manifest.resources).map((one) => [idOf(one), one]));
  const recordStep = (step: PlannedStep): StepRecord[] => {
    const { id, target, action, subject, because, changes, before, kind, leftBy } = step;
    const declared = leftBy === undefined ? resources.get(id) : undefined;
    const of = declared ?? leftBy;
    if (!of) return [];
    const { stack, owner } = of;
    const path = id.slice(kind.length + 1);
    const resource = { path, stack, owner, kind, ...defined({ spec: declared && declarationOf(declared) }) };
    return [{ id, target, action, subject, because, changes: [...changes], before, resource }];
  };
  return {
    ...{ formatVersion, version, command, by },
    startedAt: startedAt.toISOString(),
    stacks: [...plan.stacks],
    steps: plan.steps.flatMap(recordStep),
  };
}

/** One line of results.jsonl. */
export function renderResultRecord(
  { id, step, outcome, reason, message }: Report['results'][number],
  time: Date,
): string {
  const record: ResultRecord = { id, target: step.target, outcome, ...defined({ reason, message }) };
  return `${JSON.stringify({ time: time.toISOString(), ...record })}\n`;
}

/**
 * @param results of results.jsonl
 * @param end of report.json; undefined: there is none
 * @throws InvalidConfiguration naming the file and the field
 */
export function parseRun(name: string, run: string, results: string, end: string | undefined): RecordedRun {
  const record = parse(runRecord, run, `${name}/run.json`);
  const lines = results.split('\n').filter((line) => line !== '');
  const ended = lines.flatMap((line) => findResult(line) ?? []);
  const report = end === undefined ? undefined : parse(endRecord, end, `${name}/report.json`);
  return {
    ...{ name, record, unreadable: lines.length - ended.length },
    results: new Map(ended.map((one) => [at(one.id, one.target as Target), one])),
    end: report && { exitCode: report.exitCode, problems: report.problems.length },
  };
}

function findResult(line: string): ResultRecord | undefined {
  try {
    return resultRecord.safeParse(parseJson(line)).data;
  } catch {
    return undefined;
  }
}

function readJson(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const { detail } = asStackwardError(error);
    throw new InvalidConfiguration(`this is no journal of stackward: ${detail}`, { where, cause: error });
  }
}

function parse<T>(schema: z.ZodType<T>, text: string, where: string): T {
  const result = schema.safeParse(readJson(text, where));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidConfiguration(
    `this is no journal that this stackward reads: "${issue?.path.join('.')}" ${issue?.message}`,
    { where },
  );
}

const resultOf = ({ results }: RecordedRun, step: StepRecord) => results.get(at(step.id, step.target as Target));

/** Steps that were begun: one that failed, or has no result, may be done or half done. Observing tells. */
const begun = (run: RecordedRun): StepRecord[] =>
  run.record.steps.filter((step) => ['applied', 'failed', undefined].includes(resultOf(run, step)?.outcome));

/** Manifests that ask for what was there before the run, of all that it began. */
export function undoManifests(run: RecordedRun, kinds: readonly Kind[]): Manifest<RestoredResource>[] {
  const byStack = new Map<string, Manifest<RestoredResource> & { resources: RestoredResource[] }>();
  const byId = new Map<string, StepRecord[]>();
  for (const step of begun(run)) byId.set(step.id, [...(byId.get(step.id) ?? []), step]);
  for (const steps of byId.values()) {
    const [{ resource }] = steps as [StepRecord];
    const { stack, owner } = resource;
    if (!kinds.some((one) => one.kind === resource.kind))
      throw new InvalidConfiguration(
        `the run touched "${resource.kind}", a kind that this stackward doesn't know; use the one that made it`,
        { where: run.name },
      );
    const manifest = byStack.get(stack) ?? { stack, owner, source: run.name, removed: [], resources: [] };
    manifest.resources.push(restored(steps));
    byStack.set(stack, manifest);
  }
  return [...byStack.values()];
}

/** @param steps of one resource, of all its targets */
function restored(steps: readonly StepRecord[]): RestoredResource {
  const [{ resource: named }] = steps as [StepRecord];
  const { path, stack, owner, kind } = named;
  const declared: Spec | undefined = steps.find((step) => step.resource.spec !== undefined)?.resource.spec;
  return {
    ...{ path, stack, owner, kind, dependsOn: [], unknown: [] },
    before: steps.map(({ target, before }) => ({ target: target as Target, image: before })),
    ...defined({ declared }),
  };
}

/** Steps of a rollback that are not to be applied. */
export interface Moved {
  /** Undoing what is not as the run left it would undo somebody else's work. */
  readonly problems: readonly Problem[];
  /** Of what the run itself refused to write, because somebody had changed it. */
  readonly warnings: readonly Note[];
}

export function movedSince(run: RecordedRun, plan: Plan): Moved {
  const left = new Map(begun(run).map((step) => [at(step.id, step.target as Target), step]));
  const problems: Problem[] = [];
  const warnings: Note[] = [];
  for (const { id, target, changes } of plan.steps) {
    const where = at(id, target);
    const step = left.get(where);
    // Two files may have a rule of one name.
    const wrote = (attribute: string) => (step?.changes ?? []).filter((one) => one.attribute === attribute);
    const known = changes.filter(({ attribute }) => wrote(attribute).length > 0);
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

/** The plan without the steps that these name. */
export function withoutMoved(plan: Plan, { problems, warnings }: Moved): Plan {
  const moved = new Set([...problems, ...warnings].map((one) => one.where));
  return {
    ...plan,
    steps: plan.steps.filter((step) => !moved.has(at(step.id, step.target))),
    problems: [...plan.problems, ...problems],
    warnings: [...plan.warnings, ...warnings],
  };
}
