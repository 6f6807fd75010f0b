/**
 * The tree of a policy rule, as oslo.policy builds it (`oslo_policy/_checks.py`).
 *
 * `unparsed` is a text that the grammar doesn't accept: the rule admits nobody. `raises` marks an odd case of the
 * library: from a text of a single stray token (`'x'`, `or`, `)`) it makes no check at all, and each request that needs
 * the rule ends in a 500.
 */
import type { ServiceName } from '../openstack/services';
export type Check =
  | { readonly is: 'true' | 'false' }
  | { readonly is: 'check'; readonly kind: string; readonly match: string }
  | { readonly is: 'not'; readonly operand: Check }
  | { readonly is: 'and' | 'or'; readonly operands: readonly Check[] }
  | { readonly is: 'unparsed'; readonly raises: boolean };

/** The value of a rule in a policy file: a check string, or the list form (outer list "or", inner lists "and"). */
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

/** True for the grammar of today's library. */
export const hasPrecedence = (era: PolicyEra): boolean => era === 'mitaka' || era === 'newton';

/** All rules of a service: those of its code, replaced by those of its file. */
export interface Rules {
  readonly era: PolicyEra;
  /** The service decides about some kinds of checks: Neutron's owner and field checks, Nova's and Cinder's is_admin. */
  readonly service: ServiceName;
  readonly byName: ReadonlyMap<string, Check>;
  /** The rule that is used in place of a missing rule (`policy_default_rule`), usually `default`. */
  readonly defaultRule: string;
}

/**
 * The longest chain of references that is followed. Python itself ends a request after a few hundred, and no service
 * has more than ten. Each rule is evaluated once, however many rules refer to it. Otherwise rules that refer twice to
 * the next rule would take exponential time.
 */
export const maxReferences = 300;

/**
 * The rule of that name, or the default rule if it is missing. Undefined if the default rule is missing too: then
 * nobody is admitted.
 */
export function findRule(rules: Rules, name: string): Check | undefined {
  return rules.byName.get(name) ?? rules.byName.get(rules.defaultRule);
}

/** The leaves of the tree, at most as deep as `parseRule` reads. `rule:` references are not followed. */
export function listLeaves(check: Check): readonly Check[] {
  if (!('operand' in check || 'operands' in check)) return [check];
  return check.is === 'not' ? listLeaves(check.operand) : check.operands.flatMap(listLeaves);
}
