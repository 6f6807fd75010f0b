/**
 * The files of a recorded run of a runbook (docs/adr/0019-runbooks.md). They are in the same journal as the runs of
 * apply. Anybody may have written them, so each act checks its own inputs and states.
 */
import * as z from 'zod';
import { printableJson } from '../basics/printable';
import {
  checked,
  name,
  parseEnd,
  parseLines,
  parseRun,
  readJson,
  recordHead,
  type RecordedEnd,
  type RecordedRun,
} from './run-record';
import { parseDeploy, type RecordedDeploy } from './deploy-record';
import { words } from './step-schema';

export const runbookFormat = '1.2';

const mostSteps = 1_000;
const number = z.int().min(1).max(mostSteps);
/** JSON data, which the step's act checks. */
const data = z.json();

const step = z.strictObject({
  step: number,
  act: name,
  title: words,
  inputs: data,
  /** The state when the plan was made. */
  before: data,
  /** Present if an earlier run of the chain did the step. */
  kept: z.strictObject({ before: data, after: data }).optional(),
});

const runbookRecord = z.strictObject({
  formatVersion: z.literal(runbookFormat, 'is of another version of stackward'),
  ...recordHead,
  runbook: name,
  argument: name,
  options: z.record(name, z.union([words, z.boolean()])),
  /** The lock is taken for this text. */
  thing: name,
  cloud: name,
  /** The name of the run whose steps this run finishes. */
  resumes: name.optional(),
  steps: z
    .array(step)
    .max(mostSteps)
    .refine((steps) => steps.every((each, index) => each.step === index + 1), 'are not numbered from 1 on'),
});

const lineRecord = z.strictObject({
  time: z.iso.datetime(),
  step: number,
  outcome: z.enum(['begun', 'done', 'unchanged', 'failed']),
  /** For `begun` the state before the step. For the others the state after it; absent if that could not be read. */
  state: data.optional(),
  reason: name.optional(),
  message: words.optional(),
});

export type RunbookRecord = z.infer<typeof runbookRecord>;
export type RunbookLine = z.infer<typeof lineRecord>;

/** How far a step got. */
export interface StepHistory {
  readonly outcome: RunbookLine['outcome'];
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface RecordedRunbook extends RecordedEnd {
  readonly name: string;
  readonly record: RunbookRecord;
  /** The key is the step's number. A step that this run did not begin has no entry. */
  readonly results: ReadonlyMap<number, StepHistory>;
}

export type AnyRun = RecordedRun | RecordedRunbook | RecordedDeploy;

export const isRunbook = (run: AnyRun): run is RecordedRunbook => 'runbook' in run.record;
export const isDeploy = (run: AnyRun): run is RecordedDeploy => 'deploys' in run.record;
/** True for a run of a plan, false for a runbook and for a deploy. */
export const isOfPlan = (run: AnyRun): run is RecordedRun => !isRunbook(run) && !isDeploy(run);

/** @throws InvalidConfiguration that names the file and the field */
export function parseAnyRun(folder: string, run: string, results: string, end: string | undefined): AnyRun {
  const where = `${folder}/run.json`;
  const told = readJson(run, where);
  const says = (field: string): boolean => typeof told === 'object' && told !== null && field in told;
  if (says('deploys')) return parseDeploy(folder, told, results, end);
  if (!says('runbook')) return parseRun(folder, told, results, end);
  const { lines, unreadable } = parseLines(lineRecord, results);
  return {
    name: folder,
    record: checked(runbookRecord, told, where),
    unreadable,
    results: historyOf(lines),
    end: parseEnd(folder, end),
  };
}

function historyOf(lines: readonly RunbookLine[]): ReadonlyMap<number, StepHistory> {
  const history = new Map<number, StepHistory>();
  for (const { step: number, outcome, state } of lines) {
    if (outcome === 'begun') history.set(number, { outcome, before: state });
    // A step with nothing to do has no `begun`.
    else history.set(number, { outcome, before: history.get(number)?.before ?? state, after: state });
  }
  return history;
}

export const renderRunbookLine = (line: RunbookLine): string => `${printableJson(line)}\n`;
