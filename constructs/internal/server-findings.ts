import { TerraformResource } from 'cdktf';
import type { Declarations } from './declarations';
import { resolveIn } from './resolve';
import type { SynthFinding } from '../../lib/synth/synth-finding';

/**
 * Resources that are made in the project of their provider, because no attribute names another. The text says what
 * happens if the deployer's provider makes them.
 */
const inProviderProject: Readonly<Record<string, string>> = {
  openstack_compute_instance_v2: 'Nova refuses ports of another one there',
  openstack_compute_servergroup_v2: 'Nova finds it for no server of the tenant',
  openstack_compute_interface_attach_v2: 'Nova finds no server of the tenant there',
  openstack_compute_volume_attach_v2: 'Nova finds no server of the tenant there',
  openstack_blockstorage_volume_v3:
    "Nova finds it for no server of the tenant, and it counts against the deployer's quota",
};

/**
 * Findings of a tenant's stack: resources that the admin's provider would make in the admin's project, and server
 * groups of another stack's project. Server, UtmInstance, ServerGroup and Volume choose the right provider; these findings are about
 * handmade resources.
 */
export function serverFindings({ stack, tenant }: Declarations): SynthFinding[] {
  if (!tenant) return [];
  const resources = stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
  return resources.flatMap((resource) => [
    ...providerFindings(resource, tenant.node.path),
    ...groupFindings(resource, resolveIn(stack, hintsOf(resource))),
  ]);
}

function providerFindings(
  { node, provider, terraformResourceType }: TerraformResource,
  tenant: string,
): SynthFinding[] {
  const consequence = inProviderProject[terraformResourceType];
  if (consequence === undefined || provider?.alias !== undefined) return [];
  const what = terraformResourceType === 'openstack_compute_instance_v2' ? 'booted' : 'made';
  return [
    {
      path: node.path,
      message:
        `it would be ${what} in the deployer's own project, and ${consequence}; ` +
        `give it provider: tenant.provider and dependsOn: tenant.dependenciesFor(stack, 'compute') of ${tenant}`,
    },
  ];
}

const hintsOf = (resource: TerraformResource): unknown =>
  (resource as { schedulerHintsInput?: unknown }).schedulerHintsInput;

/**
 * A finding if the reference leads to a group of another stack. That group belongs to another tenant, or to the
 * deployer's project.
 */
function groupFindings({ node }: TerraformResource, hints: unknown): SynthFinding[] {
  return /terraform_remote_state|cross-stack/.test(JSON.stringify(hints ?? ''))
    ? [
        {
          path: node.path,
          message:
            "its server group is of another stack, and Nova finds a group only in the server's own project; make a ServerGroup in this stack",
        },
      ]
    : [];
}
