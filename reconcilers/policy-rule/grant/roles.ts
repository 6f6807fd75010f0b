/**
 * Finds the other people who may use a grant. Keystone is asked only if a role has to be added, and the plan says what
 * it answered.
 */
import { asStackwardError, StackwardError } from '../../../lib/basics/errors';
import { isLine } from '../../../lib/basics/line';
import { admissionOf } from '../../../lib/policy/grant';
import { holdersOf, sayImplying } from '../../../lib/policy/implied-roles';
import type { Readers, RoleCatalogue } from '../../../lib/contract/ports';
import type { Placement, Step } from '../../../lib/contract/reconciler';
import { isAtLeast } from '../../../lib/openstack/releases';
import type { PolicyRuleRestore, PolicyRuleSpec } from '../image';
import type { Situation } from './situation';
import type { PolicyRuleDeclared } from '../spec';

/** The roles of Keystone. An error says why Keystone could not be asked. Undefined if the run didn't need them. */
export type RolesSeen = RoleCatalogue | StackwardError | undefined;

/** Asks Keystone only if the run adds a role to a rule. */
export async function seeRoles(
  { wanted }: Placement<PolicyRuleSpec>,
  situation: (spec: PolicyRuleDeclared) => Situation,
  from: Readers,
): Promise<RolesSeen> {
  if (!wanted.some(({ spec }) => ('restore' in spec ? bringsBack(spec) : isMissing(spec, situation)))) return undefined;
  try {
    return await (await from.identity()).roles();
  } catch (error) {
    return asStackwardError(error);
  }
}

const bringsBack = ({ restore }: PolicyRuleRestore): boolean =>
  restore.some(({ image }) => image.rules.some(({ entry }) => entry !== null));

/** True if the rule lacks the role. Nothing is added to a rule that can't be read, so the answer is false for it. */
function isMissing(spec: PolicyRuleDeclared, situation: (spec: PolicyRuleDeclared) => Situation): boolean {
  try {
    const { rules, formerly } = situation(spec);
    return formerly === undefined && admissionOf(rules, spec.rule, spec.role) === 'no';
  } catch {
    return false;
  }
}

/** The plan's text about the holders of the role, and of roles that imply it. */
export function sayHolders(
  { role, release }: Pick<PolicyRuleDeclared, 'role' | 'release'>,
  seen: RolesSeen,
): Pick<Step, 'notes' | 'asides'> & { readonly warning?: string } {
  if (seen === undefined) return {};
  if (seen instanceof StackwardError)
    return {
      notes: [
        `users with a role that implies ${role} may do it too; which roles imply it was not looked at: ${inOneLine(seen.detail)}` +
          (isAtLeast(release, 'mitaka') ? '' : ' (Keystone has implied roles since Mitaka)'),
      ],
    };
  const { isThere, implying } = holdersOf(seen, role);
  if (!isThere)
    return {
      warning: `Keystone has no role ${role} that a token could hold, so nobody gains anything; is it misspelt?`,
    };
  if (implying.length === 0) return { asides: [`no role implies ${role} in Keystone`] };
  return { notes: [sayImplying(implying, role)] };
}

const inOneLine = (text: string): string => (isLine(text) ? text : JSON.stringify(text));
