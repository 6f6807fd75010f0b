import type { ITerraformDependable } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { DataOpenstackIdentityAuthScopeV3 } from '@cdktf/provider-openstack/lib/data-openstack-identity-auth-scope-v3';
import { IdentityProjectV3, type IdentityProjectV3Config } from '@cdktf/provider-openstack/lib/identity-project-v3';
import { IdentityRoleAssignmentV3 } from '@cdktf/provider-openstack/lib/identity-role-assignment-v3';
import type { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';
import { InvalidConfiguration } from '../lib/basics/errors';
import { checkTexts, requireProps } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declarationsOf } from './internal/declarations';
import { makeProvider } from './internal/provider';
import { Quotas, type QuotaLimits } from './quotas';
import type { ITenant } from './interfaces';

export interface TenantMember {
  /** Name of the user. With `userId` it is only a label, and a part of the ids of the role assignments. */
  readonly name: string;
  /** @default looked up by name */
  readonly userId?: string;
  /** Domain in which the name is looked up. @default the deployer's */
  readonly domainId?: string;
  /** Names of roles, or `{ name, id }`, in which the name is only a label. */
  readonly roles: readonly (string | { readonly name: string; readonly id: string })[];
}

export interface TenantProps extends Pick<
  IdentityProjectV3Config,
  'description' | 'enabled' | 'domainId' | 'parentId' | 'tags' | 'region'
> {
  /** Name of the project. A change renames the project. @default the id of the stack */
  readonly name?: string;
  /** @default nobody but the deployer */
  readonly members?: readonly TenantMember[];
  /** Only named limits are managed. @default the cloud's quotas */
  readonly quotas?: QuotaLimits;
}

export interface ImportedTenantProps {
  readonly projectId: string;
}

/**
 * A project with its members, its quotas and a provider scoped to it. TenantStack makes it.
 *
 * The admin's provider makes networks and ports for the project. The scoped provider makes servers, because Nova
 * refuses ports of another project (`PortNotUsable`). It names the project by id, so that a renamed tenant still works.
 */
export class Tenant extends Construct implements ITenant {
  readonly projectId: string;
  readonly key: string;
  readonly provider: OpenstackProvider;
  readonly resource: IdentityProjectV3;
  readonly quotas: Quotas | undefined;
  /** Lets the deployer boot servers in the project. */
  readonly deployerRole: IdentityRoleAssignmentV3;

  /** An imported project. The deployer needs a role in it already. */
  static fromProjectId(scope: Construct, id: string, props: ImportedTenantProps): ITenant {
    return new ImportedTenant(scope, id, props);
  }

  /**
   * The tenant of the stack in which `scope` is.
   * @param child id of the construct that asks, if it isn't made yet
   * @throws InvalidConfiguration if the stack belongs to no tenant
   */
  static of(scope: IConstruct, child?: string): Tenant {
    const { tenant } = declarationsOf(scope);
    if (tenant instanceof Tenant) return tenant;
    throw new InvalidConfiguration('it has no tenant; put it in a TenantStack, or give it the prop tenant', {
      where: child === undefined ? scope.node.path : `${scope.node.path}/${child}`,
    });
  }

  constructor(scope: Construct, id: string, props: TenantProps = {}) {
    super(scope, id);
    checkTexts(this, props);
    const stack = CloudStack.of(this);
    const declarations = declarationsOf(this);
    if (declarations.tenant)
      addFinding(this, `its stack has the tenant ${declarations.tenant.node.path} already; give each a TenantStack`);
    declarations.tenant = this;
    const { name = stack.node.id, members = [], quotas, ...rest } = props;
    claim(this, `the project named ${JSON.stringify(name)} of ${stack.cloud.node.path}${domainOf(rest.domainId)}`);
    this.resource = new IdentityProjectV3(this, 'Project', { ...rest, name });
    this.projectId = this.resource.id;
    this.key = this.node.path;
    this.deployerRole = new IdentityRoleAssignmentV3(this, 'DeployerRole', {
      projectId: this.projectId,
      userId: stack.identity.deployerUserId,
      roleId: stack.identity.roleId(stack.cloud.deployerRole),
    });
    this.provider = scopedProvider(this, 'tenant', this.projectId);
    this.quotas = quotas && new Quotas(this, 'Quotas', { ...quotas, tenant: this });
    for (const member of members) this.addMember(member);
  }

