import { Construct, type IConstruct } from 'constructs';
import { NetworkingSecgroupRuleV2 } from '@cdktf/provider-openstack/lib/networking-secgroup-rule-v2';
import {
  NetworkingSecgroupV2,
  type NetworkingSecgroupV2Config,
} from '@cdktf/provider-openstack/lib/networking-secgroup-v2';
import { defined } from '../lib/defined';
import { checkTexts } from './check-props';
import { addFinding, declarationsOf } from './declarations';
import { dependingOn } from './depending-on';
import { Tenant, type ITenant } from './tenant';

export interface ISecurityGroup extends IConstruct {
  readonly groupId: string;
}

export interface SecurityRule {
  readonly direction: 'ingress' | 'egress';
  /** @default the family of the remote CIDR; 'IPv4' without one */
  readonly ethertype?: 'IPv4' | 'IPv6';
  /** `tcp`, `udp`, `icmp`, `ipv6-icmp`, … or a number from 0 to 255. @default any */
  readonly protocol?: string;
  /** One port, or a range with both ends; for ICMP type and code. @default all */
  readonly port?: number | { readonly from: number; readonly to: number };
  /** Whose packets: a CIDR, another group's members, or 'self', this group's. @default anybody's */
  readonly remote?: string | ISecurityGroup;
  readonly description?: string;
}

export interface SecurityGroupProps extends Pick<
  NetworkingSecgroupV2Config,
  'deleteDefaultRules' | 'description' | 'region' | 'tags' | 'timeouts'
> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** @default the construct's id */
  readonly name?: string;
  /** Order has no meaning. @default none but Neutron's own two, which let all egress pass */
  readonly rules?: readonly SecurityRule[];
}

/** A security group with its rules as data. */
export class SecurityGroup extends Construct implements ISecurityGroup {
  readonly resource: NetworkingSecgroupV2;
  readonly groupId: string;
  private readonly tenant: ITenant;
  /** Neutron's own two rules stay. */
  private readonly letsAllOut: boolean;

  constructor(scope: Construct, id: string, props: SecurityGroupProps = {}) {
    super(scope, id);
    checkTexts(this, props);
    const { tenant = Tenant.of(this), name = id, rules = [], ...group } = props;
    this.tenant = tenant;
    this.letsAllOut = group.deleteDefaultRules !== true;
    this.resource = new NetworkingSecgroupV2(this, 'Group', {
      ...group,
      name,
      tenantId: tenant.projectId,
      ...dependingOn(tenant.dependenciesFor(this, 'network')),
    });
    this.groupId = this.resource.id;
    this.count({ securityGroups: 1, securityGroupRules: 2 });
    for (const rule of rules) this.addRule(rule);
  }

  addRule(rule: SecurityRule): void {
    const { direction, protocol, remote, description } = rule;
    const isCidr = typeof remote === 'string' && remote !== 'self';
    const ethertype = rule.ethertype ?? (isCidr && remote.includes(':') ? 'IPv6' : 'IPv4');
    const ports = typeof rule.port === 'number' ? { from: rule.port, to: rule.port } : rule.port;
    const source = typeof remote === 'object' ? remote.node.id : (remote ?? 'any');
    const range = ports ? `${String(ports.from)}-${String(ports.to)}` : 'all';
    const id = ['Rule', direction, ethertype, protocol ?? 'any', range, source.replace('/', '-')].join('-');
    if (this.node.tryFindChild(id)) {
      addFinding(this, `it has the rule ${id.slice('Rule-'.length)} twice, which Neutron refuses; leave one`);
      return;
    }
    if (this.letsAllOut && id === `Rule-egress-${ethertype}-any-all-any`) {
      addFinding(
        this,
        `Neutron's own rule lets all ${ethertype} out already, and it refuses a second one; leave it out`,
      );
      return;
    }
    this.count({ securityGroupRules: 1 });
    const remoteGroup = typeof remote === 'object' ? remote : remote === 'self' ? this : undefined;
    const config = defined({
      direction,
      ethertype,
      protocol,
      description,
      portRangeMin: ports?.from,
      portRangeMax: ports?.to,
      remoteIpPrefix: isCidr ? remote : undefined,
      remoteGroupId: remoteGroup?.groupId,
      securityGroupId: this.groupId,
      tenantId: this.tenant.projectId,
    });
    new NetworkingSecgroupRuleV2(this, id, config);
  }

  private count(counts: { securityGroups?: number; securityGroupRules: number }): void {
    declarationsOf(this).add('uses', { tenant: this.tenant.key, counts });
  }
}
