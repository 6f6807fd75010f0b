/**
 * The laws of every runbook, shown on real services (docs/adr/0019-runbooks.md): a plan changes nothing; a run is
 * recorded before and after each step; a run that was interrupted anywhere can be finished, with the same result; a
 * change that somebody made since is never overwritten; and the steps that can be undone are undone.
 */
import type { RecordedRunbook } from '../../lib/journal/runbook-record';
import { toDo, type RunbookPlan } from '../../runbooks/plan';
import type { Given } from '../../runbooks/runbook';
import { alikeTest, someOf } from '../support/moments';
import type { RunbookBench } from '../support/runbook-bench';

export interface RunbookWorld {
  readonly bench: RunbookBench;
  readonly runbook: string;
  readonly given: Given;
  /** Reads the state of the thing from the services themselves. */
  truth(): Promise<unknown>;
  /** Changes the result of the run's first step, as another operator might. */
  meddle(): Promise<void>;
}

export interface RunbookCase {
  /** Makes another broken thing. */
  make(): Promise<RunbookWorld>;
  /** The state after the run. */
  readonly done: unknown;
  /** The state after the rollback; undefined if no step can be undone. */
  readonly undone?: unknown;
  /** The number of steps. */
  readonly steps: number;
  /** The steps that find nothing to do, because an earlier step did it. */
  readonly unchanged?: readonly number[];
  /** The message if a resumption or a rollback finds that somebody changed the thing. */
  readonly moved: RegExp;
  /** Whether the suite has a runbook like this one. If so, this one always runs to its end, and some of the other laws are tried. */
  readonly isAlike?: boolean;
}

/**
 * The lines of the journal at which a run is killed: before the last line of each step that changes something, when the
 * step is done but not recorded. Such a step has two lines, and a step that finds nothing to do has one. A runbook of one
 * step is also killed before its first line, because nothing there depends on the number of steps.
 */
function deadlyLines({ steps, unchanged = [] }: RunbookCase): number[] {
  const lines = steps === 1 ? [1] : [];
  let line = 0;
  for (let step = 1; step <= steps; step++) {
    line += unchanged.includes(step) ? 1 : 2;
    if (!unchanged.includes(step)) lines.push(line);
  }
  return lines;
}

const open = (plan: RunbookPlan): number => toDo(plan).length;

export function describeRunbook(name: string, runbook: RunbookCase): void {
  const outcomes = Array.from({ length: runbook.steps }, (_, index) => runbook.unchanged?.includes(index + 1) ? 'unchanged' : 'done'); // prettier-ignore
  const law = runbook.isAlike ? alikeTest : test;
  const start = async (): Promise<RunbookWorld & { readonly plan: RunbookPlan }> => {
    const world = await runbook.make();
    return { ...world, plan: await world.bench.plan(world.runbook, world.given) };
  };

  async function finish({ bench, truth }: RunbookWorld, run: RecordedRunbook): Promise<void> {
    const { report } = await bench.perform(await bench.resume(run));
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(await truth()).toEqual(runbook.done);
  }

  describe(name, () => {
    law('a plan shows every step with its undo and changes nothing', async () => {
      const { plan, truth, bench, runbook: own, given } = await start();
      const before = await truth();
      expect([plan.steps.length, plan.preconditions.filter(({ is }) => is !== 'holds')]).toEqual([runbook.steps, []]);
      for (const { step, now } of plan.steps) expect(['step', 'never', 'nothing']).toContain(step.undo(now).is);
      await bench.plan(own, given);
      expect(await truth()).toEqual(before);
    });

    test('a run does every step, and records each before and after; a resumption of it has nothing to do', async () => {
      const { plan, bench, truth } = await start();
      const { run, report } = await bench.perform(plan);
      expect(report.results.map(({ outcome, message }) => [outcome, message])).toEqual(outcomes.map((outcome) => [outcome, undefined])); // prettier-ignore
      expect(await truth()).toEqual(runbook.done);
      expect([...run.results.values()].map(({ outcome }) => outcome)).toEqual(outcomes);
      expect([...run.results.values()].every(({ before, after }) => before !== undefined && after !== undefined)).toBe(true); // prettier-ignore
      expect(open(await bench.resume(run))).toBe(0);
    });

    for (const killedAtLine of someOf(deadlyLines(runbook)))
      law(`a run that is killed at line ${killedAtLine} of its journal is finished by a resumption`, async () => {
        const world = await start();
        const { run } = await world.bench.perform(world.plan, { killedAtLine });
        expect(run.end).toBeUndefined();
        await finish(world, run);
      });

    if (runbook.steps > 1)
      law('a run that is interrupted after its first step is finished by a resumption', async () => {
        const world = await start();
        const { run, report } = await world.bench.perform(world.plan, { stoppedAfter: 1 });
        expect([report.interrupted, report.results.filter(({ outcome }) => outcome === 'skipped').length]).toEqual([true, runbook.steps - 1]); // prettier-ignore
        await finish(world, run);
      });

    law('a run is not resumed over what somebody changed since', async () => {
      const { plan, bench, meddle, truth } = await start();
      const { run } = await bench.perform(plan, { stoppedAfter: 1 });
      await meddle();
      const changed = await truth();
      const again = await bench.resume(run);
      expect(again.problems.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([expect.stringMatching(runbook.moved)]); // prettier-ignore
      expect(await truth()).toEqual(changed);
    });

    law('a plan that is older than the thing is refused before its first step', async () => {
      const { plan, bench } = await start();
      await bench.perform(plan, { stoppedAfter: 1 });
      await expect(bench.perform(plan)).rejects.toThrow(/the plan showed: .*; it is now: /);
    });

    law('a rollback undoes what can be undone, says what stays, and leaves what somebody changed since', async () => {
      const { plan, bench, truth, meddle } = await start();
      const { run } = await bench.perform(plan);
      const back = await bench.undo(run);
      const lasting = plan.steps.filter(({ step, now }) => step.undo(now).is === 'never');
      // A step whose result a later step took away, such as the reset of a server that is deleted now, is not said again.
      expect(back.lasting.length > 0).toBe(lasting.length > 0);
      if (runbook.undone === undefined) return expect(open(back)).toBe(0);
      await bench.perform(back);
      expect(await truth()).toEqual(runbook.undone);
      const second = await bench.perform(await bench.plan(plan.runbook, plan));
      await meddle();
      const changed = await truth();
      const refused = await bench.undo(second.run);
      expect(refused.problems.map(({ message }) => message)).toEqual([expect.stringMatching(runbook.moved)]);
      await bench.perform(refused);
      return expect(await truth()).toEqual(changed);
    });

    if (runbook.undone !== undefined)
      law('a run that was killed once its first step was done is rolled back', async () => {
        const { plan, bench, truth } = await start();
        const { run } = await bench.perform(plan, { killedAtLine: 2 });
        await bench.perform(await bench.undo(run));
        expect(await truth()).toEqual(runbook.undone);
      });
  });
}
