import type { ITerraformDependable } from 'cdktf';

/** `dependsOn` for a resource's config. Empty for an empty list, because cdktf would write the empty list out. */
export function dependingOn(resources: ITerraformDependable[] = []): { dependsOn?: ITerraformDependable[] } {
  return resources.length > 0 ? { dependsOn: resources } : {};
}
