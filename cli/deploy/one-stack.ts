/** Does both halves of one reviewed stack: Terraform's saved plan, then stackward's steps on the values known now. */
import { basename } from 'node:path';
import { findDifferences, readPlanChanges } from '../../review/terraform/plan-changes';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, Refused, StalePlan } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import { findOtherValue } from '../../lib/basics/known-values';
import { idOf } from '../../lib/contract/kind';
import { outputName, parseManifests, type DeclaredManifest } from '../../lib/contract/manifest';
import { reviewed as reviewedSteps, type SavedPlan } from '../../lib/journal/saved-plan';
import type { DeployLine, Half } from '../../lib/journal/deploy-record';
import { everything } from '../../lib/run/engine';
import { stepKey, type Plan, type PlannedStep } from '../../lib/run/plan';
import { renderPlan, renderReport } from '../../lib/render/text';
import { planOneStack, planOurs } from '../both-halves';
import type { JournalOptions, SelectionOptions } from '../options';
import { carryOut } from '../perform';
import type { WritingRun } from '../run';
import { outputWidth, say } from '../terminal';
import { sayDifferences } from './evidence';
import { refuseLost } from './locks';
import type { ReviewedStack, ReviewedTerraform } from './reviewed';
import { sayChanges } from './show';

export interface Bench {
  readonly run: WritingRun<SelectionOptions & JournalOptions>;
  readonly context: TerraformContext;
  /** For plans that are made again. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Writes a line of the journal; then it is on disk. */
  readonly record: (line: Omit<DeployLine, 'time'>) => void;
}

export type HalfOutcome = Exclude<DeployLine['outcome'], 'begun'>;

export interface DoneStack {
  readonly outcomes: Readonly<Record<Half, HalfOutcome>>;
  /** Whether something came up that nobody reviewed, or still waits. */
  readonly isIncomplete: boolean;
}

/**
 * @param ours stackward's half as it was reviewed; undefined if the stack has none
 * @param isMoved whether an earlier stack of this deploy changed outputs that this stack may read
 */
export async function deployStack(
  reviewed: ReviewedStack & { readonly terraform: ReviewedTerraform },
  ours: SavedPlan | undefined,
  isMoved: boolean,
  bench: Bench,
): Promise<DoneStack> {
  const stack = reviewed.stack.name;
  const terraform = await half(stack, 'terraform', bench, () => deployTerraform(reviewed, isMoved, bench));
  if (terraform.outcome === 'failed' || reviewed.manifest === undefined || ours === undefined || bench.signal.aborted) {
    const isLeft = ours !== undefined;
    if (isLeft) bench.record({ stack, half: 'stackward', outcome: 'left' });
    return {
      outcomes: { terraform: terraform.outcome, stackward: isLeft ? 'left' : 'unchanged' },
      isIncomplete: isLeft,
    };
  }
  const changed = terraform.outcome === 'done';
  const done = await half(stack, 'stackward', bench, () => deployOurs(reviewed, ours, changed, bench));
  return {
    outcomes: { terraform: terraform.outcome, stackward: done.outcome },
    isIncomplete: done.isIncomplete === true,
  };
}

interface DoneHalf {
  readonly outcome: HalfOutcome;
  readonly isIncomplete?: boolean;
  readonly message?: string;
  readonly runName?: string;
}

/** Writes the lines of the journal around a half, and says why it failed. */
async function half(stack: string, name: Half, bench: Bench, work: () => Promise<DoneHalf>): Promise<DoneHalf> {
  const { style, options } = bench.run;
  bench.record({ stack, half: name, outcome: 'begun' });
  let done: DoneHalf;
  try {
    refuseLost(bench.run.options.journal, stack);
    done = await work();
  } catch (error) {
    const { message } = asStackwardError(error);
    if (!options.json) say(`${style.red('Problem:')} ${printable(message)}`);
    done = { outcome: 'failed', message };
  }
  const { outcome, message, runName } = done;
  bench.record({ stack, half: name, outcome, ...defined({ message, run: runName }) });
  return done;
}

async function deployTerraform(
  { stack, terraform }: ReviewedStack & { readonly terraform: ReviewedTerraform },
  isMoved: boolean,
  { context, folder, run }: Bench,
): Promise<DoneHalf> {
  const engine = new StackTerraform(stack, context);
  const { file, hasChanges, plan } = isMoved ? await planAgain(engine, terraform, folder) : terraform;
  if (!hasChanges) return { outcome: 'unchanged' };
  await engine.apply(file);
  if (!run.options.json) say(`${stack.name}: Terraform's half is done${plan.changes.length > 0 ? ` (${sayChanges(plan.changes)})` : ''}`); // prettier-ignore
  return { outcome: 'done' };
}

