import { readSynthesizedCode } from '../../adapters/files/synthesized-code';
import { ThingLock } from '../../adapters/files/thing-lock';
import { everything, plan } from '../../lib/run/engine';
import { InvalidCommand } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import type { Plan } from '../../lib/run/plan';
import { renderPlan } from '../../lib/render/text';
import { ownersOf } from '../../lib/run/sweep';
import { kinds } from '../../reconcilers/registry';
import { commandLine } from '../../lib/basics/command-line';
import { givenOptions } from '../given-options';
import { destroyTerraform, hasTerraformWork, planDestruction, plansOf, renderDestruction } from '../deploy/destruction';
import { renderInterrupt } from '../deploy/end';
import { lockOf } from '../deploy/locks';
import { findObstacles } from '../deploy/ports-in-the-way';
import { deletedProjects, findRemains, renderRemains } from '../deploy/remains';
import { findGoneStack } from '../gone-stacks';
import { refuseUnknownStacks } from '../known-stacks';
import type { DestroyOptions } from '../options';
import { perform, performApproved } from '../perform';
import { withPlanFolder, type PlanFolder } from '../plan-folder';
import { readManifests } from '../inputs';
import { connectAndRun, type WritingRun } from '../run';
import { approved, complain, outputWidth, say } from '../terminal';

/**
 * Reads the state of every stack, because the other stacks' manifests tell the owner of a stack without a manifest. Terraform
 * removes a stack's manifest early, so an interrupted destruction may leave none in any state.
 */
export const destroy = (options: DestroyOptions): Promise<void> => {
  const progress: Progress = { hasBegun: false };
  const { manifest, journal } = options;
  return connectAndRun(
    options,
    () => readManifests(manifest, [], process.env, { journal, mayBeNone: true }),
    (run) => removeStacks(run, progress),
    () => (progress.hasBegun ? {} : undefined),
  );
};

interface Progress {
  hasBegun: boolean;
}

/**
 * Removes what stackward made for one stack, whether or not the stack still has a manifest, and says what stays. The
 * other stacks of its owner keep their things.
 */
async function removeStacks(run: WritingRun<DestroyOptions>, progress: Progress): Promise<number> {
  const { manifests, unapplied, filter, readers, options } = run;
  const { stacks } = filter;
  if (stacks.length === 0 || filter.kinds.length + filter.targets.length > 0)
    throw new InvalidCommand(
      'destroy takes --stack NAME, and no other filter: it is the step before `cdktf destroy NAME`',
    );
  const chosen = manifests.filter((manifest) => stacks.includes(manifest.stack));
  const missing = stacks.filter((stack) => !chosen.some((manifest) => manifest.stack === stack));
  const owners = manifests.length > 0 ? ownersOf(missing.length > 0 ? manifests : chosen) : ownersInCode(stacks);
  if (owners.length === 0)
    throw new InvalidCommand(
      `no manifest says who owns the stack ${missing.join(', ')}; give one of the same owner with --manifest`,
    );
  // A removal uses the records on hosts, so the release in the code doesn't matter.
  const emptied = chosen.map((manifest) => ({
    ...manifest,
    removed: manifest.resources,
    resources: [],
    release: undefined,
  }));
  const sweep = owners.map((owner) => ({ owner, stacks }));
  const planned = await plan(emptied, kinds, readers, everything, sweep);
  refuseUnknownStacks(
    missing.filter((stack) => findGoneStack('.', stack) === undefined),
    [...manifests.map((manifest) => manifest.stack), ...unapplied],
    planned,
    options.journal,
  );
  // After `cdktf destroy` no run would look for the stack's things there any more.
  const strict = {
    ...planned,
    problems: [...planned.problems, ...planned.unswept],
    unswept: [],
    warnings: [...planned.warnings, ...run.warnings()],
  };
  const removing = { ...run, manifests: emptied, filter: everything, sweep };
  if (options.bothHalves === true)
    return withPlanFolder('destroy', (given) => removeBothHalves(removing, strict, stacks, { ...given, progress }));
  const { exitCode, isCancelled, isInterrupted } = await perform(removing, strict, ['destroy']);
  if (options.json || isCancelled) return exitCode;
  const next = printable(`cdktf destroy ${stacks.join(' ')}`);
  say(
    exitCode === 0
      ? `\nNow run \`${next}\`.`
      : isInterrupted
        ? `\nNot done: run \`${commandLine(['destroy', ...givenOptions(options)])}\` for the rest before \`${next}\`.`
        : `\nNot done: mend what is said above and run this again before \`${next}\`.`,
  );
  return exitCode;
}

/** The owners that the synthesized code of these stacks names. An apply of this code would look for their things, too. */
const ownersInCode = (stacks: readonly string[]): string[] => [
  ...new Set(readSynthesizedCode('.').flatMap(({ name, owner }) => (owner && stacks.includes(name) ? [owner] : []))),
];

/** Stackward's half, then Terraform's, with one question. */
async function removeBothHalves(
  run: WritingRun<DestroyOptions>,
  planned: Plan,
  stacks: readonly string[],
  { folder, stop, progress }: PlanFolder & { readonly progress: Progress },
): Promise<number> {
  const { options, style } = run;
  if (options.json || options.manifest.length > 0)
    throw new InvalidCommand(
      "--both-halves works on this folder's stacks, and neither with --manifest nor with --json",
    );
  const destruction = await planDestruction(stacks, { folder, stop });
  const plans = plansOf(destruction);
  const { text, refusal } = await findObstacles(plans, run.readers);
  say(`${renderDestruction(destruction)}\n${renderPlan(planned, style, 'destroy', outputWidth())}${text}`);
  if (refusal !== undefined) throw refusal;
  const words = commandLine(['destroy', ...givenOptions(options), '--both-halves']);
  if (planned.steps.length > 0 || hasTerraformWork(destruction)) {
    if (!(await approved(options, words))) {
      say('\nCancelled; nothing was changed.');
      return 1;
    }
  }
  const locks: ThingLock[] = [];
  try {
    for (const { stack } of destruction.stacks)
      locks.push(ThingLock.take(options.journal, { ...lockOf(stack), runbook: 'destroy' }));
    const onBegun = (): void => void (progress.hasBegun = true);
    const { exitCode } = await performApproved(run, planned, 'destroy', { signal: stop.signal, onBegun });
    if (stop.signal.aborted) {
      complain(`${renderInterrupt(words)}\n`);
      return 1;
    }
    if (exitCode !== 0) {
      say("\nTerraform's half is left: mend what is said above and run this again.");
      return exitCode;
    }
    const code = await destroyTerraform(destruction, options, { signal: stop.signal, onBegun });
    const names = printable(stacks.join(', '));
    if (stop.signal.aborted && code !== 0) complain(`${renderInterrupt(words)}\n`);
    else if (code !== 0) say(`\nNot done: run this again for what is left of ${names}.`);
    else {
      // A manifest names the cloud, and other credentials than its own are refused.
      const remains = await findRemains(deletedProjects(plans), run.manifests.length > 0 ? run.readers : undefined);
      say(`\nBoth halves of ${names} are destroyed; the code can go.\n${renderRemains(remains)}`);
    }
    return code;
  } finally {
    for (const lock of locks) lock.release();
  }
}
