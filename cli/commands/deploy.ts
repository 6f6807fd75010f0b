/** `deploy`: both halves of each stack, in dependency order, and nothing that was not reviewed (docs/adr/0022-deploy.md). */
import { JournalFolder } from '../../adapters/files/journal-folder';
import { outputFolder } from '../../adapters/files/output-folder';
import { ThingLock } from '../../adapters/files/thing-lock';
import { runMaker } from '../../adapters/process/run-maker';
import { synthesize } from '../../adapters/process/synthesize';
import { chosenStacks, inDependencyOrder, readApp, type SynthesizedStack } from '../../adapters/terraform/app';
import { findEngine, type Engine } from '../../adapters/terraform/engine';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { Refused } from '../../lib/basics/errors';
import { printable, printableJson } from '../../lib/basics/printable';
import { outputName, type DeclaredManifest } from '../../lib/contract/manifest';
import { deployFormat, halves, type Half } from '../../lib/journal/deploy-record';
import type { SavedPlan } from '../../lib/journal/saved-plan';
import { count } from '../../lib/render/text';
import { worstExitCode } from '../../lib/run/exit-code';
import { version } from '../../package.json';
import { planTerraform } from '../both-halves';
import { commandLine, givenOptions } from '../command-line';
import { lockOf } from '../deploy/locks';
import { deployStack, type Bench, type HalfOutcome } from '../deploy/one-stack';
import { ofMadeReview, readReview, type ReviewedDeploy, type ReviewedStack } from '../deploy/reviewed';
import { refuseForbidden, renderApprovals, renderProgress, renderReview } from '../deploy/show';
import { readConfiguration } from '../inputs';
import type { DeployOptions, SelectionOptions } from '../options';
import { refuseInterrupted, withPlanFolder, type PlanFolder } from '../plan-folder';
import { makeReview } from '../review/make-review';
import { readStacks } from '../review/read-halves';
import { staleCode } from '../review/stale-code';
import { connectAndRun, type WritingRun } from '../run';
import { approved, complain, say, terminalWidth } from '../terminal';

type Options = DeployOptions & SelectionOptions;
type Context = TerraformContext & { readonly engine: Engine };

/** Deploys, and then what waited for the stacks that are applied now. */
export function deploy(bundle: string | undefined, given: DeployOptions): Promise<void> {
  return withPlanFolder('deploy', async ({ folder, stop }) => {
    let options: Options = { ...given, kind: [], target: [] };
    const round = { folder, stop, progress: { hasBegun: false } };
    let exitCode = 0;
    for (;;) {
      const { next, exitCode: ownCode } = await deployOnce(bundle, options, round);
      exitCode = worstExitCode([exitCode, ownCode]);
      if (next === undefined) break;
      if (!options.json) say(`\n${printable(next.ready.join(', '))} can be planned now.\n`);
      options = { ...options, stack: [...next.ready, ...next.later], synth: false };
    }
    process.exitCode = exitCode;
  });
}

/** What all rounds of a deploy share. */
interface Round extends PlanFolder {
  /** Whether a change was begun, in this round or an earlier round. */
  readonly progress: { hasBegun: boolean };
}

async function deployOnce(
  bundle: string | undefined,
  options: Options,
  round: Round,
): Promise<Pick<Ended, 'next' | 'exitCode'>> {
  const { folder, stop, progress } = round;
  let ended: Ended | undefined;
  let review: (run: WritingRun<Options>) => Promise<ReviewedDeploy>;
  let context: Context;
  const read = async () => {
    context = await openTerraform(options, stop);
    const out = options.synth ? await synthesize('.', process.env) : outputFolder('.');
    const all = inDependencyOrder(readApp(out));
    for (const stack of chosenStacks(all, options.stack)) ThingLock.refuseHeld(options.journal, lockOf(stack));
    let manifests: readonly DeclaredManifest[];
    if (bundle !== undefined) {
      const reviewed = await readReview(bundle, folder, chosenStacks(all, options.stack), context, options);
      manifests = reviewed.stacks.flatMap(({ manifest }) => manifest ?? []);
      review = () => Promise.resolve(reviewed);
    } else {
      const made = new Date();
      const stacks = await withNeeded(all, options, context);
      const halves = await planTerraform(stacks, folder, context);
      const planned = readStacks(halves);
      const { review: rules } = readConfiguration(options.config, process.env);
      const isWhole = stacks.length === all.length;
      const making = {
        made,
        engine: context.engine,
        rules,
        isWhole,
        warnings: staleCode(options, out),
        journal: options.journal,
      };
      manifests = planned.stacks.flatMap(({ manifest }) => manifest ?? []);
      review = async (run) => ofMadeReview(await makeReview(planned, making, run), halves);
    }
    refuseInterrupted(stop);
    return { manifests, unapplied: [] };
  };
  const work = async (run: WritingRun<Options>): Promise<number> => {
    const reviewed = await review(run);
    refuseInterrupted(stop);
    ended = await deployReviewed(reviewed, { ...round, run, context, bundle, options });
    return ended.exitCode;
  };
  await connectAndRun({ ...options, stack: [] }, read, work, () => progress.hasBegun);
  // Where an error was told, it left no end.
  return ended ?? { exitCode: 1 };
}

