import { Construct } from 'constructs';
import { DataOpenstackIdentityAuthScopeV3 } from '@cdktf/provider-openstack/lib/data-openstack-identity-auth-scope-v3';
import { DataOpenstackIdentityRoleV3 } from '@cdktf/provider-openstack/lib/data-openstack-identity-role-v3';
import { DataOpenstackIdentityUserV3 } from '@cdktf/provider-openstack/lib/data-openstack-identity-user-v3';
import type { OpenStackCloud } from '../openstack-cloud';

/** Keystone's users and roles by name, each looked up once. */
export class Identity extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly cloud: OpenStackCloud,
  ) {
    super(scope, id);
  }

  /** The user whose credentials Terraform runs with. */
  get deployerUserId(): string {
    return (
      this.cloud.deployerUserId ??
      this.once('Deployer', (id) => new DataOpenstackIdentityAuthScopeV3(this, id, { name: 'deployer' })).userId
    );
  }

  roleId(name: string): string {
    return this.once(`Role-${name}`, (id) => new DataOpenstackIdentityRoleV3(this, id, { name })).id;
  }

  /** @param domainId the domain of the deployer's user, where undefined */
  userId(name: string, domainId?: string): string {
    const id = domainId === undefined ? `User-${name}` : `User-${name}-${domainId}`;
    const config = domainId === undefined ? { name } : { name, domainId };
    return this.once(id, () => new DataOpenstackIdentityUserV3(this, id, config)).id;
  }

  private once<T extends Construct>(id: string, make: (id: string) => T): T {
    return (this.node.tryFindChild(id) as T | undefined) ?? make(id);
  }
}