  addMember(member: TenantMember): void {
    checkTexts(this, { member });
    const fault = faultOf(member);
    if (fault !== undefined) {
      addFinding(this, fault);
      return;
    }
    const { identity } = CloudStack.of(this);
    const userId = member.userId ?? identity.userId(member.name, member.domainId);
    for (const role of member.roles) {
      const { name, id } = typeof role === 'string' ? { name: role, id: identity.roleId(role) } : role;
      const childId = `Member-${member.name}-${name}`;
      if (this.node.tryFindChild(childId)) addFinding(this, `${member.name} has the role ${name} twice; leave one`);
      else new IdentityRoleAssignmentV3(this, childId, { projectId: this.projectId, userId, roleId: id });
    }
  }

  dependenciesFor(scope: IConstruct, service: 'network' | 'compute' | 'blockStorage'): ITerraformDependable[] {
    if (CloudStack.of(scope) !== CloudStack.of(this)) return [];
    const quota = this.quotas?.[service];
    return [...(service === 'network' ? [] : [this.scope()]), ...(quota ? [quota] : [])];
  }

  /**
   * A data source that proves that the provider is scoped to the project, once there is something to boot. With
   * OS_CLOUD in the environment, or with credentials bound to one project, the provider is not
   * (constructs/internal/credentials.ts).
   */
  private scope(): ITerraformDependable {
    const known = this.node.tryFindChild('Scope');
    if (known) return known as DataOpenstackIdentityAuthScopeV3;
    const scope = new DataOpenstackIdentityAuthScopeV3(this, 'Scope', {
      name: 'scope',
      provider: this.provider,
      // A provider whose project is not known yet would answer with the deployer's own, so the role must be there
      // before the read.
      dependsOn: [this.resource, this.deployerRole],
    });
    scope.lifecycle = {
      postcondition: [
        {
          condition: `\${self.project_id == ${this.resource.fqn}.id}`,
          errorMessage:
            "The tenant's provider is not scoped to the tenant's project, so its servers would be booted elsewhere. " +
            'Unset OS_CLOUD, and use a user and a password: application credentials are bound to one project.',
        },
      ],
    };
    return scope;
  }
}

class ImportedTenant extends Construct implements ITenant {
  readonly projectId: string;
  readonly key: string;
  readonly provider: OpenstackProvider;

  constructor(scope: Construct, id: string, props: ImportedTenantProps) {
    super(scope, id);
    requireProps(this, props, 'projectId');
    checkTexts(this, props);
    const { projectId } = props;
    this.projectId = projectId;
    this.key = `project ${projectId}`;
    this.provider = scopedProvider(this, `tenant_${id.replace(/\W/g, '_')}`, projectId);
  }

  dependenciesFor(): ITerraformDependable[] {
    return [];
  }
}

function faultOf({ name, roles }: TenantMember): string | undefined {
  if (name.trim() === '') return 'a member has no name; name the user as `openstack user list` does';
  if (roles.length === 0) return `${name} has no role, so ${name} would not be a member; give ${name} a role`;
  const isEmpty = roles.some((role) => (typeof role === 'string' ? role : role.name).trim() === '');
  return isEmpty ? `a role of ${name} is empty; name it as \`openstack role list\` does` : undefined;
}

function scopedProvider(scope: Construct, alias: string, projectId: string): OpenstackProvider {
  const { scopedProviderConfig } = CloudStack.of(scope);
  return makeProvider(scope, 'Provider', { ...scopedProviderConfig, alias, tenantId: projectId });
}

const domainOf = (domainId: string | undefined): string => (domainId === undefined ? '' : ` in domain ${domainId}`);
