/** What each command does, from manifests and connections to its exit code. */
import { randomUUID } from 'node:crypto';
import { putNewText } from '../adapters/files';
import { listRuns, readRun } from '../adapters/journal-folder';
import { isRunning } from '../adapters/running-process';
import { everything, plan } from '../lib/engine';
import { asStackwardError, InvalidConfiguration } from '../lib/errors';
import { planExitCode } from '../lib/exit-code';
import { outputName } from '../lib/manifest';
import type { Plan } from '../lib/plan';
import { renderPlanJson } from '../lib/render/json';
import { printable } from '../lib/printable';
import { renderRuns, renderRunsJson, type ListedRun } from '../lib/render/runs';
import { renderPlan, renderVerification } from '../lib/render/text';
import { renderSavedPlan } from '../lib/saved-plan';
import { ownersOf } from '../lib/sweep';
import { kinds } from '../reconcilers/registry';
import { version } from '../package.json';
import { commandLine, givenOptions } from './command-line';
import { refuseUnknownStacks } from './known-stacks';
import { perform } from './perform';
import { say } from './terminal';
import type { Options, Run } from './run';

/** The plan of a run; what has no manifest yet waits for Terraform, and is said to. */
export async function planOf({ manifests, unapplied, connections, filter, sweep }: Run): Promise<Plan> {
  const planned = await plan(manifests, kinds, connections.readers, filter, sweep);
  const waiting = unapplied.map((stack) => ({ id: `stack ${stack}`, unknown: [outputName] }));
  const warnings = unapplied.map((stack) => ({
    where: `stack ${stack}`,
    message:
      'nothing is known of it, so nothing of it, nor of a stack that left the code, is removed in this run; ' +
      `if it was destroyed, what it left on hosts stays in force until \`${commandLine(['destroy', '--stack', stack])}\` removes it`,
  }));
  return {
    ...planned,
    waiting: [...planned.waiting, ...waiting],
    warnings: [...planned.warnings, ...connections.warnings(), ...warnings],
  };
}

export async function planCommand(run: Run): Promise<number> {
  const { manifests, filter, sweep, options, style } = run;
  const planned = await planOf(run);
  if (options.out !== undefined)
    putNewText(options.out, renderSavedPlan(planned, manifests, { filter, sweep }, { id: randomUUID(), version }));
  // A saved plan has its filter in it.
  const command =
    options.out === undefined
      ? commandLine(['apply', ...givenOptions(options)])
      : commandLine(['apply', options.out, ...givenOptions({ ...options, stack: [], kind: [], target: [] })]);
  const hint = planned.steps.length > 0 ? `\nTo perform these actions, run \`${printable(command)}\`.\n` : '';
  say(options.json ? renderPlanJson('plan', planned) : `${renderPlan(planned, style)}${hint}`);
  return planExitCode(planned);
}

export async function verifyCommand(run: Run): Promise<number> {
  const { options, style } = run;
  const planned = await planOf(run);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

/** What the plan says now. */
export async function applyCommand(run: Run): Promise<number> {
  if (run.options.again === true)
    throw new InvalidConfiguration('--again is for a saved plan: `stackward apply FILE --again`');
  return (await perform(run, await planOf(run), ['apply'])).exitCode;
}

export function runsCommand(options: Pick<Options, 'journal' | 'json'>): number {
  const runs = listRuns(options.journal).map((name): ListedRun => {
    try {
      const run = readRun(options.journal, name);
      return { ...run, isRunning: run.end === undefined ? isRunning(run.record.by) : false };
    } catch (error) {
      return { name, unreadable: asStackwardError(error).message };
    }
  });
  say(options.json ? renderRunsJson(runs) : renderRuns(runs, options.journal));
  return 0;
}

/**
 * Removes what stackward made for one stack, whether its manifest still is there or not, and says what stays. The other
 * stacks of its owner keep theirs.
 */
export async function destroyCommand(run: Run): Promise<number> {
  const { manifests, unapplied, filter, connections, options } = run;
  const { stacks } = filter;
  if (stacks.length === 0 || filter.kinds.length + filter.targets.length > 0)
    throw new InvalidConfiguration(
      'destroy takes --stack NAME, and no other filter: it is the step before `cdktf destroy NAME`',
    );
  const chosen = manifests.filter((manifest) => stacks.includes(manifest.stack));
  const missing = stacks.filter((stack) => !chosen.some((manifest) => manifest.stack === stack));
  const owners = ownersOf(missing.length > 0 ? manifests : chosen);
  if (owners.length === 0)
    throw new InvalidConfiguration(
      `no manifest says who owns the stack ${missing.join(', ')}; give one of the same owner with --manifest`,
    );
  const emptied = chosen.map((manifest) => ({ ...manifest, removed: manifest.resources, resources: [] }));
  const sweep = owners.map((owner) => ({ owner, stacks }));
  const planned = await plan(emptied, kinds, connections.readers, everything, sweep);
  refuseUnknownStacks(missing, [...manifests.map((one) => one.stack), ...unapplied], planned, options.journal);
  // After `cdktf destroy` nothing would look for it there any more.
  const strict = {
    ...planned,
    problems: [...planned.problems, ...planned.unswept],
    unswept: [],
    warnings: [...planned.warnings, ...connections.warnings()],
  };
  const { exitCode, isCancelled } = await perform({ ...run, manifests: emptied, filter: everything, sweep }, strict, [
    'destroy',
  ]);
  if (options.json || isCancelled) return exitCode;
  const next = printable(`cdktf destroy ${stacks.join(' ')}`);
  say(
    exitCode === 0
      ? `\nNow run \`${next}\`.`
      : `\nNot done: mend what is said above and run this again before \`${next}\`.`,
  );
  return exitCode;
}
