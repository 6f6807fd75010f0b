/** One change by Terraform as its plan has it, with the things that all plans know. */
import type { PlannedResource } from './plan-json';
import type { Thing, Things } from './things';

export interface PlannedChange {
  readonly planned: PlannedResource;
  readonly thing: Thing;
  readonly things: Things;
}

export const isMade = ({ planned }: PlannedChange): boolean =>
  planned.action === 'create' || planned.action === 'replace';
export const isGone = ({ planned }: PlannedChange): boolean =>
  planned.action === 'delete' || planned.action === 'replace';
