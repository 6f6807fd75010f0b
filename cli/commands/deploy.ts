/** `deploy`: both halves of each stack, in dependency order, and nothing that was not reviewed (docs/adr/0022-deploy.md). */
import { outputFolder } from '../../adapters/files/output-folder';
import { ThingLock } from '../../adapters/files/thing-lock';
import { synthesize } from '../../adapters/process/synthesize';
import { chosenStacks, inDependencyOrder, readApp } from '../../adapters/terraform/app';
import { findEngine, type Engine } from '../../adapters/terraform/engine';
import type { TerraformContext } from '../../adapters/terraform/stack';
import { printable, printableJson } from '../../lib/basics/printable';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import { worstExitCode } from '../../lib/run/exit-code';
import { codeOfStack, planTerraform } from '../both-halves';
import { deployReviewed, type Ended, type Options, type Round } from '../deploy/all-stacks';
import { readBundled, type BundledDeploy } from '../deploy/bundled';
import { deployDocument, documentFormat } from '../deploy/document';
import { earlierStacks } from '../deploy/earlier';
import { warnOfLeftOut } from '../deploy/left-out';
import { lockOf } from '../deploy/locks';
import { withNeeded } from '../deploy/needed';
import { markLeft } from '../deploy/our-steps';
import { decideByBundle, decideByReview, type ReviewedDeploy } from '../deploy/reviewed';
import { namesIn, renderProgress, type NameOf } from '../deploy/show';
import { readConfiguration } from '../inputs';
import type { DeployOptions } from '../options';
import { refuseInterrupted, withPlanFolder } from '../plan-folder';
import { refuseWrongLogin } from '../refuse-login';
import { addStates } from '../review/add-states';
import { makeReview, type Making } from '../review/make-review';
import { readStacks, type ReadStacks } from '../review/read-halves';
import { staleCode } from '../review/stale-code';
import { answerOf, connectAndRun, type WritingRun } from '../run';
import { say } from '../terminal';
import type { ReviewRules } from '../../review/rules';

type Context = TerraformContext & { readonly engine: Engine };

/** Deploys, and then what waited for the stacks that are applied now. */
export function deploy(bundle: string | undefined, given: DeployOptions): Promise<void> {
  return withPlanFolder('deploy', async ({ folder, stop }) => {
    const first: Options = { ...given, kind: [], target: [] };
    let options = first;
    let engine: Promise<Engine> | undefined;
    const round: Round = {
      folder,
      findEngine: () => (engine ??= findEngine(process.env)),
      stop,
      given: first,
      progress: { hasBegun: false },
      halves: new Map(),
      outcomes: new Map(),
      problems: new Map(),
    };
    let exitCode = 0;
    for (;;) {
      const ended = await deployOnce(bundle, options, round);
      // An error was told, which is the whole output then.
      if (ended === undefined) return;
      exitCode = worstExitCode([exitCode, ended.exitCode]);
      const { next } = ended;
      if (next === undefined) break;
      if (!options.json) say(`\n${printable(next.ready.join(', '))} can be planned now.\n`);
      options = { ...options, stack: [...next.ready, ...next.later], synth: false };
    }
    if (options.json) say(printableJson({ formatVersion: documentFormat, ...documentOf(round), exitCode }));
    process.exitCode = exitCode;
  });
}

/** The part of the document that says what was done. */
const documentOf = ({ outcomes, problems }: Round): object => deployDocument(outcomes, problems);

const doneIn = (round: Round): object | undefined => (round.progress.hasBegun ? documentOf(round) : undefined);

/** @returns undefined where it ended by an error */
async function deployOnce(bundle: string | undefined, options: Options, round: Round): Promise<Ended | undefined> {
  const { stop } = round;
  let ended: Ended | undefined;
  let planned: Planned | undefined;
  const read = async () => {
    planned = await planAll(bundle, options, round);
    refuseInterrupted(stop);
    return { manifests: planned.manifests, unapplied: [] };
  };
  const work = async (run: WritingRun<Options>): Promise<number> => {
    const { review, context, rules, isWhole } = planned as Planned;
    const reviewed = await review(run);
    refuseInterrupted(stop);
    ended = await deployReviewed(reviewed, { ...round, run, context, bundle, options, rules, isWhole });
    return ended.exitCode;
  };
  await connectAndRun({ ...options, stack: [] }, read, work, () => doneIn(round));
  return ended;
}

