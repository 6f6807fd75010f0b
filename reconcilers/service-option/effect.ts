/** The lines of an option that a step changes, per file. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import { areSameLines, type OptionLine } from '../../lib/oslo-config/lines';
import { advance } from './advance';
import { type Job, type OptionObserved, type ServiceOptionStep } from './model';
import { isSecretJob } from './option/declared';
import { dialectOf } from './option/dialects';

/** Only lines of the option itself: a line beside it may hold somebody's password. A secret is `***`. */
export function effect(step: ServiceOptionStep, observed: OptionObserved): Effect[] {
  const after = advance(observed, [step]);
  return step.jobs.open().flatMap((job) => diffsOf(job, observed, after));
}

function diffsOf(job: Job, observed: OptionObserved, after: OptionObserved): Effect[] {
  const { linesOf } = dialectOf(job);
  const [old, now] = [linesOf(job, observed), linesOf(job, after)];
  const isHidden = isSecretJob(job, observed) || isSecretJob({ ...job, seen: now }, after);
  return [...new Set([...old, ...now].map(({ path }) => path))].flatMap((path): Effect[] => {
    const [before, written] = [old, now].map((lines) => lines.filter((line) => line.path === path));
    if (before === undefined || written === undefined || areSameLines(before, written)) return [];
    const [first] = [...before, ...written];
    const head = `@@ line ${first?.line ?? 0} @@${first?.section ? ` [${first.section}]` : ''}`;
    const said =
      (sign: string) =>
      (line: OptionLine): string[] =>
        isHidden ? [`${sign}${job.name}: ***`] : line.text.split('\n').map((text) => `${sign}${text}`);
    const lines = [`--- ${path}`, `+++ ${path}`, head, ...before.flatMap(said('-')), ...written.flatMap(said('+'))];
    return [{ language: 'diff', lines }];
  });
}
