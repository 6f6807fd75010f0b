/** Does both halves of one reviewed stack: Terraform's saved plan, then stackward's steps on the values known now. */
import { basename } from 'node:path';
import { findDifferences } from '../../review/terraform/plan-changes';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, Refused, StalePlan } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import { outputName, parseManifests, type DeclaredManifest } from '../../lib/contract/manifest';
import { findSecondUse } from '../../lib/journal/applied-before';
import type { BundleUses } from '../../lib/journal/bundle-uses';
import { digestOf } from '../../lib/journal/saved-plan';
import type { DeployLine, Half } from '../../lib/journal/deploy-record';
import { everything } from '../../lib/run/engine';
import { stepKey, type Note, type Plan } from '../../lib/run/plan';
import { count, renderPlan, renderReport } from '../../lib/render/text';
import { planOneStack, planOurs, type PlannedHalf } from '../both-halves';
import type { JournalOptions, SelectionOptions } from '../options';
import { carryOut } from '../perform';
import type { WritingRun } from '../run';
import { outputWidth, say } from '../terminal';
import type { HalfOutcome, HalfProblem } from './document';
import { sayDifferences } from './evidence';
import { refuseLost } from './locks';
import { allowedSteps, partOf } from './our-steps';
import type { PlannedStack } from './reviewed';
import { namesInPlans, sayChanges } from './show';
import { withoutUnshown, type Shown } from './unshown';

export interface Bench {
  readonly run: WritingRun<SelectionOptions & JournalOptions>;
  readonly context: TerraformContext;
  /** The folder for plans that the deploy makes again. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** The other stacks that have steps where a stack has some. */
  readonly companionsOf: (stack: string) => readonly string[];
  /** The risks that the review showed, and the rules of stackward.yaml. */
  readonly shown: Shown;
  /** Stack → its manifest as it is known by now. */
  readonly manifests: Map<string, DeclaredManifest>;
  /** Of the bundle that is deployed. */
  readonly uses: BundleUses | undefined;
  /** Writes a line of the journal; then it is on disk. */
  readonly record: (line: Omit<DeployLine, 'time'>) => void;
}

export interface DoneStack {
  readonly outcomes: Readonly<Record<Half, HalfOutcome>>;
  /** True if the deploy met something that nobody reviewed, or if a thing still waits. */
  readonly isIncomplete: boolean;
  readonly problems: readonly HalfProblem[];
}

/** @param isMoved whether an earlier stack of this deploy changed outputs that this stack may read */
export async function deployStack(planned: PlannedStack, isMoved: boolean, bench: Bench): Promise<DoneStack> {
  const stack = planned.stack.name;
  const { manifest, ours } = planned.reviewed;
  const terraform = await half(stack, 'terraform', bench, () => deployTerraform(planned, isMoved, bench));
  const hasOurs = manifest !== undefined && ours !== undefined;
  if (terraform.outcome === 'failed' || !hasOurs || bench.signal.aborted) {
    if (hasOurs) bench.record({ stack, half: 'stackward', outcome: 'left' });
    return {
      outcomes: { terraform: terraform.outcome, stackward: hasOurs ? 'left' : 'unchanged' },
      isIncomplete: hasOurs,
      problems: problemsOfHalf('terraform', terraform),
    };
  }
  const done = await half(stack, 'stackward', bench, () => deployOurs(planned, bench));
  return {
    outcomes: { terraform: terraform.outcome, stackward: done.outcome },
    isIncomplete: done.isIncomplete === true,
    problems: [...problemsOfHalf('terraform', terraform), ...problemsOfHalf('stackward', done)],
  };
}

const problemsOfHalf = (half: Half, { message, left = [] }: DoneHalf): HalfProblem[] =>
  [...(message === undefined ? [] : [message]), ...left].map((text) => ({ half, message: text }));

