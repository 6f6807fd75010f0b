import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import { InvalidConfiguration } from '../lib/basics/errors';
import { isLine } from '../lib/basics/line';
import { faultOfRule } from '../lib/policy/actions';
import { faultOfRole, intentOf, intents, ruleOf, sayGrant, serviceOf, type Intent } from '../lib/policy/intents';
import { findUnknownRule } from '../lib/policy/unknown';
import { serviceNames, type ServiceName } from '../lib/openstack/services';
import type { PolicyRuleDeclared } from '../reconcilers/policy-rule/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declareResource } from './internal/declarations';

interface PolicyGrantCommon {
  /** The role's name in Keystone: `member`; on Icehouse `_member_`. */
  readonly role: string;
  /** The plan shows this text. */
  readonly reason: string;
  /**
   * Changes a policy file even if Kolla, Puppet or Ansible writes it and may undo the change. @default such a file is
   * left alone
   */
  readonly overrideManager?: boolean;
}

/** A grant by its purpose. The cloud's release decides which rule of which service that is. */
export interface PolicyGrantByIntent extends PolicyGrantCommon {
  readonly intent: Intent;
}

/**
 * A grant by the rule's own name, which differs between releases. The rule must be an action of the API, not a part of
 * other rules.
 */
export interface PolicyGrantByRule extends PolicyGrantCommon {
  readonly service: ServiceName;
  readonly rule: string;
}

export type PolicyGrantProps = PolicyGrantByIntent | PolicyGrantByRule;

/**
 * Allows everybody with a role, in any project, to do what a policy rule guards. stackward writes the grant into the
 * policy file of every host that serves the API. It affects the whole cloud, so put it into the shared stack. Roles
 * that imply this role in Keystone get the right as well. `stackward plan` names them; synth can't ask Keystone.
 *
 *     new PolicyGrant(shared, 'MemberAddresses', { intent: 'choose-port-address', role: 'member', reason: 'UTM NICs have fixed addresses' });
 */
export class PolicyGrant extends Construct {
  /** The spec of the manifest's resource under this construct's path. */
  readonly spec: PolicyRuleDeclared;
  /** Who may do what, in words. It mentions only the granted role, not roles that imply it. */
  readonly meaning: string;

  constructor(scope: Construct, id: string, props: PolicyGrantProps) {
    super(scope, id);
    requireProps(this, props, 'role', 'reason');
    checkTexts(this, props);
    const { cloud } = CloudStack.of(this);
    const { role, reason, overrideManager } = props;
    const { release } = cloud;
    if ('intent' in props && !intents.includes(props.intent))
      throw new InvalidConfiguration(
        `the intent is ${JSON.stringify(props.intent)}; say one of ${intents.join(', ')}, or name service and rule`,
        { where: this.node.path },
      );
    const guarded =
      'intent' in props
        ? { service: serviceOf(props.intent), rule: ruleOf(props.intent, release), intent: props.intent }
        : { service: props.service, rule: props.rule };
    this.spec = { ...guarded, role, release, reason, ...defined({ overrideManager }) };
    this.meaning = sayGrant(guarded.service, guarded.rule, role);
    for (const fault of faultsOf(this.spec)) addFinding(this, fault);
    if (!('intent' in props)) this.judgeRule();
    claim(this, `the role ${role.toLowerCase()} in ${guarded.service}'s rule ${guarded.rule} of ${cloud.node.path}`);
    declareResource(this, { kind: 'policy-rule', spec: this.spec });
  }

  /**
   * Refuses a rule that the release doesn't have, as `plan` does. Only warns if a host may have the rule nevertheless.
   * Also warns of a rule that a later release uses for something else, such as Queens' `create_port:fixed_ips`.
   */
  private judgeRule(): void {
    const { service, rule, release } = this.spec;
    const unknown = serviceNames.includes(service) ? findUnknownRule(service, rule, release) : undefined;
    if (unknown !== undefined && faultOfRule(service, rule) === undefined) {
      if (unknown.isCertain) addFinding(this, unknown.message);
      else Annotations.of(this).addWarning(unknown.message);
    }
    const intent = intentOf(service, rule);
    if (intent === undefined || ruleOf(intent, release) === rule) return;
    Annotations.of(this).addWarning(
      `on ${release} ${rule} is not what decides about ${intent}: that is ${ruleOf(intent, release)}; say intent: '${intent}'`,
    );
  }
}

function faultsOf({ service, rule, role, reason }: PolicyRuleDeclared): string[] {
  const roleFault = faultOfRole(role);
  const ruleFault = serviceNames.includes(service) ? faultOfRule(service, rule) : undefined;
  return [
    ...(roleFault === undefined ? [] : [`the role ${roleFault}`]),
    ...(ruleFault === undefined ? [] : [`the rule ${ruleFault}`]),
    ...(serviceNames.includes(service)
      ? []
      : [`the service is ${JSON.stringify(service)}; say one of ${serviceNames.join(', ')}`]),
    ...(reason.trim() === ''
      ? ['it has no reason; say why the role needs it, for whoever reviews the plan']
      : isLine(reason)
        ? []
        : ['its reason has a line break or another control character; write one line']),
  ];
}
