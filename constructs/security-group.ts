import { Token } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { NetworkingSecgroupRuleV2 } from '@cdktf/provider-openstack/lib/networking-secgroup-rule-v2';
import {
  NetworkingSecgroupV2,
  type NetworkingSecgroupV2Config,
} from '@cdktf/provider-openstack/lib/networking-secgroup-v2';
import { defined } from '../lib/basics/defined';
import { ruleFindings, ruleKey, ruleOf, type PortRange, type RuleWish } from '../lib/synth/security-rules';
import { checkTexts } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, declarationsOf } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
import { Tenant } from './tenant';
import type { ITenant } from './interfaces';

export interface ISecurityGroup extends IConstruct {
  readonly groupId: string;
}

export interface SecurityRule {
  readonly direction: 'ingress' | 'egress';
  /** @default the family of the remote CIDR; 'IPv4' without one */
  readonly ethertype?: 'IPv4' | 'IPv6';
  /** `tcp`, `udp`, `icmp`, `ipv6-icmp`, … or a number from 0 to 255. @default any */
  readonly protocol?: string;
  /**
   * One port, or a range with both ends. For ICMP a number is the type, with all of its codes; `from` and `to` are type
   * and code. The provider leaves zeros out, so type 0 and code 0 can't be said. @default all
   */
  readonly port?: number | PortRange;
  /**
   * The other end of the packets: a CIDR, the members of another group, or 'self' for the members of this group.
   * @default anybody
   */
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
  /** In any order. @default only Neutron's own two rules, which let all egress pass */
  readonly rules?: readonly SecurityRule[];
}

/** A security group with its rules as data. */
export class SecurityGroup extends Construct implements ISecurityGroup {
  readonly resource: NetworkingSecgroupV2;
  readonly groupId: string;
  private readonly tenant: ITenant;
  private readonly keys = new Set<string>();
  /** True if Neutron's own two rules for egress stay. */
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
    if (name.toLowerCase() === 'default')
      addFinding(this, 'its name is that of the group which Neutron makes in each project; choose another');
    this.count({ securityGroups: 1, securityGroupRules: 2 });
    for (const rule of rules) this.addRule(rule);
  }

  /** @returns undefined if the rule has a finding */
  addRule(rule: SecurityRule): NetworkingSecgroupRuleV2 | undefined {
    const { description, remote } = rule;
    const group = typeof remote === 'object' ? remote : remote === 'self' ? this : undefined;
    const wish: RuleWish = defined({
      ...rule,
      description: undefined,
      remote: undefined,
      cidr: group ? undefined : (remote as string | undefined),
      group: group?.node.path,
    });
    const id = idOf(rule, wish);
    const findings = this.check(id, wish);
    for (const finding of findings) addFinding(this, `its rule ${id.slice('Rule-'.length)}: ${finding}`);
    if (findings.length > 0) return undefined;
    this.keys.add(ruleKey(wish));
    this.count({ securityGroupRules: 1 });
    return new NetworkingSecgroupRuleV2(this, id, {
      ...ruleOf(wish),
      ...defined({ description, remoteGroupId: group?.groupId }),
      securityGroupId: this.groupId,
      tenantId: this.tenant.projectId,
    });
  }

  private check(id: string, wish: RuleWish): string[] {
    // Terraform checks a port that only Terraform knows.
    const { port, ...rest } = wish;
    const isKnown = !Token.isUnresolved(port);
    const findings = ruleFindings(isKnown ? wish : rest, CloudStack.of(this).cloud.release);
    if (findings.length > 0) return findings;
    const key = ruleKey(wish);
    if (this.keys.has(key) || this.node.tryFindChild(id))
      return ['Neutron takes it for another rule of the group, and refuses it; leave one of the two'];
    const { ethertype } = ruleOf(wish);
    return this.letsAllOut && key === ruleKey({ direction: 'egress', ethertype })
      ? [`Neutron's own rule lets all ${ethertype} out already, and it refuses a second one; leave it out`]
      : [];
  }

  private count(counts: { securityGroups?: number; securityGroupRules: number }): void {
    declarationsOf(this).add('uses', { tenant: this.tenant.key, counts });
  }
}

/** The id consists of the rule's words in the code, so that the rule keeps its place in the state. */
function idOf({ direction, protocol, port, remote }: SecurityRule, wish: RuleWish): string {
  const { ethertype, portRangeMax } = ruleOf(wish);
  const source = typeof remote === 'object' ? remote.node.id : (remote ?? 'any');
  const isType = typeof port === 'number' && portRangeMax !== port;
  const ports = typeof port === 'number' ? { from: port, to: port } : port;
  const range = ports ? (isType ? String(port) : `${String(ports.from)}-${String(ports.to)}`) : 'all';
  return ['Rule', direction, ethertype, protocol ?? 'any', range, source.replace('/', '-')].join('-');
}
