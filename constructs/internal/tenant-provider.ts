import type { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';
import type { Construct } from 'constructs';
import { CloudStack } from '../cloud-stack';
import type { ITenant } from '../interfaces';
import { addFinding } from './declarations';

/**
 * The provider that makes things in the tenant's project. In another stack the same alias names the provider of that
 * stack's own tenant, so a construct there gets a finding.
 */
export function tenantProvider(construct: Construct, tenant: ITenant): OpenstackProvider {
  const stack = CloudStack.of(tenant.provider);
  if (stack !== CloudStack.of(construct))
    addFinding(
      construct,
      `its tenant's provider is in the stack ${stack.node.path}; declare ${construct.node.id} in that stack`,
    );
  return tenant.provider;
}
