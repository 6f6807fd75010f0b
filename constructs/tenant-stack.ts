import { TerraformBackend, TerraformElement } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import { CloudStack, type CloudStackProps } from './cloud-stack';
import { declarationsOf } from './internal/declarations';
import { Tenant, type TenantProps } from './tenant';

export interface TenantStackProps extends CloudStackProps, TenantProps {
  /**
   * The first step of removing a tenant. The project, the deployer's role and the provider stay. The next apply removes
   * everything else in the stack, whatever the code declares. (If a provider leaves the code before its resources leave
   * the state, Terraform can neither plan nor apply.) @default false
   */
  readonly retiring?: boolean;
}

/**
 * One tenant in its own stack, so that it can be planned, applied and destroyed separately.
 *
 * To remove a tenant, run `cdktf destroy <stack>`, then remove its code. With `retiring: true` an apply does the first
 * half.
 */
export class TenantStack extends CloudStack {
  readonly tenant: Tenant;
  private readonly retiring: boolean;

  constructor(scope: Construct, id: string, props: TenantStackProps) {
    const { cloud, retiring = false, ...tenant } = props;
    super(scope, id, { cloud });
    this.tenant = new Tenant(this, 'Tenant', tenant);
    this.retiring = retiring;
    declarationsOf(this).isRetiring = retiring;
  }

  /**
   * cdktf works out references between stacks after this. No other stack may refer to a resource that is about to be
   * removed.
   */
  override prepareStack(): void {
    this.leaveOnlyTheTenant();
    super.prepareStack();
  }

  override toTerraform(): ReturnType<CloudStack['toTerraform']> {
    this.leaveOnlyTheTenant();
    return super.toTerraform();
  }

  private leaveOnlyTheTenant(): void {
    if (!this.retiring) return;
    const kept = new Set<IConstruct>([
      this.provider,
      this.manifest,
      this.tenant.provider,
      this.tenant.resource,
      this.tenant.deployerRole,
      ...this.identity.node.children.filter(({ node }) =>
        ['Deployer', `Role-${this.cloud.deployerRole}`].includes(node.id),
      ),
    ]);
    const declarations = declarationsOf(this);
    declarations.resources.clear();
    for (const element of this.node.findAll()) {
      if (!TerraformElement.isTerraformElement(element) || TerraformBackend.isBackend(element)) continue;
      if (!kept.has(element)) element.node.scope?.node.tryRemoveChild(element.node.id);
    }
  }
}