async function openTerraform(options: Options, stop: PlanFolder['stop']): Promise<Context> {
  const engine = await findEngine(process.env);
  const onProgress: TerraformContext['onProgress'] = (stack, progress) => {
    const told = renderProgress(stack, progress);
    if (told !== undefined && !options.json) say(told);
  };
  return { engine, env: process.env, stop: { gently: stop.signal, atOnce: stop.atOnce }, onProgress };
}

/** The stacks of --stack, and before them those that they need and that were never applied. */
async function withNeeded(
  all: readonly SynthesizedStack[],
  { stack: only, yes, json }: Options,
  context: Context,
): Promise<readonly SynthesizedStack[]> {
  const chosen = chosenStacks(all, only);
  const needed = new Set<string>();
  for (const stack of [...all].reverse())
    if (chosen.includes(stack) || needed.has(stack.name)) for (const name of stack.dependsOn) needed.add(name);
  const others = all.filter((stack) => needed.has(stack.name) && !chosen.includes(stack));
  const states = await Promise.all(others.map((stack) => new StackTerraform(stack, context).state()));
  const missing = others.filter((_, index) => states[index] === undefined || states[index].isEmpty);
  if (missing.length === 0) return chosen;
  const names = missing.map(({ name }) => name);
  const words = `${only.join(', ')} ${only.length === 1 ? 'needs' : 'need'} ${names.join(', ')}, never applied`;
  if (yes === true) {
    const stacks = [...names, ...only].flatMap((name) => ['--stack', name]);
    throw new Refused(`${words}; run \`${commandLine(['deploy', ...stacks])}\``, { about: 'order' });
  }
  if (!json) say(`${printable(words)}, so ${names.length === 1 ? 'it comes' : 'they come'} first.\n`);
  return all.filter((stack) => chosen.includes(stack) || missing.includes(stack));
}

interface Deploying extends Round {
  readonly run: WritingRun<Options>;
  readonly context: Context;
  readonly bundle: string | undefined;
  readonly options: Options;
}

interface Ended {
  /** It is not about the stacks that are gone on with. */
  readonly exitCode: number;
  /** The stacks that waited and are gone on with; undefined if there are none. */
  readonly next?: Next;
}

interface Next {
  /** What they waited for is done now. */
  readonly ready: readonly string[];
  /** They wait for those. */
  readonly later: readonly string[];
}

const hasWork = ({ terraform, manifest, problem }: ReviewedStack, ours: SavedPlan | undefined): boolean =>
  problem === undefined &&
  (terraform?.hasChanges === true ||
    (ours?.steps.length ?? 0) > 0 ||
    (manifest?.resources.some(({ unknown }) => unknown.length > 0) ?? false));

