import type { ITerraformDependable } from 'cdktf';

/** `dependsOn` for a resource's config, and nothing where nothing is named: cdktf writes an empty list out. */
export function dependingOn(resources: ITerraformDependable[] = []): { dependsOn?: ITerraformDependable[] } {
  return resources.length > 0 ? { dependsOn: resources } : {};
}
