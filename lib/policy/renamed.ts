/**
 * Rules that had another name before. While a file has only the old name, the old name's value applies to the new name
 * as well, whatever `enforce_new_defaults` says. Source: oslo_policy/policy.py, `_handle_deprecated_rule` of 2.1.3
 * (Stein) and later. 1.33 and 1.38 (Queens, Rocky) only warn of the old name.
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { codeRules, type CodeRules, type ReleaseRule } from './code-rules';

/**
 * The old names without the rule's present name. The first version of a release may have another old name than the
 * last.
 */
const oldNamesIn = (name: string, { old, first }: ReleaseRule): readonly string[] =>
  [...new Set([old?.name, first === 'absent' ? undefined : first?.old?.name])].filter(
    (oldName) => oldName !== undefined && oldName !== name,
  ) as string[];

/** The present names of this rule in that release; [] if its name hasn't changed. */
export function newNamesOf(service: ServiceName, rule: string, release: Release): readonly string[] {
  const rules = codeRules(service, release);
  return (rules && newNamesIn(rules).get(rule)) ?? [];
}

const newNames = new WeakMap<CodeRules, ReadonlyMap<string, readonly string[]>>();

/** Old name → present names. Made once per release, because each grant asks for it. */
function newNamesIn(rules: CodeRules): ReadonlyMap<string, readonly string[]> {
  const known = newNames.get(rules);
  if (known) return known;
  const found = new Map<string, string[]>();
  for (const [name, codeRule] of rules)
    for (const oldName of oldNamesIn(name, codeRule)) found.set(oldName, [...(found.get(oldName) ?? []), name]);
  newNames.set(rules, found);
  return found;
}

const oldNames = new WeakMap<CodeRules, ReadonlyMap<string, readonly string[]>>();

/**
 * Present name → the names in a file whose values would apply to that rule. Only rules whose name has changed. Made once
 * per release, because each plan asks for it.
 */
export function renamedRules(service: ServiceName, release: Release): ReadonlyMap<string, readonly string[]> {
  const rules = isAtLeast(release, 'stein') ? codeRules(service, release) : undefined;
  if (rules === undefined) return new Map<string, never>();
  const known = oldNames.get(rules);
  if (known) return known;
  const all = [...rules].map(([name, rule]) => [name, oldNamesIn(name, rule)] as const);
  const found = new Map(all.filter(([, names]) => names.length > 0));
  oldNames.set(rules, found);
  return found;
}

/** The names in a file whose values would apply to this rule. */
export const oldNamesOf = (service: ServiceName, rule: string, release: Release): readonly string[] =>
  renamedRules(service, release).get(rule) ?? [];
