import { Token } from 'cdktf';
import { Construct } from 'constructs';
import {
  ComputeServergroupV2,
  type ComputeServergroupV2Config,
} from '@cdktf/provider-openstack/lib/compute-servergroup-v2';
import { defined } from '../lib/basics/defined';
import { isAtLeast } from '../lib/openstack/releases';
import { checkTexts, requireProps } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, declarationsOf } from './internal/declarations';
import { tenantProvider } from './internal/tenant-provider';
import { Tenant } from './tenant';
import type { ITenant } from './interfaces';

export const serverGroupPolicies = ['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity'] as const;
export type ServerGroupPolicy = (typeof serverGroupPolicies)[number];

export interface ServerGroupProps extends Pick<ComputeServergroupV2Config, 'region' | 'valueSpecs'> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** @default the construct's id */
  readonly name?: string;
  /** Whether the group's servers share a host. The soft policies (from Mitaka on) apply as far as there is room. */
  readonly policy: ServerGroupPolicy;
  /** Only for anti-affinity, from Rocky on. @default 1 */
  readonly maxServersPerHost?: number;
}

/**
 * A server group of the tenant. The tenant's provider makes it, because Nova finds only groups of the server's own
 * project.
 *
 *     const apart = new ServerGroup(acme, 'Apart', { policy: 'anti-affinity' });
 *     new UtmInstance(acme, 'Utm', { serverGroupId: apart.groupId, … });
 */
export class ServerGroup extends Construct {
  readonly resource: ComputeServergroupV2;
  readonly groupId: string;

  constructor(scope: Construct, id: string, props: ServerGroupProps) {
    super(scope, id);
    requireProps(this, props, 'policy');
    checkTexts(this, props);
    const { tenant = Tenant.of(this), name = id, policy, maxServersPerHost, ...group } = props;
    this.resource = new ComputeServergroupV2(this, 'Group', {
      ...group,
      ...defined({ rules: maxServersPerHost === undefined ? undefined : { maxServerPerHost: maxServersPerHost } }),
      name,
      policies: [policy],
      provider: tenantProvider(this, tenant),
      dependsOn: tenant.dependenciesFor(this, 'compute'),
    });
    this.groupId = this.resource.id;
    declarationsOf(this).add('uses', { tenant: tenant.key, counts: { serverGroups: 1 } });
    this.check(props);
  }

  private check({ policy, maxServersPerHost }: ServerGroupProps): void {
    const { release } = CloudStack.of(this).cloud;
    if (!serverGroupPolicies.includes(policy))
      addFinding(this, `the policy is ${JSON.stringify(policy)}; say one of ${serverGroupPolicies.join(', ')}`);
    if (policy.startsWith('soft-') && !isAtLeast(release, 'mitaka'))
      addFinding(this, `Nova of ${release} knows no ${policy}; say ${policy.slice('soft-'.length)}`);
    if (maxServersPerHost === undefined) return;
    if (policy !== 'anti-affinity')
      addFinding(this, `maxServersPerHost works only with anti-affinity, and the policy is ${policy}; leave it out`);
    else if (!isAtLeast(release, 'rocky'))
      addFinding(this, `Nova of ${release} has no maxServersPerHost; leave it out`);
    else if (!Token.isUnresolved(maxServersPerHost) && !(Number.isInteger(maxServersPerHost) && maxServersPerHost >= 1))
      addFinding(this, `maxServersPerHost is ${String(maxServersPerHost)}; say a whole number from 1`);
  }
}
