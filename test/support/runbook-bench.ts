/** Runs runbooks inside the test's own process, with the ports of the command and a separate journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { JournalFolder, readAnyRun } from '../../adapters/files/journal-folder';
import { readConfiguration } from '../../cli/inputs';
import { wire, type Wired } from '../../cli/wire';
import type { RunbookReaders, RunbookWriters } from '../../lib/contract/runbook-ports';
import { isRunbook, type RecordedRunbook } from '../../lib/journal/runbook-record';
import { plain } from '../../lib/render/style';
import { planResume, planUndo } from '../../runbooks/again';
import type { LastResult, Looking } from '../../runbooks/context';
import { performRunbook, type RunbookReport } from '../../runbooks/perform';
import { planRunbook, refuseMoved, type RunbookPlan } from '../../runbooks/plan';
import { runbookEndOf, runbookRecordOf } from '../../runbooks/record';
import { getRunbook } from '../../runbooks/registry';
import type { Given } from '../../runbooks/runbook';

export interface End {
  /** The process dies right before it writes this line of the journal, counted from 1. */
  readonly killedAtLine?: number;
  /** Ctrl-C is pressed after so many steps. */
  readonly stoppedAfter?: number;
}

export interface Run {
  readonly run: RecordedRunbook;
  readonly report: RunbookReport;
}

export class RunbookBench {
  readonly looking: Looking;
  /** What the journal has of an earlier run. */
  earlier: LastResult | undefined;
  readonly writers: RunbookWriters;
  private readonly wired: Wired;
  private readonly folder = mkdtempSync(join(tmpdir(), 'stackward-runbook-'));

  /** @param ports replaces ports of the configuration */
  constructor(
    env: NodeJS.ProcessEnv,
    config: string,
    ports: (wired: Wired) => { readers?: Partial<RunbookReaders>; writers?: Partial<RunbookWriters> } = () => ({}),
  ) {
    const clock = { now: () => new Date(), show: (time: Date) => time.toISOString() };
    this.wired = wire(readConfiguration(config, env), env, [], { style: plain, clock });
    const { readers, writers } = this.wired.runbooks;
    const own = ports(this.wired);
    const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
    const pause = (seconds: number) => sleep(Math.min(seconds, 0.1));
    const watch = { now: () => new Date(), pause, sleep, waitFor: () => () => undefined };
    this.looking = { readers: { ...readers, ...own.readers }, clock, watch, lastResult: () => this.earlier };
    this.writers = { ...writers, ...own.writers };
  }

  plan(name: string, given: Given): Promise<RunbookPlan> {
    return planRunbook(getRunbook(name), given, this.looking);
  }

  resume(run: RecordedRunbook): Promise<RunbookPlan> {
    return planResume(run, this.looking);
  }

  undo(run: RecordedRunbook): Promise<RunbookPlan> {
    return planUndo(run, this.looking);
  }

  async perform(plan: RunbookPlan, { killedAtLine, stoppedAfter }: End = {}): Promise<Run> {
    await refuseMoved(plan, this.looking);
    const by = { host: 'test', pid: 1, identity: 'gone' };
    const head = { version: '0', by, cloud: this.looking.readers.cloud, startedAt: new Date() };
    const journal = JournalFolder.begin(this.folder, runbookRecordOf(plan, head));
    const stop = new AbortController();
    let [lines, steps] = [0, 0];
    const report = await performRunbook(
      plan,
      { ...this.looking, writers: this.writers },
      {
        record: (line) => {
          if (killedAtLine !== undefined && ++lines >= killedAtLine) throw new Error('killed');
          journal.step(line);
        },
        refuse: () => undefined,
        onResult: () => {
          if (++steps === stoppedAfter) stop.abort();
        },
        signal: stop.signal,
      },
    );
    const isKilled = killedAtLine !== undefined && lines >= killedAtLine;
    if (!isKilled) journal.end(runbookEndOf(plan, report));
    const run = readAnyRun(this.folder, basename(journal.path));
    if (!isRunbook(run)) throw new Error('the journal holds another run');
    return { run, report };
  }

  async close(): Promise<void> {
    await this.wired.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