/** @throws StalePlan naming what the review did not show */
async function planAgain(
  engine: StackTerraform,
  reviewed: ReviewedTerraform,
  folder: string,
): Promise<ReviewedTerraform> {
  const { file, hasChanges, json } = await planOneStack(engine, folder);
  const where = `stack ${engine.stack.name}`;
  const plan = readPlanChanges(json, where);
  const differences = findDifferences(reviewed.plan, plan, { isMoved: true });
  if (differences.length > 0)
    throw new StalePlan(`an earlier stack has other outputs now, and so ${sayDifferences(differences)}; review again`, { where }); // prettier-ignore
  return { file, hasChanges, plan };
}

async function deployOurs(
  { stack, manifest: declared }: ReviewedStack,
  ours: SavedPlan,
  isBeforeChanged: boolean,
  { run, context, signal, record }: Bench,
): Promise<DoneHalf> {
  const { style, options } = run;
  const manifest = await readManifest(new StackTerraform(stack, context));
  const planned = await planOurs(manifest, run.readers);
  const { plan, unreviewed } = reviewedSteps(ours, planned, {
    isExpected: expecting(declared, manifest),
    isBeforeCompared: !isBeforeChanged,
  });
  const seen = new Set(ours.steps.map(({ id, target }) => stepKey(id, target)));
  const isNew = unreviewed + plan.problems.length > 0 || plan.steps.some(({ id, target }) => !seen.has(stepKey(id, target))); // prettier-ignore
  const isSilent = plan.steps.length + plan.problems.length + plan.warnings.length === 0;
  if (!options.json && isNew && !isSilent) say(`\n${renderPlan(plan, style, 'deploy', outputWidth())}`);
  const sweep = [{ owner: manifest.owner, stacks: [manifest.stack] }];
  const own = { ...run, manifests: [manifest], filter: everything, sweep };
  let runName: string | undefined;
  const onBegun = (journal: string): void => {
    runName = basename(journal);
    record({ stack: stack.name, half: 'stackward', outcome: 'begun', run: runName });
  };
  const { report, exitCode, isChanged } = await carryOut(own, plan, 'deploy', { signal, onBegun });
  if (!options.json && plan.steps.length > 0) say(renderReport(plan, report, style, 'apply'));
  const named = defined({ runName });
  if (exitCode === 1) return { outcome: 'failed', message: problemsOf(plan, report), ...named };
  const isIncomplete = unreviewed > 0 || exitCode === 2;
  return { outcome: isChanged ? 'done' : 'unchanged', isIncomplete, ...named };
}

const problemsOf = (
  plan: Plan,
  report: { readonly problems: Plan['problems']; readonly results: readonly { readonly message?: string }[] },
): string =>
  [...plan.problems, ...report.problems]
    .map(({ where, message }) => `${where}: ${message}`)
    .slice(0, 5)
    .join('; ') ||
  report.results
    .flatMap(({ message }) => message ?? [])
    .slice(0, 5)
    .join('; ');

async function readManifest(terraform: StackTerraform): Promise<DeclaredManifest> {
  const where = `stack ${terraform.stack.name}`;
  const text = await terraform.output(outputName);
  const [manifest] = text === undefined ? [] : parseManifests(text, where);
  if (manifest === undefined)
    throw new Refused(`its state has no output "${outputName}" after Terraform's half; deploy it again`, { where });
  return manifest;
}

/** A step that the review could not show, because its resource waited for a value of Terraform's. */
function expecting(declared: DeclaredManifest | undefined, now: DeclaredManifest): (step: PlannedStep) => boolean {
  const waited = new Map(
    (declared?.resources ?? [])
      .filter(({ unknown }) => unknown.length > 0)
      .map((resource) => [idOf(resource), resource]),
  );
  const known = new Map(now.resources.map((resource) => [idOf(resource), resource]));
  return ({ id, leftBy, action }) => {
    const [then, own] = [waited.get(id), known.get(id)];
    if (then === undefined || own === undefined || leftBy !== undefined || action === 'delete') return false;
    return then.owner === own.owner && findOtherValue(then.spec, own.spec, 'spec', new Set(then.unknown)) === undefined;
  };
}
