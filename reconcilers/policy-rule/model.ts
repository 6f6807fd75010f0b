/** What the parts of the kind policy-rule say to each other. */
import type { Step } from '../../lib/contract/reconciler';
import type { Job } from './grant/jobs';

export interface PolicyRuleStep extends Step {
  readonly owner: string;
  readonly jobs: readonly Job[];
}
