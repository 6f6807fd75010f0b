/** One change by Terraform, with everything that a classifier asks about it. */
import type { ResourceChange, Witness } from '../model';
import type { PlannedChange } from '../terraform/planned-change';
import type { Passages } from '../witness/passages';
import type { RiskName } from './classes';

export interface TerraformChange extends PlannedChange {
  readonly stack: string;
  readonly shown: ResourceChange;
  readonly passages: Passages;
}

/** A class, the sentence about this change, and packets that show it. */
export type Said = readonly [RiskName, string, (readonly Witness[])?];
export type Classify = (change: TerraformChange) => readonly Said[];
