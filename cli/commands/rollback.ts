/** Restores the state before a recorded run. The run's folder may have come from anywhere: docs/adr/0004-journal.md. */
import { recordsTarget } from '../../lib/contract/target';
import { readRun } from '../../adapters/files/journal-folder';
import { isOfThisMachine, isRunning } from '../../adapters/process/running-process';
import { plan } from '../../lib/run/engine';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';
import { movedSince, undoManifests, withoutMoved } from '../../lib/journal/journal';
import type { Note } from '../../lib/run/plan';
import type { Readers } from '../../lib/contract/ports';
import { printable } from '../../lib/basics/printable';
import type { RecordedRun } from '../../lib/journal/run-record';
import { kinds } from '../../reconcilers/registry';
import { perform } from '../perform';
import { say } from '../terminal';
import type { RollbackOptions } from '../options';
import { connectAndRun, type WritingRun } from '../run';

export const rollback = (name: string, options: RollbackOptions): Promise<void> =>
  connectAndRun(
    options,
    () => Promise.resolve({ manifests: [], unapplied: [] }),
    (run) => rollBack(run, name),
  );

/** Leaves things alone that somebody changed after the run. */
async function rollBack(run: WritingRun<RollbackOptions>, name: string): Promise<number> {
  const { readers, filter, options } = run;
  const recorded = readRun(options.journal, name);
  refuseUnderWay(recorded);
  if (options.fromElsewhere !== true) refuseElsewhere(recorded);
  refuseOtherTargets(recorded, readers);
  const manifests = undoManifests(recorded, kinds);
  if (!options.json) say(`${printable(describe(recorded))}\n\n`);
  const planned = await plan(manifests, kinds, readers, filter, []);
  const left = withoutMoved(planned, movedSince(recorded, planned));
  const steps = left.steps.map((step) => ({ ...step, because: 'the run is rolled back' }));
  const known = {
    ...left,
    steps,
    warnings: [...left.warnings, ...run.warnings(), ...killed(recorded), ...unreadableResults(recorded)],
  };
  const { exitCode, isChanged } = await perform({ ...run, manifests, sweep: [] }, known, ['rollback', name], {
    rolledBack: recorded.name,
  });
  if (!options.json && isChanged && recorded.record.command === 'apply')
    say('The code still says otherwise: change it too, or the next apply does the same again.');
  return exitCode;
}

/** Writes the owners of the steps above the plan of a rollback, because no manifest names them. */
function describe({ name, record: { command, by, startedAt, steps, version } }: RecordedRun): string {
  const owners = [...new Set(steps.map(({ resource }) => resource.owner))].sort();
  return `Run ${name}: ${command} of ${owners.join(', ') || 'nobody'}, recorded at ${startedAt} on ${by.host} by stackward ${version}`;
}

function refuseUnderWay({ name, record, end }: RecordedRun): void {
  if (end === undefined && isRunning(record.by))
    throw new InvalidConfiguration(`it is under way (process ${record.by.pid}); roll it back when it has ended`, {
      where: name,
      about: 'order',
    });
}

/**
 * Refuses a folder of another machine unless `--from-elsewhere` confirms it: such a folder is the most likely one to be
 * forged, or to be about another cloud.
 */
function refuseElsewhere({ name, record: { by }, end }: RecordedRun): void {
  if (isOfThisMachine(by)) return;
  const open = end === undefined ? ', and nobody can tell here whether it is still under way' : '';
  const known =
    end === undefined
      ? 'the run has ended and its folder is as that machine wrote it'
      : 'its folder is as that machine wrote it';
  throw new Refused(
    `it was recorded on ${by.host}, which is not this machine${open}; roll it back there, or add --from-elsewhere if you know that ${known}`,
    { where: name },
  );
}

/** Refuses a run that changed the API or the database of another cloud. Hosts are compared one by one later. */
function refuseOtherTargets({ name, record }: RecordedRun, { cloud, databases }: Readers): void {
  const own = databases.has('stackward') ? [recordsTarget] : [];
  const known = ['database:neutron', ...own, `api:${cloud}`];
  const elsewhere = record.steps.find(({ target }) => !target.startsWith('host:') && !known.includes(target));
  if (elsewhere)
    throw new InvalidConfiguration(
      `the run changed ${elsewhere.target}, and this configuration leads to ${known.join(' and ')}; roll it back with the configuration that it was made with`,
      { where: name },
    );
}

function killed({ end }: RecordedRun): Note[] {
  const message =
    'the run was killed before its end; the steps without a result are looked at as if they may have been done';
  return end === undefined ? [{ where: 'journal', message }] : [];
}

function unreadableResults({ unreadable }: RecordedRun): Note[] {
  if (unreadable === 0) return [];
  const lines = unreadable === 1 ? '1 line' : `${unreadable} lines`;
  const message = `${lines} of its results can't be read; the steps they were about are looked at as if they may have been done`;
  return [{ where: 'journal', message }];
}
