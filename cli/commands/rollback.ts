/** Restores the state before a recorded run. The run's folder may have come from anywhere: docs/adr/0004-journal.md. */
import { recordsTarget } from '../../lib/contract/target';
import { readAnyRun, readRun } from '../../adapters/files/journal-folder';
import { isRunning } from '../../adapters/process/running-process';
import { plan } from '../../lib/run/engine';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';
import { movedSince, undoManifests, withoutMoved } from '../../lib/journal/journal';
import type { Note } from '../../lib/run/plan';
import type { Readers } from '../../lib/contract/ports';
import { printable } from '../../lib/basics/printable';
import type { RecordedRun } from '../../lib/journal/run-record';
import { isRunbook, type AnyRun, type RecordedRunbook } from '../../lib/journal/runbook-record';
import { kinds } from '../../reconcilers/registry';
import { planUndo } from '../../runbooks/again';
import { commandLine } from '../../lib/basics/command-line';
import { givenOptions } from '../given-options';
import { perform } from '../perform';
import { runPlan, withBench, type Bench } from '../run-runbook';
import { followerOf, readRunbooks, refuseElsewhere, refuseOtherCloud } from '../runbook-runs';
import { say } from '../terminal';
import type { RollbackOptions } from '../options';
import { connectAndRun, type WritingRun } from '../run';

export const rollback = (name: string, options: RollbackOptions): Promise<void> =>
  isOfRunbook(name, options)
    ? withBench(options, (bench) => rollBackRunbook(bench, name, options))
    : connectAndRun(
        options,
        () => Promise.resolve({ manifests: [], unapplied: [] }),
        (run) => rollBack(run, name),
      );

/** A run that can't be read is refused where it is read again. */
function isOfRunbook(name: string, { journal }: RollbackOptions): boolean {
  try {
    return isRunbook(readAnyRun(journal, name));
  } catch {
    return false;
  }
}

async function rollBackRunbook(bench: Bench, name: string, options: RollbackOptions): Promise<number> {
  const recorded = readAnyRun(options.journal, name);
  refuseUnderWay(recorded);
  if (options.fromElsewhere !== true) refuseElsewhere(recorded, 'roll it back');
  if (!isRunbook(recorded))
    throw new InvalidConfiguration('it is no run of a runbook any more', { where: name, about: 'file' });
  refuseOtherCloud(recorded, bench.cloud);
  refuseFollowed(recorded, options.journal);
  const { autoApprove: yes, ...rest } = options;
  const given = { ...rest, ...defined({ yes }) };
  const command = commandLine(['rollback', wholeName(name, recorded), ...givenOptions(options)]);
  return runPlan(await planUndo(recorded, bench.looking), bench, given, { command, option: '--auto-approve' });
}

/** The run's whole name for a command that is shown. `last` could be another run when somebody types the command. */
const wholeName = (given: string, { name }: AnyRun): string => (given.includes('/') ? given : name);

/** Leaves things alone that somebody changed after the run. */
async function rollBack(run: WritingRun<RollbackOptions>, name: string): Promise<number> {
  const { readers, filter, options } = run;
  const recorded = readRun(options.journal, name);
  refuseUnderWay(recorded);
  if (options.fromElsewhere !== true) refuseElsewhere(recorded, 'roll it back');
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
  const { exitCode, isChanged } = await perform(
    { ...run, manifests, sweep: [] },
    known,
    ['rollback', wholeName(name, recorded)],
    {
      rolledBack: recorded.name,
    },
  );
  if (!options.json && isChanged && recorded.record.command === 'apply')
    say('The code still says otherwise: change it too, or the next apply does the same again.');
  return exitCode;
}

/** Writes the owners of the steps above the plan of a rollback, because no manifest names them. */
function describe({ name, record: { command, by, startedAt, steps, version } }: RecordedRun): string {
  const owners = [...new Set(steps.map(({ resource }) => resource.owner))].sort();
  return `Run ${name}: ${command} of ${owners.join(', ') || 'nobody'}, recorded at ${startedAt} on ${by.host} by stackward ${version}`;
}

/** A chain of resumed runs is one piece of work: its last run knows every step. */
function refuseFollowed(run: RecordedRunbook, journal: string): void {
  const later = followerOf(run, readRunbooks(journal));
  if (later?.record.resumes === run.name)
    throw new Refused(`run ${later.name} resumed it; roll that back, since it knows every step`, { where: run.name });
}

function refuseUnderWay({ name, record, end }: AnyRun): void {
  if (end === undefined && isRunning(record.by))
    throw new InvalidConfiguration(`it is under way (process ${record.by.pid}); roll it back when it has ended`, {
      where: name,
      about: 'order',
    });
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
