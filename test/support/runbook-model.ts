/** Runs runbooks on ports that a test models in memory, with a journal in memory. */
import type { RunbookReaders, RunbookWriters } from '../../lib/contract/runbook-ports';
import { isRunbook, parseAnyRun, renderRunbookLine, type RecordedRunbook } from '../../lib/journal/runbook-record';
import { planResume, planUndo } from '../../runbooks/again';
import type { Looking } from '../../runbooks/context';
import { performRunbook, type RunbookReport } from '../../runbooks/perform';
import { planRunbook, refuseMoved, type RunbookPlan } from '../../runbooks/plan';
import { runbookEndOf, runbookRecordOf } from '../../runbooks/record';
import { getRunbook } from '../../runbooks/registry';
import type { RunbookOptions } from '../../runbooks/runbook';

export interface Ports {
  readonly readers: Partial<RunbookReaders>;
  readonly writers: Partial<RunbookWriters>;
}

export class RunbookModel {
  readonly looking: Looking;
  #runs = 0;

  constructor(private readonly ports: Ports) {
    const clock = { now: () => new Date(), show: (time: Date) => time.toISOString() };
    const soon = () => Promise.resolve();
    const watch = { now: () => new Date(), pause: soon, sleep: soon, waitFor: () => () => undefined };
    const readers = { cloud: 'model', ...ports.readers } as RunbookReaders;
    this.looking = { readers, clock, watch, lastResult: () => undefined };
  }

  plan(name: string, argument: string, options: RunbookOptions = {}): Promise<RunbookPlan> {
    return planRunbook(getRunbook(name), { argument, options }, this.looking);
  }

  resume = (run: RecordedRunbook): Promise<RunbookPlan> => planResume(run, this.looking);
  undo = (run: RecordedRunbook): Promise<RunbookPlan> => planUndo(run, this.looking);

  /** @param stoppedAfter Ctrl-C comes after so many steps */
  async perform(
    plan: RunbookPlan,
    stoppedAfter?: number,
  ): Promise<{ readonly run: RecordedRunbook; readonly report: RunbookReport }> {
    await refuseMoved(plan, this.looking);
    const by = { host: 'test', pid: 1, identity: 'gone' };
    const record = runbookRecordOf(plan, { version: '0', by, cloud: 'model', startedAt: new Date() });
    const stop = new AbortController();
    let [lines, steps] = ['', 0];
    const report = await performRunbook(
      plan,
      { ...this.looking, writers: this.ports.writers as RunbookWriters },
      {
        record: (line) => void (lines += renderRunbookLine(line)),
        refuse: () => undefined,
        onResult: () => void (++steps === stoppedAfter && stop.abort()),
        signal: stop.signal,
      },
    );
    const end = JSON.stringify(runbookEndOf(plan, report));
    const run = parseAnyRun(`run-${(this.#runs += 1)}`, JSON.stringify(record), lines, end);
    if (!isRunbook(run)) throw new Error('the journal holds another run');
    return { run, report };
  }
}

/** What a plan says against its run. */
export const problemsOf = ({ problems }: RunbookPlan): string[] => problems.map(({ message }) => message);
export const failuresOf = ({ results }: RunbookReport): (string | undefined)[] =>
  results.filter(({ outcome }) => outcome === 'failed').map(({ message }) => message);
