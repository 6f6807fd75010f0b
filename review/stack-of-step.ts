/** The stack of a thing of stackward. Pure. */
import type { PlannedStep } from '../lib/run/plan';

/** A leftover belongs to the stack that left it; any other step to the first part of its path. */
export const stackOfStep = (step: PlannedStep): string => step.leftBy?.stack ?? stackInId(step.id);
export const stackInId = (id: string): string => /^[a-z0-9-]+\.([^/@]+)/.exec(id)?.[1] ?? '';
