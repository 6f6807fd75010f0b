/** The packets of changes that are no risk: rules of a few addresses, rules for packets out, and those of ports. Pure. */
import type { Witness } from '../model';
import { portType } from '../terraform/things';
import { openingOf } from './openings';
import { quietPortPackets } from './ports';
import { rulePackets } from './rule-packets';
import { portsOfRule, turnOf } from './security-rules';
import type { TerraformChange } from './terraform-change';

export function quietPackets(change: TerraformChange): Witness[] {
  const { planned, things } = change;
  if (planned.type === portType) return quietPortPackets(change);
  if (planned.type !== 'openstack_networking_secgroup_rule_v2') return [];
  const { opens } = turnOf(change);
  return opens === undefined || openingOf(opens, things) !== undefined
    ? []
    : rulePackets(opens, portsOfRule(opens, things), 'after', change);
}
