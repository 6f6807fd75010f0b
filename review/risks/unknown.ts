/** Values that Terraform knows only after apply. Pure. */
import { hasTrue, partAt } from '../terraform/attributes';
import type { TerraformChange } from './terraform-change';

/**
 * True if the code gives the attribute a value that nobody knows before apply. An attribute that the code leaves out is
 * unknown too, but the cloud's default is what it gets. In a module the code isn't read, so the worse is assumed.
 */
export function isUnknown({ planned, thing, things }: TerraformChange, attribute: string): boolean {
  return hasTrue(partAt(planned.unknown, attribute)) && things.mayBeInCode(thing, attribute);
}

/** @param what `packets are filtered at port web1` */
export const nobodyKnows = (what: string): string => `nobody can tell before apply whether ${what}`;
