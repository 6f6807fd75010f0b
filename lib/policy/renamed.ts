/**
 * Rules that had another name before. While a file has only the old name, the old name's value applies to the new name
 * as well, whatever `enforce_new_defaults` says. Source: oslo_policy/policy.py, `_handle_deprecated_rule` of 2.1.3
 * (Stein) and later. 1.33 and 1.38 (Queens, Rocky) only warn of the old name.
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { codeRules, type ReleaseRule } from './code-rules';

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
  const rules = codeRules(service, release) ?? new Map<string, ReleaseRule>();
  return [...rules].filter(([name, codeRule]) => oldNamesIn(name, codeRule).includes(rule)).map(([name]) => name);
}

/** The names in a file whose values would apply to this rule. */
export function oldNamesOf(service: ServiceName, rule: string, release: Release): readonly string[] {
  const found = isAtLeast(release, 'stein') ? codeRules(service, release)?.get(rule) : undefined;
  return found === undefined ? [] : oldNamesIn(rule, found);
}
