/** Risks that come up after Terraform's half, when stackward's steps are planned on the values known then. Pure. */
import type { DeclaredManifest } from '../../lib/contract/manifest';
import { stepKey, type Plan, type PlannedStep, type Problem } from '../../lib/run/plan';
import type { Review, Risk } from '../../review/model';
import { stepRisks } from '../../review/plan-risks';
import { judge, type ReviewRules } from '../../review/rules';

export interface Shown {
  readonly review: Pick<Review, 'made' | 'risks' | 'acknowledged'>;
  readonly rules: ReviewRules;
}

/**
 * Leaves each step with a risk that stackward.yaml forbids, as a problem. Leaves each step whose risk is high or needs
 * an approval and was not in the review, with a warning: the next review shows it.
 * @param manifest with which the steps were planned
 */
export function withoutUnshown(
  plan: Plan,
  manifest: DeclaredManifest,
  shown: Shown,
): { readonly plan: Plan; readonly unshown: number } {
  const { review, rules } = shown;
  const known = new Set([...review.risks, ...review.acknowledged.map(({ risk }) => risk)].map(nameOf));
  const found = stepRisks([manifest]);
  const risksOf = (step: PlannedStep): readonly Risk[] => judge(found(step), rules, review.made.slice(0, 10)).risks;
  const [problems, warnings, undone]: [Problem[], Plan['warnings'][number][], string[]] = [[], [], []];
  const steps = plan.steps.filter((step) => {
    const where = stepKey(step.id, step.target);
    const risks = risksOf(step);
    const forbidden = risks.find(({ isForbidden }) => isForbidden);
    const fresh = risks.find((risk) => !known.has(nameOf(risk)) && (risk.severity === 'high' || risk.needs.length > 0));
    if (forbidden !== undefined)
      problems.push({ where, reason: 'Refused', message: `stackward.yaml forbids the risk ${forbidden.class}, which this step turned out to have after Terraform's half; change the code or the policy, then review again` }); // prettier-ignore
    else if (fresh !== undefined)
      warnings.push({ where, message: `this step turned out to have the risk ${fresh.class} after Terraform's half, which nobody reviewed, and is left alone; review again` }); // prettier-ignore
    else return true;
    undone.push(step.id);
    return false;
  });
  return {
    plan: {
      ...plan,
      steps,
      problems: [...plan.problems, ...problems],
      warnings: [...plan.warnings, ...warnings],
      undone: [...plan.undone, ...undone],
    },
    unshown: warnings.length,
  };
}

const nameOf = ({ class: name, where }: Pick<Risk, 'class' | 'where'>): string => `${name} at ${where}`;
