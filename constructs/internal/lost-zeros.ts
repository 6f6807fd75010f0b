import type { Construct } from 'constructs';
import { addFinding } from './declarations';

/**
 * Adds a finding for each value that is 0 or false and that the provider doesn't send. The service would choose a value
 * then.
 * Source: resource_openstack_*_v2.go of the provider 1.54.1, and the `omitempty` tags of gophercloud 1.8.0.
 *
 * @param values by the name of the prop; of a list, its items' values
 */
export function refuseLostZeros(construct: Construct, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    for (const zero of [value].flat())
      if (zero === 0 || zero === false)
        addFinding(
          construct,
          zero === 0
            ? `its ${name} is 0, which the provider leaves out; leave it out, and OpenStack chooses`
            : `its ${name} is false, which Terraform's provider can't say; leave it out, and set the default in OpenStack's own configuration`,
        );
}

/** The values of one attribute in a list of blocks. [] if only Terraform knows the list. */
export const eachOf = (blocks: unknown, attribute: string): unknown[] =>
  Array.isArray(blocks) ? blocks.map((block) => (block as Record<string, unknown>)[attribute]) : [];
