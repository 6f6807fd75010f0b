/** The lines of the policy files that a step changes. Pure. */
import { lineDiff } from '../../lib/basics/line-diff';
import type { Effect } from '../../lib/contract/reconciler';
import { perform } from './grant/edits';
import type { PolicyRuleStep, TargetObservation } from './model';

export function effect({ jobs }: PolicyRuleStep, { answers, grants }: TargetObservation): Effect[] {
  const { texts } = perform(jobs, (file) => answers.text(file), grants);
  return [...texts].map(([file, { content }]) => ({
    language: 'diff',
    lines: lineDiff(file, answers.text(file)?.content, content),
  }));
}
