/**
 * `apply`, and `apply FILE`, which applies the reviewed plan and nothing else. The file may have come from anywhere.
 */
import { getText } from '../../adapters/files/files';
import { listRuns, readAnyRun } from '../../adapters/files/journal-folder';
import { isRunning } from '../../adapters/process/running-process';
import { findSecondUse } from '../../lib/journal/applied-before';
import { InvalidCommand, Refused } from '../../lib/basics/errors';
import type { Note, Plan } from '../../lib/run/plan';
import type { RecordedRun } from '../../lib/journal/run-record';
import { isOfPlan } from '../../lib/journal/runbook-record';
import { digestOf, maxPlanBytes, parseSavedPlan, type SavedPlan } from '../../lib/journal/saved-plan';
import { refuseOtherManifests, refuseOtherSweep, reviewed } from '../../lib/journal/saved-plan';
import type { ApplyOptions } from '../options';
import { perform } from '../perform';
import { planOf } from '../plan-of';
import { runWith, type WritingRun } from '../run';

export const apply = (file: string | undefined, options: ApplyOptions): Promise<void> =>
  file === undefined
    ? runWith(options, options.stack, applyNow)
    : // The stacks of a saved plan are those of its own filter.
      runWith(
        options,
        () => readSavedPlan(file).filter.stacks,
        (run) => applySaved(run, file),
      );

type ApplyRun = WritingRun<ApplyOptions>;

/** Plans now and applies that plan. */
async function applyNow(run: ApplyRun): Promise<number> {
  if (run.options.again === true)
    throw new InvalidCommand('--again is for a saved plan: `stackward apply FILE --again`');
  return (await perform(run, await planOf(run), ['apply'])).exitCode;
}

const readSavedPlan = (file: string): SavedPlan => parseSavedPlan(getText(file, maxPlanBytes), file);

async function applySaved(run: ApplyRun, file: string): Promise<number> {
  const { manifests, filter, options } = run;
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0)
    throw new InvalidCommand('a saved plan has the filter it was made with; leave out --stack, --kind and --target');
  const saved = readSavedPlan(file);
  refuseOtherManifests(saved, manifests, file);
  refuseOtherSweep(saved, run.sweep, file);
  const own = { ...run, filter: saved.filter, sweep: saved.sweep };
  const { plan: planned, unreviewed } = reviewed(saved, await planOf(own));
  const digest = digestOf(saved);
  const unread = options.again === true ? [] : refuseUsed(planned, digest, options.journal, file);
  const known = { ...planned, warnings: [...planned.warnings, ...unread] };
  const { exitCode } = await perform(own, known, ['apply', file], { plan: digest });
  return exitCode === 0 && unreviewed > 0 ? 2 : exitCode;
}

/** @returns runs whose record can't be read, so that nobody can tell whether they applied this plan */
function refuseUsed(planned: Plan, digest: string, journal: string, file: string): Note[] {
  const runs: RecordedRun[] = [];
  const unread: Note[] = [];
  for (const name of listRuns(journal)) {
    try {
      const run = readAnyRun(journal, name);
      if (isOfPlan(run)) runs.push(run);
    } catch {
      const message = `the run ${name} can't be read, so nobody knows whether it applied this plan`;
      unread.push({ where: 'journal', message });
    }
  }
  const now = runs.find(({ record, end }) => record.plan === digest && end === undefined && isRunning(record.by));
  if (now !== undefined)
    throw new Refused(`run ${now.name} is applying this plan (process ${now.record.by.pid}); wait until it has ended`, {
      where: file,
    });
  const second = findSecondUse(planned, digest, runs);
  if (second !== undefined)
    throw new Refused(`${second}; plan again, or add --again if that is what you want`, { where: file });
  return unread;
}
