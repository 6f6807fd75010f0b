/**
 * Refuses a stack of which nothing is known, because a misspelt name must not be answered with "nothing is left over".
 */
import { listRuns, readRun } from '../adapters/files/journal-folder';
import { InvalidConfiguration } from '../lib/basics/errors';
import type { Plan } from '../lib/run/plan';

/**
 * @param all that the app or the manifests name
 * @param planned the look for what these stacks left
 * @param journal folder of the runs
 * @throws InvalidConfiguration naming the stack that neither the app, nor a host that was looked at, nor the journal knows
 */
export function refuseUnknownStacks(
  stacks: readonly string[],
  all: readonly string[],
  planned: Plan,
  journal: string,
): void {
  // Where not everything could be looked at, the run says so, and the name may be right.
  if (planned.problems.length + planned.unswept.length > 0) return;
  const unknown = stacks.find(
    (stack) => !all.includes(stack) && !isNamed(stack, planned) && !recordedStacks(journal).has(stack),
  );
  if (unknown === undefined) return;
  const known = `there ${all.length === 1 ? 'is' : 'are'} ${all.join(', ') || 'none'}`;
  throw new InvalidConfiguration(
    `--stack ${unknown} names nothing here, and neither on the hosts nor in ${journal} is anything of such a stack; ${known}`,
  );
}

const isNamed = (stack: string, { steps, warnings }: Plan): boolean =>
  steps.some((step) => step.leftBy?.stack === stack) || warnings.some(({ where }) => where.includes(`.${stack}/`));

function recordedStacks(journal: string): Set<string> {
  const stacks = listRuns(journal).flatMap((name) => {
    try {
      const { record } = readRun(journal, name);
      return [...record.stacks, ...record.steps.map((step) => step.resource.stack)];
    } catch {
      // A run that can't be read names no stack.
      return [];
    }
  });
  return new Set(stacks);
}