async function openTerraform(options: Options, round: Round, nameOf: NameOf): Promise<Context> {
  const { stop } = round;
  const engine = await round.findEngine();
  const onProgress: TerraformContext['onProgress'] = (stack, progress) => {
    const told = renderProgress(stack, progress, nameOf);
    if (told !== undefined && !options.json) say(told);
  };
  return { engine, env: process.env, stop: { gently: stop.signal, atOnce: stop.atOnce }, onProgress };
}

interface Planned {
  readonly context: Context;
  readonly rules: ReviewRules;
  /** Whether it is about each stack of the code. */
  readonly isWhole: boolean;
  readonly manifests: readonly DeclaredManifest[];
  readonly review: (run: WritingRun<Options>) => Promise<ReviewedDeploy>;
}

/** Plans Terraform's half of each stack, and prepares the review of both. */
async function planAll(bundle: string | undefined, options: Options, round: Round): Promise<Planned> {
  const { folder } = round;
  const made = new Date();
  let names: NameOf = (_, address) => address;
  const context = await openTerraform(options, round, (stack, address) => names(stack, address));
  const out = options.synth ? await synthesize('.', process.env) : outputFolder('.');
  const all = inDependencyOrder(readApp(out));
  const asked = chosenStacks(all, options.stack);
  for (const stack of asked) ThingLock.refuseHeld(options.journal, lockOf(stack));
  const configuration = readConfiguration(options.config, process.env);
  await refuseWrongLogin(configuration, process.env, answerOf(options), asked.map(codeOfStack));
  const bundled = bundle === undefined ? undefined : await readBundled(bundle, folder, asked, context, options);
  const planned =
    bundled?.halves ??
    (await planTerraform((await withNeeded(all, options, context)).map(codeOfStack), folder, context));
  const own = new Set(planned.map(({ stack }) => stack.name));
  const known = [...planned, ...earlierStacks(round, own)];
  const withStates = await addStates(
    all.flatMap(({ name }) => known.find(({ stack }) => stack.name === name) ?? []),
    context,
  );
  const halves = withStates.filter(({ stack }) => own.has(stack.name));
  for (const half of halves) round.halves.set(half.stack.name, half);
  names = namesIn(halves);
  const stacks = addDone(readStacks(halves), bundled);
  const { review: rules } = configuration;
  const isWhole = halves.length === all.length;
  let left: ReadonlySet<string> = new Set();
  const making: Making = {
    made,
    engine: context.engine,
    rules,
    isWhole,
    ordered: readStacks(withStates).stacks,
    warnings: [
      ...staleCode(options, out),
      ...(round.given.stack.length > 0 ? warnOfLeftOut(all, withStates, halves) : []),
    ],
    journal: options.journal,
    remark: (own, manifests) => {
      if (bundled === undefined) return own;
      const marked = markLeft(own, bundled.reviewed, manifests);
      left = marked.left;
      return marked.plan;
    },
  };
  return {
    context,
    rules,
    isWhole,
    manifests: stacks.stacks.flatMap(({ manifest }) => manifest ?? []),
    review: async (run) => {
      const review = await makeReview(stacks, making, run);
      return bundled === undefined ? decideByReview(review, halves) : decideByBundle(review, bundled, left);
    },
  };
}

/** Adds what the bundle says beside the plans of now: its own problems, and what is done already. */
function addDone(read: ReadStacks, bundled: BundledDeploy | undefined): ReadStacks {
  if (bundled === undefined) return read;
  const known = new Set(read.problems.map(({ stack }) => stack));
  const stacks = read.stacks.map((stack) => {
    const done = bundled.done.get(stack.name);
    return done === undefined ? stack : { ...stack, warnings: [...stack.warnings, done] };
  });
  return {
    ...read,
    stacks,
    problems: [...read.problems, ...bundled.problems.filter(({ stack }) => !known.has(stack))],
  };
}
