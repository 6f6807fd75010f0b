/**
 * The rules that a security group has before the review and keeps: those of the plans, and those that only Neutron shows,
 * such as rules that somebody added by hand. A rule that is new speaks for itself. Pure.
 */
import { meaningKeyOf } from '../../lib/agent-filter/group-rule';
import { defined } from '../../lib/basics/defined';
import type { GroupRule } from '../../lib/contract/trace-ports';
import { inNaturalOrder } from '../../lib/render/natural-order';
import type { Group } from '../terraform/port-groups';
import { sayRule } from '../terraform/subject';
import { textAt, type Thing, type Things } from '../terraform/things';
import { codeZeroOf, ruleOf } from '../witness/filterings';
import { openingOf } from './openings';
import type { TerraformChange } from './terraform-change';

type Known = Pick<TerraformChange, 'things' | 'passages'>;

export interface KeptRules {
  /** They let a packet in from anywhere; first those that let in any packet. */
  readonly open: readonly Thing[];
  /** All that let packets in. */
  readonly ingress: readonly Thing[];
}
/** Many ports get the same group. */
const known = new WeakMap<Things, Map<Group, KeptRules | undefined>>();

/** Undefined where no plan makes the group and Neutron did not show it. */
export function keptRules(group: Group, from: Known): KeptRules | undefined {
  const ofReview = known.get(from.things) ?? new Map<Group, KeptRules | undefined>();
  known.set(from.things, ofReview);
  if (!ofReview.has(group)) {
    const rules = readRules(group, from);
    ofReview.set(
      group,
      rules && {
        open: openOf(rules, from),
        ingress: rules.filter(({ values }) => textAt(values, 'direction') !== 'egress'),
      },
    );
  }
  return ofReview.get(group);
}

function readRules(group: Group, { things, passages }: Known): readonly Thing[] | undefined {
  const id = typeof group === 'string' ? group : textAt(group.values, 'id');
  const shown = id === undefined ? undefined : passages.seen.groups.get(id);
  const isOfOthers = typeof group === 'string' || group.address.startsWith('data.');
  if (isOfOthers && shown === undefined) return undefined;
  const planned = typeof group === 'string' ? [] : things.rulesOf(group);
  const meant = new Set(planned.flatMap(({ values }) => [ruleOf(values), codeZeroOf(values)].map(meaningKeyOf)));
  const outside = (shown?.rules ?? []).filter((rule) => !meant.has(meaningKeyOf(rule)));
  return [
    ...planned.flatMap((rule) => (isThere(rule) && rule.after !== undefined ? [{ ...rule, values: rule.after }] : [])),
    // Neutron answers in no order.
    ...inNaturalOrder(
      outside.map((rule, place) => thingOf(rule, id ?? '', place)),
      (rule) => sayRule(rule, things),
    ),
  ];
}

/** A rule that is made anew for another description has no risk of its own. */
const isThere = ({ values }: Thing): boolean => textAt(values, 'id') !== undefined;

/** A rule as Terraform's provider would show it. */
function thingOf(rule: GroupRule, group: string, place: number): Thing {
  const values = {
    security_group_id: group,
    direction: rule.direction,
    ethertype: `IPv${rule.family}`,
    ...defined({
      protocol: rule.protocol,
      port_range_min: rule.from,
      port_range_max: rule.to,
      remote_ip_prefix: rule.remotePrefix,
      remote_group_id: rule.remoteGroup,
      remote_address_group_id: rule.remoteAddressGroup,
    }),
  };
  return {
    stack: '',
    address: `${group}.${place}`,
    type: 'openstack_networking_secgroup_rule_v2',
    values,
    after: values,
  };
}

/** True for a rule that Neutron shows, and that the code doesn't have. */
export const isOutside = ({ stack }: Thing): boolean => stack === '';

const openOf = (rules: readonly Thing[], { things }: Known): Thing[] =>
  (['opens-any', 'opens-port'] as const).flatMap((wanted) =>
    rules.filter((rule) => openingOf(rule, things) === wanted),
  );
