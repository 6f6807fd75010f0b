/** Divides the rules of stackward's chain by their constructs, and joins them again. Pure. */
import { ownTables, type OwnRules, type OwnTable } from '../../../lib/iptables/own-chain';
import { canonicalRule, findOwnComment } from './rule-shape';

/** Groups by the comment of their rules. */
export type RuleGroups = ReadonlyMap<string, OwnRules>;

/** Each list of rules is divided once, however many exceptions are compared with it. */
const known = new WeakMap<readonly string[], WeakMap<readonly string[], RuleGroups>>();

/** Foreign rules are in no group. */
export function groupsOf(rules: OwnRules): RuleGroups {
  const ofFilter = known.get(rules.filter) ?? new WeakMap<readonly string[], RuleGroups>();
  const groups = ofFilter.get(rules.mangle) ?? takeApart(rules);
  known.set(rules.filter, ofFilter.set(rules.mangle, groups));
  return groups;
}

function takeApart(rules: OwnRules): RuleGroups {
  const groups = new Map<string, Record<OwnTable, string[]>>();
  for (const table of ownTables)
    for (const rule of rules[table]) {
      const comment = findOwnComment(table, rule);
      if (comment === undefined) continue;
      const group = groups.get(comment) ?? { mangle: [], filter: [] };
      group[table].push(rule);
      groups.set(comment, group);
    }
  return groups;
}

/** Rules of no construct, as `filter: -s 198.51.100.7/32 -j ACCEPT`. */
export const foreignRules = (rules: OwnRules): string[] =>
  ownTables.flatMap((table) =>
    rules[table].filter((rule) => findOwnComment(table, rule) === undefined).map((rule) => `${table}: ${rule}`),
  );

export const isSameRule = (a: string, b: string): boolean => a === b || canonicalRule(a) === canonicalRule(b);

export const isSameGroup = (a: OwnRules, b: OwnRules): boolean =>
  ownTables.every(
    (table) =>
      a[table].length === b[table].length && a[table].every((rule, index) => isSameRule(rule, b[table][index] ?? '')),
  );

export const isEmptyGroup = (group: OwnRules): boolean => ownTables.every((table) => group[table].length === 0);

/**
 * The chain with these groups replaced, by their comments, and all other groups as they are. An empty group is removed.
 */
export function withGroups(rules: OwnRules, changed: RuleGroups): OwnRules {
  const groups = new Map(groupsOf(rules));
  for (const [comment, group] of changed) {
    const before = groups.get(comment);
    if (isEmptyGroup(group)) groups.delete(comment);
    else if (!before || !isSameGroup(before, group)) groups.set(comment, group);
  }
  return join(groups);
}

/** The groups that are equal in both. */
export function sharedGroups(a: OwnRules, b: OwnRules): OwnRules {
  const others = groupsOf(b);
  return join(
    new Map([...groupsOf(a)].filter(([comment, group]) => isSameGroup(group, others.get(comment) ?? noGroup))),
  );
}

const noGroup: OwnRules = { mangle: [], filter: [] };

function join(groups: RuleGroups): OwnRules {
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  return { mangle: sorted.flatMap((group) => group.mangle), filter: sorted.flatMap((group) => group.filter) };
}
