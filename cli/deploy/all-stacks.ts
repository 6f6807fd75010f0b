/** Shows a reviewed deploy, asks, locks, and does it stack after stack (docs/adr/0022-deploy.md). */
import { JournalFolder } from '../../adapters/files/journal-folder';
import { ThingLock } from '../../adapters/files/thing-lock';
import { runMaker } from '../../adapters/process/run-maker';
import type { Engine } from '../../adapters/terraform/engine';
import type { TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { printable } from '../../lib/basics/printable';
import { outputName, type DeclaredManifest } from '../../lib/contract/manifest';
import { deployFormat, halves, type Half } from '../../lib/journal/deploy-record';
import { stepKey } from '../../lib/run/plan';
import { version } from '../../package.json';
import type { TerraformHalf } from '../both-halves';
import { commandLine } from '../../lib/basics/command-line';
import { givenOptions } from '../given-options';
import type { DeployOptions, SelectionOptions } from '../options';
import type { PlanFolder } from '../plan-folder';
import type { WritingRun } from '../run';
import { approved, say, terminalWidth } from '../terminal';
import type { Review } from '../../review/model';
import type { ReviewRules } from '../../review/rules';
import { refuseRolledBack } from './bundled';
import type { HalfOutcome, HalfProblem } from './document';
import { tellEnd, type Outcomes } from './end';
import { sayDifferences } from './evidence';
import { lockOf } from './locks';
import { deployStack, type Bench } from './one-stack';
import { companionsIn } from './our-steps';
import { reasonToLeave, type ReviewedDeploy, type ReviewedStack } from './reviewed';
import { refuseForbidden, renderApprovals, renderReview } from './show';

export type Options = DeployOptions & SelectionOptions;

/** State that all rounds of a deploy share. */
export interface Round extends PlanFolder {
  /** The options of the command line. */
  readonly given: Options;
  /** Asks the engine for its version in the first round. */
  readonly findEngine: () => Promise<Engine>;
  readonly progress: {
    /** True if a change was begun, in this round or an earlier round. */
    hasBegun: boolean;
  };
  /** Each stack as its last round planned it. */
  readonly halves: Map<string, TerraformHalf>;
  /** Stack → how its halves ended, in this round or an earlier round. */
  readonly outcomes: Map<string, Readonly<Record<Half, HalfOutcome>>>;
  /** Why, in the last round about the stack. */
  readonly problems: Map<string, readonly HalfProblem[]>;
}

interface Deploying extends Round {
  readonly run: WritingRun<Options>;
  readonly context: TerraformContext & { readonly engine: Engine };
  readonly bundle: string | undefined;
  readonly options: Options;
  /** Whether it is about each stack of the code. */
  readonly isWhole: boolean;
  /** Of stackward.yaml. */
  readonly rules: ReviewRules;
}

export interface Ended {
  /** Leaves out the stacks of `next`, which have no end yet. */
  readonly exitCode: number;
  /** The stacks that waited and are gone on with; undefined if there are none. */
  readonly next?: Next;
}

export interface Next {
  /** Stacks whose turn has come, because those that they waited for are done. */
  readonly ready: readonly string[];
  /** They wait for those. */
  readonly later: readonly string[];
}

function hasWork(each: ReviewedStack, { review: { stacks }, left }: ReviewedDeploy): boolean {
  if (each.is !== 'planned') return false;
  const own = stacks.find(({ name }) => name === each.stack.name);
  const steps = own?.ours.filter(({ id, target }) => !left.has(stepKey(id, target))) ?? [];
  return each.terraform.hasChanges || steps.length + (own?.waiting.length ?? 0) > 0;
}

/** Shows, asks, locks and does. */
export async function deployReviewed(reviewed: ReviewedDeploy, deploying: Deploying): Promise<Ended> {
  const { run, options } = deploying;
  const { review, stacks } = reviewed;
  for (const name of ['', ...stacks.map(({ stack }) => stack.name)]) {
    const found = problemsIn(review, name);
    if (found.length > 0) tellProblems(deploying, name, found);
  }
  if (!options.json) say(renderReview(review, terminalWidth(), run.style));
  refuseForbidden(review);
  if (!stacks.some((each) => hasWork(each, reviewed))) return endWithoutWork(reviewed, deploying);
  const approvals = renderApprovals(review);
  if (!options.json && approvals !== '') say(approvals);
  if (!(await approved(options, commandOf(deploying)))) {
    say(`\nCancelled; ${deploying.progress.hasBegun ? 'what was done before it stays' : 'nothing was changed'}.`);
    return { exitCode: 1 };
  }
  const locks: ThingLock[] = [];
  try {
    for (const { stack } of stacks)
      locks.push(ThingLock.take(options.journal, { ...lockOf(stack), runbook: 'deploy' }));
    return await deployLocked(reviewed, deploying);
  } finally {
    for (const lock of locks) lock.release();
  }
}

const problemsIn = ({ problems }: Review, name: string): HalfProblem[] =>
  problems.filter(({ stack }) => stack === name).map(({ message }) => ({ message }));

/** Replaces those of an earlier round. */
function tellProblems({ problems }: Pick<Round, 'problems'>, stack: string, told: readonly HalfProblem[]): void {
  if (told.length === 0) problems.delete(stack);
  else problems.set(stack, told);
}

/** This deploy, as a person can give it again. A later round has other stacks, and its code is synthesized already. */
export function commandOf({ bundle, given }: Pick<Deploying, 'bundle' | 'given'>): string {
  const words = ['deploy', ...(bundle === undefined ? [] : [bundle])];
  return commandLine([...words, ...givenOptions(given), ...(given.synth ? [] : ['--no-synth'])]);
}

/** Only a plan of this deploy, in which nothing is left, tells that all is as the code says. */
function endWithoutWork(reviewed: ReviewedDeploy, deploying: Deploying): Ended {
  const { run, options, outcomes, isWhole } = deploying;
  const { review, stacks, left } = reviewed;
  for (const each of stacks) {
    const { name } = each.stack;
    outcomes.set(name, outcomeWithoutWork(each, reviewed));
    tellProblems(deploying, name, [...problemsIn(review, name), ...whyWithoutWork(each, reviewed)]);
  }
  const problems = stacks.flatMap((each) =>
    each.is === 'left' ? each.problems.map((problem) => `stack ${each.stack.name}: ${problem}`) : [],
  );
  const isDone = left.size === 0 && stacks.every(({ is }) => is === 'planned');
  const exitCode = review.problems.length + problems.length > 0 ? 1 : isDone ? 0 : 2;
  if (options.json) return { exitCode };
  for (const problem of problems) say(`${run.style.red('Problem:')} ${printable(problem)}`);
  const whose = isWhole ? '' : ` of ${sayDifferences(stacks.map(({ stack }) => stack.name))}`;
  const leaving = left.size === 0 ? undefined : `Left: ${sayDifferences([...left])}, which the bundle does not show; review again.`; // prettier-ignore
  tellEnd(run.style, new Map(), { isWhole, exitCode, goesOn: undefined }, exitCode === 0 ? `Both halves${whose} are as the code says.` : leaving); // prettier-ignore
  return { exitCode };
}

function outcomeWithoutWork(
  each: ReviewedStack,
  { left, review }: ReviewedDeploy,
): Readonly<Record<Half, HalfOutcome>> {
  if (each.is !== 'planned') return leftAlone;
  const own = review.stacks.find(({ name }) => name === each.stack.name);
  const isLeft = own?.ours.some(({ id, target }) => left.has(stepKey(id, target))) === true;
  return { terraform: 'unchanged', stackward: isLeft ? 'left' : 'unchanged' };
}

function whyWithoutWork(each: ReviewedStack, { left, review }: ReviewedDeploy): HalfProblem[] {
  if (each.is === 'waiting') return [{ message: reasonToWait(each.waitsFor) }];
  if (each.is === 'left') return whyLeft(each.problems, review);
  const own = review.stacks.find(({ name }) => name === each.stack.name)?.ours ?? [];
  return own
    .map(({ id, target }) => stepKey(id, target))
    .filter((key) => left.has(key))
    .map((key) => ({ half: 'stackward', message: `${key}, which the bundle does not show; review again` }));
}

const leftAlone: Readonly<Record<Half, HalfOutcome>> = { terraform: 'left', stackward: 'left' };

/** Without those that the review tells as its problems. */
const whyLeft = (messages: readonly string[], { problems }: Review): HalfProblem[] =>
  messages
    .filter((message) => !problems.some((problem) => problem.message === message))
    .map((message) => ({ message }));

const reasonToWait = (waitsFor: readonly string[]): string =>
  `nobody reviewed it, because it waited for ${waitsFor.join(', ')}`;

async function deployLocked(reviewed: ReviewedDeploy, deploying: Deploying): Promise<Ended> {
  const { run, stop, options, bundle } = deploying;
  const all = reviewed.stacks.map(({ stack }) => stack);
  // Another deploy may have used the bundle while this one planned and asked. Under the locks none can.
  const uses = reviewed.bundle && refuseRolledBack(reviewed.bundle.digest, all, options.journal, bundle ?? '');
  const journal = await beginJournal(reviewed, deploying);
  deploying.progress.hasBegun = true;
  const record: Bench['record'] = (line) => journal.half({ time: new Date().toISOString(), ...line });
  const { outcomes, notDone, isIncomplete } = await deployStacks(reviewed, deploying, { record, uses });
  for (const [stack, own] of outcomes) deploying.outcomes.set(stack, own);
  const isInterrupted = stop.signal.aborted;
  const isFaulty = reviewed.stacks.some(({ is }) => is === 'left');
  const codeOf = (but: readonly string[]): number => {
    const all = [...outcomes].flatMap(([name, own]) => (but.includes(name) ? [] : Object.values(own)));
    return all.includes('failed') || isFaulty || isInterrupted ? 1 : all.includes('left') || isIncomplete ? 2 : 0;
  };
  const exitCode = codeOf([]);
  journal.end({ problems: [], found: [], interrupted: isInterrupted, exitCode });
  if (!options.json)
    tellEnd(
      run.style,
      outcomes,
      { isWhole: deploying.isWhole, exitCode, goesOn: isInterrupted ? commandOf(deploying) : undefined },
      `Journal: ${journal.path}`,
    );
  const next = bundle === undefined && !isInterrupted ? nextOf(reviewed.stacks, notDone) : undefined;
  return next === undefined ? { exitCode } : { exitCode: codeOf([...next.ready, ...next.later]), next };
}

interface Done {
  readonly outcomes: Outcomes;
  readonly notDone: ReadonlySet<string>;
  /** True if the deploy met something that nobody reviewed, or if a thing still waits. */
  readonly isIncomplete: boolean;
}

async function deployStacks(
  { review, stacks, reviewed }: ReviewedDeploy,
  deploying: Deploying,
  { record, uses }: Pick<Bench, 'record' | 'uses'>,
): Promise<Done> {
  const { run, context, folder, stop, options, rules } = deploying;
  const known = stacks.flatMap((each) => (each.is === 'planned' ? (each.terraform.manifest ?? []) : []));
  const manifests = new Map(known.map((manifest): [string, DeclaredManifest] => [manifest.stack, manifest]));
  const shown = { review, rules };
  const companionsOf = companionsIn(reviewed);
  const bench = { run, context, folder, signal: stop.signal, record, companionsOf, shown, manifests, uses };
  const outcomes = new Map<string, Readonly<Record<Half, HalfOutcome>>>();
  const notDone = new Set<string>();
  const moved = new Set<string>();
  let isIncomplete = false;
  for (const each of stacks) {
    const { name, dependsOn } = each.stack;
    const reasons = stop.signal.aborted ? ['the deploy was interrupted before it'] : reasonsToLeave(each, notDone);
    if (each.is !== 'planned' || reasons.length > 0) {
      outcomes.set(name, leftAlone);
      notDone.add(name);
      tellProblems(deploying, name, [...problemsIn(review, name), ...whyLeft(reasons, review)]);
      for (const half of halves) record({ stack: name, half, outcome: 'left', message: reasons.join('; ') });
      continue;
    }
    if (!options.json) say(`\n${run.style.bold(printable(`Stack ${name}`))}`);
    const isMoved = dependsOn.some((needed) => moved.has(needed));
    const done = await deployStack(each, isMoved, bench);
    outcomes.set(name, done.outcomes);
    tellProblems(deploying, name, [...problemsIn(review, name), ...done.problems]);
    isIncomplete ||= done.isIncomplete;
    if (Object.values(done.outcomes).some((outcome) => outcome === 'failed' || outcome === 'left')) notDone.add(name);
    if (isMoved || each.terraform.plan.outputs.some((output) => output.name !== outputName)) moved.add(name);
  }
  return { outcomes, notDone, isIncomplete };
}

/** @param stacks in dependency order */
function nextOf(stacks: readonly ReviewedStack[], notDone: ReadonlySet<string>): Next | undefined {
  const ready: string[] = [];
  const later: string[] = [];
  for (const { is, stack } of stacks) {
    if (is !== 'waiting') continue;
    const needed = stack.dependsOn.filter((name) => notDone.has(name));
    if (needed.length === 0) ready.push(stack.name);
    else if (needed.every((name) => ready.includes(name) || later.includes(name))) later.push(stack.name);
  }
  return ready.length === 0 ? undefined : { ready, later };
}

function reasonsToLeave(reviewed: ReviewedStack, notDone: ReadonlySet<string>): readonly string[] {
  if (reviewed.is === 'left') return reviewed.problems;
  if (reviewed.is === 'waiting') return [reasonToWait(reviewed.waitsFor)];
  const before = reviewed.stack.dependsOn.find((name) => notDone.has(name));
  if (before !== undefined) return [`it depends on ${before}, which is not done`];
  const user = reviewed.removesAfter.find((name) => notDone.has(name));
  return user === undefined ? [] : [reasonToLeave(user)];
}

async function beginJournal(
  { stacks, bundle }: ReviewedDeploy,
  { run, context, options }: Deploying,
): Promise<JournalFolder> {
  const { name, version: engineVersion } = context.engine;
  return JournalFolder.begin(
    options.journal,
    {
      formatVersion: deployFormat,
      version,
      command: 'deploy',
      ...(await runMaker(process.env)),
      startedAt: run.clock.now().toISOString(),
      deploys: stacks.map(({ stack }) => stack.name),
      engine: { name, version: engineVersion },
      ...defined({ bundle: bundle?.digest }),
    },
    options.configuredJournal?.store,
  );
}
