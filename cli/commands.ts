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
import { renderPlanJson, renderReportJson } from '../lib/render/json';
import { printable, type Style } from '../lib/render/style';
import { renderPlan, renderReport, renderResult, renderRuns, renderVerification } from '../lib/render/text';
import { parseSavedPlan, refuseOtherManifests, renderSavedPlan, reviewed } from '../lib/saved-plan';
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
  readonly options: Options;
  readonly style: Style;
}

export async function planCommand({ manifests, connections, filter, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter);
  if (options.out !== undefined)
    putNewText(options.out, renderSavedPlan(planned, manifests, filter, { version, digest: sha256 }));
  const command = `stackward apply${options.out === undefined ? '' : ` ${options.out}`}`;
  const hint = planned.steps.length > 0 ? `\nTo perform these actions, run \`${command}\`.\n` : '';
  say(options.json ? renderPlanJson('plan', planned) : `${renderPlan(planned, style)}${hint}`);
  return planExitCode(planned);
}

export async function verifyCommand({ manifests, connections, filter, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

/** @param file of `plan --out`: what was reviewed, and nothing else, is applied; undefined: what the plan says now */
export async function applyCommand(run: Run, file?: string): Promise<number> {
  const { manifests, connections, filter } = run;
  if (file === undefined) return perform(run, await plan(manifests, kinds, connections.readers, filter));
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0)
    throw new InvalidConfiguration(
      'a saved plan has the filter it was made with; leave out --stack, --kind and --target',
    );
  const saved = parseSavedPlan(getText(file), file);
  refuseOtherManifests(saved, manifests, sha256, file);
  const now = await plan(manifests, kinds, connections.readers, saved.filter);
  const { plan: planned, unreviewed } = reviewed(saved, now);
  const exitCode = await perform({ ...run, filter: saved.filter }, planned);
  return exitCode === 0 && unreviewed > 0 ? 2 : exitCode;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Shows a plan, asks, writes the journal's record, applies and looks again. */
async function perform({ manifests, connections, filter, options, style }: Run, planned: Plan): Promise<number> {
  if (!options.json) say(renderPlan(planned, style));
  if (planned.steps.length > 0 && !(await approved(options))) {
    say('\nApply cancelled; nothing was changed.');
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
  if (options.json) say(renderReportJson(planned, report));
  else if (journal) say(`\n${renderReport(planned, report, style)}${style.dim(`Journal: ${journal.path}`)}`);
  return exitCode;
}

/** Brings back what a recorded run changed; what somebody changed since is left alone. */
export async function rollbackCommand(run: Omit<Run, 'manifests'>, name: string): Promise<number> {
  const { connections, filter, options } = run;
  const recorded = readRun(options.journal, name);
  const manifests = undoManifests(recorded, kinds);
  const planned = await plan(manifests, kinds, connections.readers, filter);
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

/** Says what becomes of everything that one stack declares; no kind of today removes anything. */
export async function destroyCommand({ manifests, filter, options }: Run): Promise<number> {
  if (filter.stacks.length === 0)
    throw new InvalidConfiguration(
      'destroy needs --stack NAME: it is the step before `cdktf destroy NAME`, one stack at a time',
    );
  const chosen = manifests.map((manifest) => ({ ...manifest, removed: manifest.resources, resources: [] }));
  const { leaving, stacks } = await plan(
    chosen.filter((manifest) => filter.stacks.includes(manifest.stack)),
    kinds,
    noReaders,
    everything,
  );
  if (options.json) {
    say(JSON.stringify({ formatVersion: '1.0', command: 'destroy', stacks, leaving, exitCode: 0 }));
    return 0;
  }
  for (const { where, message } of leaving) say(printable(`${where} ${message}`));
  const next = `Destroy complete. Resources: 0 destroyed. Now run \`cdktf destroy ${stacks.join(' ')}\`.`;
  say(`${leaving.length > 0 ? '\n' : ''}${next}`);
  return 0;
}

const noReaders = {
  cloud: 'none',
  database: () => Promise.reject(new InvalidConfiguration('destroy reads no database')),
  network: () => Promise.reject(new InvalidConfiguration('destroy reads no API')),
};
