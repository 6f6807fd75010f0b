/** Prints a plan for the reader of the output: a person at a terminal, or a file. */
import { renderPlan } from '../lib/render/text';
import type { Plan } from '../lib/run/plan';
import type { Run } from './run';
import { outputWidth } from './terminal';

/** On a terminal the plan begins with its dangers, folds steps that are alike, and breaks lines at words. */
export async function shownPlan(
  { manifests, style }: Pick<Run, 'manifests' | 'style'>,
  planned: Plan,
  command = 'plan',
): Promise<string> {
  const width = outputWidth();
  const text = renderPlan(planned, style, command, width);
  // A rollback brings back what was there. Its declarations come from the journal, and have no reason.
  return width === Infinity || command === 'rollback' ? text : `${await attention(manifests, planned, style)}${text}`;
}

/** '' without a terminal: a review tells the same for a file. */
export async function attention(manifests: Run['manifests'], planned: Plan, style: Run['style']): Promise<string> {
  const width = outputWidth();
  if (width === Infinity) return '';
  const [{ risksOfPlan }, { renderPlanAttention }] = await Promise.all([
    import('../review/plan-risks.js'),
    import('../review/render/plan-attention.js'),
  ]);
  return renderPlanAttention(risksOfPlan(planned, manifests), style, width);
}
