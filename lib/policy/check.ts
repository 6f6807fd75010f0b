/**
 * The tree of a policy rule, as oslo.policy builds it (`oslo_policy/_checks.py`).
 *
 * `unparsed` is a text that no production accepts: it admits nobody. `raises` tells the one odd case of the library: a
 * text of a single stray token (`'x'`, `or`, `)`) becomes no check at all, and each request that meets it ends in a 500.
 */
import type { ServiceName } from '../openstack/services';
export type Check =
  | { readonly is: 'true' | 'false' }
  | { readonly is: 'check'; readonly kind: string; readonly match: string }
  | { readonly is: 'not'; readonly operand: Check }
  | { readonly is: 'and' | 'or'; readonly operands: readonly Check[] }
  | { readonly is: 'unparsed'; readonly raises: boolean };

/** What a policy file holds for a rule: a check string, or the list form (outer list "or", inner lists "and"). */
export type RuleValue = string | readonly (string | readonly string[])[];

/**
 * Which language a release speaks.
 * - `icehouse`: "and" and "or" don't mix without parentheses; a target without the key asked for is a KeyError, which
 *   the nearest `rule:` reference, or the request, turns into a denial.
 * - `juno` (to Liberty): the same grammar; a missing key just doesn't match; literals and dotted paths on the left.
 * - `mitaka`: "and" binds tighter than "or".
 * - `newton` (and later): files may be YAML.
 *
 * Source: nova's and neutron's `openstack/common/policy.py` of Icehouse and Juno; oslo.policy 1.2.0, 1.5.0, 1.9.0 and 4.0.0.
 */
export type PolicyEra = 'icehouse' | 'juno' | 'mitaka' | 'newton';

/** The grammar that the library has today. */
export const hasPrecedence = (era: PolicyEra): boolean => era === 'mitaka' || era === 'newton';

/** All rules that a service goes by: its file over what is in its code. */
export interface Rules {
  readonly era: PolicyEra;
  /** Some check kinds are a service's own: Neutron's owner and field checks, Nova's and Cinder's is_admin. */
  readonly service: ServiceName;
  readonly byName: ReadonlyMap<string, Check>;
  /** The rule that stands in for a missing one (`policy_default_rule`), usually `default`. */
  readonly defaultRule: string;
}

/**
 * References in a row that are followed. Python itself ends a request at a few hundred, and no service has more than ten. Each rule
 * is asked once, however many refer to it: rules that name the next one twice would take forever else.
 */
export const maxReferences = 300;

/** The rule of that name, or the default rule where it is missing; undefined where both are: that admits nobody. */
export function findRule(rules: Rules, name: string): Check | undefined {
  return rules.byName.get(name) ?? rules.byName.get(rules.defaultRule);
}

/** What stands at the ends of the tree, no deeper than `parseRule` reads; `rule:` references are not followed. */
export function leaves(check: Check): readonly Check[] {
  if (!('operand' in check || 'operands' in check)) return [check];
  return check.is === 'not' ? leaves(check.operand) : check.operands.flatMap(leaves);
}
