import type { PolicyRuleStep } from './model';
import type { PolicyRuleObserved } from './observe';

/** Nothing is carried over: `apply` of this kind reads files and records again, and goes by what it then finds. */
export const advance = (observed: PolicyRuleObserved, _applied: readonly PolicyRuleStep[]): PolicyRuleObserved =>
  observed;
