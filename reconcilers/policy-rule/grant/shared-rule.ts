/** Refuses rules that other rules refer to: a grant in such a rule would grant more than the code says. Pure. */
import { Blocked } from '../../../lib/basics/errors';
import type { Rules } from '../../../lib/policy/check';
import type { ServiceName } from '../../../lib/openstack/services';
import { codeRules } from '../../../lib/policy/code-rules';
import { referrersOf } from '../../../lib/policy/grant';
import { newNamesOf, oldNamesOf } from '../../../lib/policy/renamed';
import type { Release } from '../../../lib/openstack/releases';
import type { Situation } from './situation';

/**
 * @param isWritten whether a file has a rule of that name
 * @throws Blocked for a rule that other rules of the files refer to: they would admit the role as well, and the code
 * doesn't say so
 */
export function refuseShared(rules: Rules, rule: string, release: Release, isWritten: (name: string) => boolean): void {
  const newNames = newNamesOf(rules.service, rule, release).filter((name) => !isWritten(name));
  if (newNames.length > 0)
    throw new Blocked(
      `${rule} is the former name of ${newNames.join(', ')}: its value counts for the new names as long as the file has only the former name; ` +
        (isAsked(rules.service, rule, release)
          ? `if ${rule} itself is meant, write ${newNames.join(', ')} there too, as they are to be without the grant, then run again`
          : 'grant those that are meant'),
    );
  // A sample file that oslo.policy makes has `old: rule:new` for each former name. The service never evaluates the old
  // name.
  const former = oldNamesOf(rules.service, rule, release).filter((name) => !isAsked(rules.service, name, release));
  const others = referrersOf(rules, rule).filter((name) => isWritten(name) && !former.includes(name));
  if (rule === rules.defaultRule)
    throw new Blocked(
      `the service uses ${rule} for every rule that the file leaves out; grant the rules that you mean, by their names`,
    );
  if (others.length > 0)
    throw new Blocked(
      `${others.join(', ')} refer${others.length === 1 ? 's' : ''} to ${rule}, and would change with it; ` +
        `grant the rules that are meant by their names, or write out there what is to stay as it is`,
    );
}

const isAsked = (service: ServiceName, name: string, release: Release): boolean =>
  codeRules(service, release)?.has(name) === true;

/**
 * Text for a reviewer about the rules that admit the role as well, because the service's code makes them refer to the
 * granted rule.
 */
export function sayReferrers({ rules, written }: Situation, rule: string): readonly string[] {
  const others = referrersOf(rules, rule).filter((name) => !written.has(name));
  if (others.length === 0) return [];
  return [
    `in ${rules.service}'s code ${others.join(', ')} refer${others.length === 1 ? 's' : ''} to it, and will admit the role as well`,
  ];
}

/**
 * @throws Blocked if the value of a former name is in force: a value under the new name would replace it, even if it
 * locks everybody out
 */
export function refuseFormerName({ formerly, path }: Situation, rule: string): void {
  if (formerly === undefined) return;
  throw new Blocked(
    `${path} has no line for ${rule}, and ${formerly.path} has ${formerly.name}, its former name, whose value is in force for it; ` +
      `write ${rule} there too, as it is to be without the grant, then run again`,
  );
}
