import { TerraformResource } from 'cdktf';
import type { SynthFinding } from '../lib/address-plan';
import type { Declarations } from './declarations';

/**
 * Servers of a tenant that the admin's provider would boot, in the admin's project: Nova then says PortNotUsable, and
 * the server ends in ERROR. UtmInstance takes the right provider by itself; this is for servers made by hand.
 */
export function serverFindings({ stack, tenant }: Declarations): SynthFinding[] {
  if (!tenant) return [];
  return stack.node
    .findAll()
    .filter(
      (node): node is TerraformResource =>
        TerraformResource.isTerraformResource(node) &&
        node.terraformResourceType === 'openstack_compute_instance_v2' &&
        node.provider?.alias === undefined,
    )
    .map((server) => ({
      path: server.node.path,
      message:
        `it would be booted in the deployer's own project, and Nova refuses ports of another one there; ` +
        `give it provider: tenant.provider and dependsOn: tenant.dependenciesFor(stack, 'compute') of ${tenant.node.path}`,
    }));
}
