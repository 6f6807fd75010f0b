import { randomUUID } from 'node:crypto';
import { putNewText } from '../../adapters/files/files';
import { planExitCode } from '../../lib/run/exit-code';
import { printable } from '../../lib/basics/printable';
import { renderPlanJson } from '../../lib/render/json';
import { renderPlanSummary } from '../../lib/render/text';
import { renderSavedPlan } from '../../lib/journal/saved-plan';
import { version } from '../../package.json';
import { commandLine } from '../../lib/basics/command-line';
import { givenOptions } from '../given-options';
import type { PlanOptions } from '../options';
import { planOf } from '../plan-of';
import { runWith, type Run } from '../run';
import { attention, shownPlan } from '../show-plan';
import { outputWidth, say } from '../terminal';

export const plan = (options: PlanOptions): Promise<void> => runWith(options, options.stack, showPlan);

async function showPlan(run: Run<PlanOptions>): Promise<number> {
  const { manifests, filter, sweep, options, style } = run;
  const planned = await planOf(run);
  if (options.out !== undefined)
    putNewText(options.out, renderSavedPlan(planned, manifests, { filter, sweep }, { id: randomUUID(), version }));
  // A saved plan contains its own filter.
  const command =
    options.out === undefined
      ? commandLine(['apply', ...givenOptions(options)])
      : commandLine(['apply', options.out, ...givenOptions({ ...options, stack: [], kind: [], target: [] })]);
  const hint = planned.steps.length > 0 ? `\nTo perform these actions, run \`${printable(command)}\`.\n` : '';
  const kept =
    options.out !== undefined && planned.problems.length > 0
      ? `\nThe plan is kept in ${printable(options.out)}, without what the problems are about.\n`
      : '';
  if (options.json) say(renderPlanJson('plan', planned));
  else {
    const text = options.summary
      ? `${await attention(manifests, planned, style)}${renderPlanSummary(planned, style, outputWidth())}`
      : await shownPlan(run, planned);
    say(`${text}${kept}${hint}`);
  }
  return planExitCode(planned);
}
