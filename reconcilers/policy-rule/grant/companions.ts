/**
 * Looks at the other rules that a service evaluates for the same request. If such a rule is closed to the role, the
 * grant has no effect. Pure.
 */
import { opennessOf } from '../../../lib/policy/closed';
import { admissionOf } from '../../../lib/policy/grant';
import { findRulesAskedWith } from '../../../lib/policy/requests';
import type { Situation } from './situation';
import type { PolicyRuleDeclared } from '../spec';

export interface Companions {
  /** Shown in every plan, whether the grant is in force or not. */
  readonly warnings: readonly string[];
  /** Shown as long as the grant has to be made. */
  readonly notes: readonly string[];
}

/** @param isGranted whether the same plan grants that other rule to the role as well */
export function companionsOf(
  { service, release, rule, role }: PolicyRuleDeclared,
  { rules, written, files }: Situation,
  isGranted: (rule: string) => boolean,
): Companions {
  const warnings: string[] = [];
  const notes: string[] = [];
  for (const asked of findRulesAskedWith(service, rule, release)) {
    // Before rules were in the code, a rule that the file doesn't have is decided by the default rule.
    const isKnown = rules.byName.has(asked) || rules.byName.has(rules.defaultRule);
    if (!isKnown || isGranted(asked) || admissionOf(rules, asked, role) !== 'no') continue;
    const place =
      written.get(asked) ?? (rules.byName.has(asked) ? `${service}'s code` : `${files[0] ?? ''}, as its default rule,`);
    const openness = opennessOf(rules, asked, role);
    if (openness === 'closed')
      warnings.push(
        `the grant of ${rule} opens nothing yet: the same request is asked ${asked}, which ${place} keeps from the role ${role}; grant it too, or open it there`,
      );
    else if (openness === 'others')
      notes.push(
        `the request is asked ${asked} too: ${place} has it for other roles, so a user with ${role} needs one of them as well`,
      );
    else if (written.has(asked))
      notes.push(
        `the request is asked ${asked} too: it stands in the file, and does not admit the role whatever the request is about`,
      );
  }
  return { warnings, notes };
}
