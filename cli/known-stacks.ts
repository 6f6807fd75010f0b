/** Refuses a stack that nothing knows, because "nothing is left over" would be a wrong answer to a misspelt name. */
import { listRuns, readRun } from '../adapters/files/journal-folder';
import { InvalidCommand } from '../lib/basics/errors';
import type { Plan } from '../lib/run/plan';

/**
 * @param all stacks that the app or the manifests name
 * @param planned the plan that looked for leftovers of these stacks
 * @param journal folder of the runs
 * @throws InvalidConfiguration naming a stack that is neither in the app, nor on a host that was looked at, nor in the
 * journal
 */
export function refuseUnknownStacks(
  stacks: readonly string[],
  all: readonly string[],
  planned: Plan,
  journal: string,
): void {
  // If something could not be looked at, the run reports that, and the name may be right.
  if (planned.problems.length + planned.unswept.length > 0) return;
  const unknown = stacks.find(
    (stack) => !all.includes(stack) && !isNamed(stack, planned) && !recordedStacks(journal).has(stack),
  );
  if (unknown === undefined) return;
  const known = `there ${all.length === 1 ? 'is' : 'are'} ${all.join(', ') || 'none'}`;
  throw new InvalidCommand(
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
      // The names in an unreadable run are not known.
      return [];
    }
  });
  return new Set(stacks);
}
