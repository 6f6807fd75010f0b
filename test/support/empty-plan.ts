import type { Plan } from '../../lib/run/plan';

/** A plan in which nothing is to be done; tests put their steps and stacks into it. */
export const emptyPlan: Plan = {
  stacks: [],
  steps: [],
  problems: [],
  warnings: [],
  unswept: [],
  waiting: [],
  leaving: [],
  converged: [],
  looks: [],
  undone: [],
  dependencies: new Map(),
};
