import { plan } from '../lib/run/engine';
import { outputName, type Manifest } from '../lib/contract/manifest';
import type { Plan } from '../lib/run/plan';
import { kinds } from '../reconcilers/registry';
import { commandLine } from '../lib/basics/command-line';
import type { JournalOptions, SelectionOptions } from './options';
import type { Run } from './run';

/**
 * The plan of a run. A stack without a manifest waits for Terraform, and the plan says so. One whose state can't be read
 * is a problem.
 */
export async function planOf({
  manifests,
  unapplied,
  unread,
  gone,
  readers,
  warnings,
  filter,
  sweep,
  options,
}: Run<SelectionOptions & JournalOptions>): Promise<Plan> {
  const now = await plan(manifests, kinds, readers, filter, sweep);
  const planned = now.steps.length === 0 ? now : await sayingSince(now, manifests, options.journal);
  const waiting = unapplied.map((stack) => ({ id: `stack ${stack}`, unknown: [outputName] }));
  const unknown = unapplied.map((stack) => ({
    where: `stack ${stack}`,
    message:
      'nothing is known of it, so nothing of it, nor of a stack that left the code, is removed in this run; ' +
      `if it was destroyed, what it left on hosts stays in force until \`${commandLine(['destroy', '--stack', stack])}\` removes it`,
  }));
  const problems = unread.map(({ stack, problem: { reason, detail } }) => ({
    where: `stack ${stack}`,
    reason,
    message: `it is not looked at: ${detail}`,
  }));
  return {
    ...planned,
    problems: [...planned.problems, ...problems],
    waiting: [...planned.waiting, ...waiting],
    warnings: [...planned.warnings, ...warnings(), ...unknown, ...gone],
  };
}

/** A plan without steps loads nothing that reads the journal. */
async function sayingSince(now: Plan, manifests: readonly Manifest[], journal: string): Promise<Plan> {
  const { runsOfPlans } = await import('../adapters/files/journal-folder.js');
  const { addSince } = await import('../lib/journal/drift.js');
  return addSince(now, manifests, runsOfPlans(journal));
}
