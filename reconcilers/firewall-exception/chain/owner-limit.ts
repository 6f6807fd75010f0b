/** The limit of rules that one owner may have on one host, over all its exceptions. Pure. */
import { maxRulesOfOwner } from '../../../lib/synth/exception-limits';
import { ownTables, type OwnRules } from '../../../lib/iptables/own-chain';
import type { Difference } from '../../../lib/contract/reconciler';
import { groupsOf } from './rule-groups';
import { families, type ExceptionRules } from './rules';
import { type FirewallExceptionStep, kernelRules, type OwnState } from '../model';

const countOf = (rules: OwnRules): number => ownTables.reduce((sum, table) => sum + rules[table].length, 0);

const countOfAll = (rules: ExceptionRules): number => families.reduce((sum, family) => sum + countOf(rules[family]), 0);

/** Above the limit no step may add rules. Steps that remove rules are still done. */
export function withinLimit(
  owner: string,
  state: OwnState,
  steps: readonly FirewallExceptionStep[],
  host: string,
): Difference<FirewallExceptionStep> {
  const now = new Map<string, number>();
  for (const family of families)
    for (const [comment, group] of groupsOf(kernelRules(state[family])))
      now.set(comment, (now.get(comment) ?? 0) + countOf(group));
  const after = new Map([...now, ...steps.map(({ comment, rules }): [string, number] => [comment, countOfAll(rules)])]);
  const total = [...after.values()].reduce((sum, count) => sum + count, 0);
  if (total <= maxRulesOfOwner) return { steps, findings: [] };
  const grows = ({ comment, rules }: FirewallExceptionStep): boolean => countOfAll(rules) > (now.get(comment) ?? 0);
  const message = `the exceptions of ${owner} would be ${total} rules on ${host}, and ${maxRulesOfOwner} are allowed for one owner on one host; name fewer and wider prefixes`;
  return {
    steps: steps.filter((step) => !grows(step)),
    findings: steps.filter(grows).map(({ id }) => ({ id, message, reason: 'InvalidConfiguration' })),
  };
}