/** Shows, asks, locks and does. */
async function deployReviewed(reviewed: ReviewedDeploy, deploying: Deploying): Promise<Ended> {
  const { run, options, bundle } = deploying;
  const { review, stacks, ours } = reviewed;
  if (!options.json) say(renderReview(review, terminalWidth(), run.style));
  refuseForbidden(review);
  const isWaiting = stacks.some(({ terraform, problem }) => terraform === undefined && problem === undefined);
  if (!stacks.some((each) => hasWork(each, ours.get(each.stack.name)))) {
    const exitCode = review.problems.length > 0 ? 1 : isWaiting ? 2 : 0;
    tellEnd(deploying, new Map(), exitCode, exitCode === 0 ? 'Both halves are as the code says.' : undefined);
    return { exitCode };
  }
  const approvals = renderApprovals(review);
  if (!options.json && approvals !== '') say(approvals);
  const words = ['deploy', ...(bundle === undefined ? [] : [bundle])];
  const given = [...givenOptions(options), ...(options.synth ? [] : ['--no-synth'])];
  const asked = defined({ json: options.json, autoApprove: options.yes });
  if (!(await approved(asked, commandLine([...words, ...given]), '--yes'))) {
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

type Outcomes = ReadonlyMap<string, Readonly<Record<Half, HalfOutcome>>>;

async function deployLocked(review: ReviewedDeploy, deploying: Deploying): Promise<Ended> {
  const { run, context, folder, stop, options } = deploying;
  const journal = await beginJournal(review, deploying);
  deploying.progress.hasBegun = true;
  const record: Bench['record'] = (line) => journal.half({ time: new Date().toISOString(), ...line });
  const bench: Bench = { run, context, folder, signal: stop.signal, record };
  const outcomes = new Map<string, Readonly<Record<Half, HalfOutcome>>>();
  const notDone = new Set<string>();
  const moved = new Set<string>();
  let isIncomplete = false;
  for (const reviewed of review.stacks) {
    const { stack, terraform, problem } = reviewed;
    const reason = stop.signal.aborted ? 'the deploy was interrupted before it' : reasonToLeave(reviewed, notDone);
    if (terraform === undefined || reason !== undefined) {
      outcomes.set(stack.name, { terraform: problem ? 'failed' : 'left', stackward: 'left' });
      notDone.add(stack.name);
      for (const half of halves)
        record({ stack: stack.name, half, outcome: 'left', message: reason ?? 'nobody reviewed it' });
      continue;
    }
    if (!options.json) say(`\n${run.style.bold(printable(`Stack ${stack.name}`))}`);
    const isMoved = stack.dependsOn.some((name) => moved.has(name));
    const done = await deployStack({ ...reviewed, terraform }, review.ours.get(stack.name), isMoved, bench);
    outcomes.set(stack.name, done.outcomes);
    isIncomplete ||= done.isIncomplete;
    if (Object.values(done.outcomes).some((outcome) => outcome === 'failed' || outcome === 'left'))
      notDone.add(stack.name);
    if (isMoved || terraform.plan.outputs.some((name) => name !== outputName)) moved.add(stack.name);
  }
  const codeOf = (but: readonly string[]): number => {
    const all = [...outcomes].flatMap(([name, own]) => (but.includes(name) ? [] : Object.values(own)));
    return all.includes('failed') || stop.signal.aborted ? 1 : all.includes('left') || isIncomplete ? 2 : 0;
  };
  const exitCode = codeOf([]);
  journal.end({ problems: [], found: [], interrupted: stop.signal.aborted, exitCode });
  tellEnd(deploying, outcomes, exitCode, `Journal: ${journal.path}`);
  const next = deploying.bundle === undefined && !stop.signal.aborted ? nextOf(review.stacks, notDone) : undefined;
  return next === undefined ? { exitCode } : { exitCode: codeOf([...next.ready, ...next.later]), next };
}

/** @param stacks in dependency order */
function nextOf(stacks: readonly ReviewedStack[], notDone: ReadonlySet<string>): Next | undefined {
  const ready: string[] = [];
  const later: string[] = [];
  for (const { stack, waitsFor } of stacks) {
    if (waitsFor.length === 0) continue;
    const needed = stack.dependsOn.filter((name) => notDone.has(name));
    if (needed.length === 0) ready.push(stack.name);
    else if (needed.every((name) => ready.includes(name) || later.includes(name))) later.push(stack.name);
  }
  return ready.length === 0 ? undefined : { ready, later };
}

function reasonToLeave({ stack, waitsFor, problem }: ReviewedStack, notDone: ReadonlySet<string>): string | undefined {
  if (problem !== undefined) return problem;
  if (waitsFor.length > 0) return `nobody reviewed it, because it waited for ${waitsFor.join(', ')}`;
  const before = stack.dependsOn.find((name) => notDone.has(name));
  return before === undefined ? undefined : `it depends on ${before}, which is not done`;
}

async function beginJournal(
  { stacks, digest }: ReviewedDeploy,
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
      ...defined({ bundle: digest }),
    },
    options.configuredJournal?.store,
  );
}

function tellEnd({ options, run }: Deploying, outcomes: Outcomes, exitCode: number, last: string | undefined): void {
  if (options.json) {
    say(printableJson({ formatVersion: '1.0', command: 'deploy', stacks: Object.fromEntries(outcomes), exitCode }));
    return;
  }
  const halvesOf = [...outcomes.values()].flatMap((own) => Object.values(own));
  const countOf = (outcome: HalfOutcome): number => halvesOf.filter((own) => own === outcome).length;
  if (outcomes.size > 0)
    say(
      `\n${run.style.bold(`Deploy: ${count(countOf('done'), 'half', 'halves')} done, ${countOf('unchanged')} unchanged, ${countOf('failed')} failed, ${countOf('left')} left.`)}`,
    );
  if (last !== undefined) say(run.style.dim(printable(last)));
  if (exitCode === 1) complain('Not done: mend what is said above and run it again.\n');
}