interface DoneHalf {
  readonly outcome: HalfOutcome;
  readonly isIncomplete?: boolean;
  readonly message?: string;
  /** What was left of it, and why. */
  readonly left?: readonly string[];
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
  { stack, terraform }: PlannedStack,
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
async function planAgain(engine: StackTerraform, reviewed: PlannedHalf, folder: string): Promise<PlannedHalf> {
  const planned = await planOneStack(engine, folder);
  const { name } = engine.stack;
  const names = namesInPlans([{ stack: name, plan: planned.plan }]);
  const nameOf = (address: string): string => names(name, address);
  const differences = findDifferences(reviewed.plan, planned.plan, { isMoved: true, nameOf });
  if (differences.length === 0) return planned;
  const where = `stack ${name}`;
  throw new StalePlan(`an earlier stack has other outputs now, and so ${sayDifferences(differences)}; review again`, {
    where,
  });
}

async function deployOurs({ stack, reviewed }: PlannedStack, bench: Bench): Promise<DoneHalf> {
  const { run, context, signal, record, manifests } = bench;
  const { style, options } = run;
  const { name } = stack;
  const manifest = await readManifest(new StackTerraform(stack, context));
  manifests.set(name, manifest);
  const companions = bench.companionsOf(name);
  const others = companions.flatMap((companion) => manifests.get(companion) ?? []);
  const planned = partOf(await planOurs(manifest, others, run.readers), name, companions);
  const allowed = allowedSteps(reviewed, planned, manifest, companions.length > 0);
  const { plan, unshown } = withoutUnshown(allowed.plan, manifest, bench.shown);
  const unreviewed = allowed.unreviewed + unshown;
  const ours = reviewed.ours ?? { steps: [] };
  const digest = reviewed.ours && digestOf(reviewed.ours);
  refuseSecondUse(plan, digest, name, bench.uses);
  const seen = new Set(ours.steps.map(({ id, target }) => stepKey(id, target)));
  const isNew = unreviewed + plan.problems.length > 0 || plan.steps.some(({ id, target }) => !seen.has(stepKey(id, target))); // prettier-ignore
  const isSilent = plan.steps.length + plan.problems.length + plan.warnings.length === 0;
  if (!options.json && isNew && !isSilent) say(`\n${renderPlan(plan, style, 'deploy', outputWidth())}`);
  const sweep = [{ owner: manifest.owner, stacks: [manifest.stack] }];
  const own = { ...run, manifests: [manifest, ...others], filter: everything, sweep };
  let runName: string | undefined;
  const onBegun = (journal: string): void => {
    runName = basename(journal);
    record({ stack: name, half: 'stackward', outcome: 'begun', run: runName });
  };
  const { report, exitCode, isChanged } = await carryOut(own, plan, 'deploy', {
    signal,
    onBegun,
    ...defined({ plan: digest }),
  });
  if (!options.json && plan.steps.length > 0) say(renderReport(plan, report, style, 'apply'));
  const left = plan.warnings.filter((warning) => !planned.warnings.includes(warning)).map(sayNote);
  const named = { left, ...defined({ runName }) };
  if (exitCode === 1) return { outcome: 'failed', message: problemsOf(plan, report), ...named };
  if (report.interrupted) return { outcome: 'failed', message: sayInterrupted(report.results), ...named };
  const isIncomplete = unreviewed > 0 || exitCode === 2;
  return { outcome: isChanged ? 'done' : 'unchanged', isIncomplete, ...named };
}

/** @throws Refused naming the run that did a step of the bundle before */
function refuseSecondUse(plan: Plan, digest: string | undefined, stack: string, uses: BundleUses | undefined): void {
  if (digest === undefined || uses === undefined) return;
  const second = findSecondUse(plan, digest, uses.runs);
  if (second !== undefined) throw new Refused(`${second}; review again`, { where: `stack ${stack}` });
}

const sayNote = ({ where, message }: Note): string => `${where}: ${message}`;

const problemsOf = (
  plan: Plan,
  report: { readonly problems: Plan['problems']; readonly results: readonly { readonly message?: string }[] },
): string =>
  [...plan.problems, ...report.problems].map(sayNote).slice(0, 5).join('; ') ||
  report.results
    .flatMap(({ message }) => message ?? [])
    .slice(0, 5)
    .join('; ');

function sayInterrupted(results: readonly { readonly outcome: string }[]): string {
  const done = results.filter(({ outcome }) => outcome === 'applied').length;
  return `interrupted; ${done} of ${count(results.length, 'step')} done and kept: run it again to go on from there`;
}

async function readManifest(terraform: StackTerraform): Promise<DeclaredManifest> {
  const where = `stack ${terraform.stack.name}`;
  const text = await terraform.output(outputName);
  const [manifest] = text === undefined ? [] : parseManifests(text, where);
  if (manifest === undefined)
    throw new Refused(`its state has no output "${outputName}" after Terraform's half; deploy it again`, { where });
  return manifest;
}
