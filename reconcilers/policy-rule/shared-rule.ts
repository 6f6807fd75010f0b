/** Rules that stand for others too: a grant in them would grant more than it says. Pure. */
import { Blocked } from '../../lib/errors';
import type { Rules } from '../../lib/policy/check';
import { referrersOf } from '../../lib/policy/grant';
import { newNamesOf } from '../../lib/policy/renamed';
import type { Release } from '../../lib/releases';

/** @throws Blocked for a rule that others go by: they would admit the role as well, and the code doesn't say so */
export function refuseShared(rules: Rules, rule: string, release: Release): void {
  const newNames = newNamesOf(rules.service, rule, release).filter((name) => !rules.byName.has(name));
  if (newNames.length > 0)
    throw new Blocked(
      `${rule} is the former name of ${newNames.join(', ')}, which go by it while the file has it alone; grant those that are meant`,
    );
  const others = referrersOf(rules, rule);
  if (rule === rules.defaultRule)
    throw new Blocked(
      `every rule that the file leaves out goes by ${rule}; grant the rules that are meant by their names`,
    );
  if (others.length > 0)
    throw new Blocked(
      `${others.join(', ')} refer${others.length === 1 ? 's' : ''} to ${rule}, and would change with it; ` +
        `grant the rules that are meant by their names, or write out there what is to stay as it is`,
    );
}
