/** One change of Terraform's, with everything that a classifier asks about it. */
import type { ResourceChange, Witness } from '../model';
import type { PlannedResource } from '../terraform/plan-json';
import type { Thing, Things } from '../terraform/things';
import type { RiskName } from './classes';

export interface TerraformChange {
  readonly stack: string;
  readonly planned: PlannedResource;
  readonly shown: ResourceChange;
  readonly thing: Thing;
  readonly things: Things;
}

/** A class, the sentence about this change, and packets that show it. */
export type Said = readonly [RiskName, string, (readonly Witness[])?];
export type Classify = (change: TerraformChange) => readonly Said[];

export const serverType = 'openstack_compute_instance_v2';

export const isMade = ({ planned }: TerraformChange): boolean =>
  planned.action === 'create' || planned.action === 'replace';
export const isGone = ({ planned }: TerraformChange): boolean =>
  planned.action === 'delete' || planned.action === 'replace';
