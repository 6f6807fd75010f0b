/** What each command does, from manifests and connections to its exit code. */
import { createHash } from 'node:crypto';
import { getText, putNewText } from '../adapters/files';
import { JournalFolder, listRuns, readRun } from '../adapters/journal-folder';
import { apply, everything, plan } from '../lib/engine';
import { InvalidConfiguration } from '../lib/errors';
import { applyExitCode, planExitCode } from '../lib/exit-code';
import { movedSince, recordOf, undoManifests, withoutMoved } from '../lib/journal';
import type { Manifest } from '../lib/manifest';
import type { Filter, Plan } from '../lib/plan';
import type { Sweep } from '../lib/reconciler';
import { renderPlanJson, renderReportJson } from '../lib/render/json';
import type { Style } from '../lib/render/style';
import { renderPlan, renderReport, renderResult, renderRuns, renderVerification } from '../lib/render/text';
import { parseSavedPlan, refuseOtherManifests, renderSavedPlan, reviewed } from '../lib/saved-plan';
import { ownersOf } from '../lib/sweep';
import { kinds } from '../reconcilers/registry';
import { version } from '../package.json';
import { approved, say, stopOnInterrupt } from './terminal';
import type { Connections } from './wire';

export interface Options {
  readonly manifest: readonly string[];
  readonly config?: string;
  readonly stack: readonly string[];
  readonly kind: readonly string[];
  readonly target: readonly string[];
  readonly json?: true;
  readonly color?: boolean;
  readonly timezone?: string;
  readonly autoApprove?: true;
  readonly journal: string;
  readonly out?: string;
}

/** One run: what was read, and how to answer. */
export interface Run {
  readonly manifests: readonly Manifest[];
  readonly connections: Connections;
  readonly filter: Filter;
  /** What this run may remove. */
  readonly sweep: readonly Sweep[];
  readonly options: Options;
  readonly style: Style;
}

export async function planCommand({ manifests, connections, filter, sweep, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter, sweep);
  if (options.out !== undefined)
    putNewText(options.out, renderSavedPlan(planned, manifests, { filter, sweep }, { version, digest: sha256 }));
  const command = `stackward apply${options.out === undefined ? '' : ` ${options.out}`}`;
  const hint = planned.steps.length > 0 ? `\nTo perform these actions, run \`${command}\`.\n` : '';
  say(options.json ? renderPlanJson('plan', planned) : `${renderPlan(planned, style)}${hint}`);
  return planExitCode(planned);
}

export async function verifyCommand({ manifests, connections, filter, sweep, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter, sweep);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

/** @param file of `plan --out`: what was reviewed, and nothing else, is applied; undefined: what the plan says now */
export async function applyCommand(run: Run, file?: string): Promise<number> {
  const { manifests, connections, filter, sweep } = run;
  if (file === undefined) return perform(run, await plan(manifests, kinds, connections.readers, filter, sweep));
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0)
    throw new InvalidConfiguration(
      'a saved plan has the filter it was made with; leave out --stack, --kind and --target',
    );
  const saved = parseSavedPlan(getText(file), file);
  refuseOtherManifests(saved, manifests, sha256, file);
  const now = await plan(manifests, kinds, connections.readers, saved.filter, saved.sweep);
  const { plan: planned, unreviewed } = reviewed(saved, now, sha256);
  const exitCode = await perform({ ...run, filter: saved.filter, sweep: saved.sweep }, planned);
  return exitCode === 0 && unreviewed > 0 ? 2 : exitCode;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Shows a plan, asks, writes the journal's record, applies and looks again. */
async function perform(
  { manifests, connections, filter, sweep, options, style }: Run,
  planned: Plan,
  command: 'apply' | 'destroy' = 'apply',
): Promise<number> {
  if (!options.json) say(renderPlan(planned, style));
  if (planned.steps.length > 0 && !(await approved(options))) {
    say(`\n${command === 'destroy' ? 'Destroy' : 'Apply'} cancelled; nothing was changed.`);
    return 1;
  }
  const journal =
    planned.steps.length > 0
      ? JournalFolder.begin(options.journal, recordOf(planned, manifests, version, new Date()))
      : undefined;
  const stop = stopOnInterrupt();
  let ended = 0;
  const report = await apply(planned, kinds, manifests, connections.readers, connections.writers, {
    filter,
    sweep,
    signal: stop.signal,
    onResult: (result) => {
      ended += 1;
      journal?.result(result);
      if (!options.json) say(renderResult(result, `${ended} of ${planned.steps.length}`, style));
    },
  });
  stop.done();
  const exitCode = applyExitCode(planned, report);
  journal?.end({ problems: [...planned.problems, ...report.problems], interrupted: report.interrupted, exitCode });
  if (options.json) say(renderReportJson(command, planned, report));
  else if (journal) say(`\n${renderReport(planned, report, style, command)}${style.dim(`Journal: ${journal.path}`)}`);
  return exitCode;
}

/** Brings back what a recorded run changed; what somebody changed since is left alone. */
export async function rollbackCommand(run: Omit<Run, 'manifests'>, name: string): Promise<number> {
  const { connections, filter, options } = run;
  const recorded = readRun(options.journal, name);
  const manifests = undoManifests(recorded, kinds);
  const planned = await plan(manifests, kinds, connections.readers, filter, run.sweep);
  const moved = movedSince(recorded, planned);
  const exitCode = await perform({ ...run, manifests }, withoutMoved(planned, moved));
  if (!options.json && planned.steps.length > 0)
    say('The code still says otherwise: change it too, or the next apply does the same again.');
  return exitCode;
}

export function runsCommand(options: Pick<Options, 'journal' | 'json'>): number {
  const runs = listRuns(options.journal).map((name) => readRun(options.journal, name));
  if (options.json) say(JSON.stringify(runs.map((run) => ({ ...run, outcomes: Object.fromEntries(run.outcomes) }))));
  else say(renderRuns(runs, options.journal));
  return 0;
}

/**
 * Removes what stackward made for one stack, whether its manifest still is there or not, and says what stays. The other
 * stacks of its owner keep theirs.
 */
export async function destroyCommand(run: Run): Promise<number> {
  const { manifests, filter, connections, options } = run;
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
  const { unswept, ...planned } = await plan(emptied, kinds, connections.readers, everything, sweep);
  // After `cdktf destroy` nothing would look for it there any more.
  const strict = { ...planned, problems: [...planned.problems, ...unswept], unswept: [] };
  const exitCode = await perform({ ...run, manifests: emptied, filter: everything, sweep }, strict, 'destroy');
  if (options.json) return exitCode;
  const next = `cdktf destroy ${stacks.join(' ')}`;
  say(
    exitCode === 0
      ? `\nNow run \`${next}\`.`
      : `\nNot done: mend what is said above and run this again before \`${next}\`.`,
  );
  return exitCode;
}
