/**
 * Rules that had another name. While a file holds the old name alone, its value is in force for the new one, whatever
 * `enforce_new_defaults` says. Source: oslo_policy/policy.py, `_handle_deprecated_rule` of 2.1.3 (Stein) and later; 1.33
 * and 1.38 (Queens, Rocky) warn of the old name and don't go by it.
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { codeRules, type ReleaseRule } from './code-rules';

/** Its own name is none of them. The first version of a release may know another old name than the last. */
const oldNamesIn = (name: string, { old, first }: ReleaseRule): readonly string[] =>
  [...new Set([old?.name, first === 'absent' ? undefined : first?.old?.name])].filter(
    (oldName) => oldName !== undefined && oldName !== name,
  ) as string[];

/** What became of this rule, on that release; [] where it kept its name. */
export function newNamesOf(service: ServiceName, rule: string, release: Release): readonly string[] {
  const rules = codeRules(service, release) ?? new Map<string, ReleaseRule>();
  return [...rules].filter(([name, codeRule]) => oldNamesIn(name, codeRule).includes(rule)).map(([name]) => name);
}

/** Names in a file whose value would be in force for this rule. */
export function oldNamesOf(service: ServiceName, rule: string, release: Release): readonly string[] {
  const found = isAtLeast(release, 'stein') ? codeRules(service, release)?.get(rule) : undefined;
  return found === undefined ? [] : oldNamesIn(rule, found);
}
