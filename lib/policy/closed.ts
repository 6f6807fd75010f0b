/** Decides whether a rule can admit somebody who holds a role, at least for one request. Pure. */
import { findRule, maxReferences, type Check, type Rules } from './check';

/**
 * `open`: some request is admitted for somebody who holds this role and no other. `others`: another role is needed that
 * people of a tenant may have. `closed`: only administrators and services are admitted, or nobody at all.
 */
export type Openness = 'open' | 'others' | 'closed';

/** Roles that people of a tenant don't get. */
const staff: readonly string[] = ['admin', 'service', 'advsvc'];

export function opennessOf(rules: Rules, name: string, role: string): Openness {
  const own = role.toLowerCase();
  if (canBe(rules, name, (held) => held === own).admitted) return 'open';
  return canBe(rules, name, (held) => held === own || !staff.includes(held)).admitted ? 'others' : 'closed';
}

/** The results that a check may have over all possible requests. */
interface Outcomes {
  readonly admitted: boolean;
  readonly denied: boolean;
}

const always: Outcomes = { admitted: true, denied: false };
const never: Outcomes = { admitted: false, denied: true };
const either: Outcomes = { admitted: true, denied: true };

function canBe(rules: Rules, name: string, holds: (role: string) => boolean): Outcomes {
  const known = new Map<string, Outcomes>();
  return reference(name, []);

  function reference(to: string, path: readonly string[]): Outcomes {
    if (path.includes(to) || path.length >= maxReferences) return never;
    const next = findRule(rules, to);
    const outcomes = known.get(to) ?? (next === undefined ? never : walk(next, [...path, to]));
    known.set(to, outcomes);
    return outcomes;
  }

  function walk(check: Check, path: readonly string[]): Outcomes {
    switch (check.is) {
      case 'true':
        return always;
      case 'false':
      case 'unparsed':
        return never;
      case 'not': {
        const { admitted, denied } = walk(check.operand, path);
        return { admitted: denied, denied: admitted };
      }
      case 'and':
      case 'or': {
        const all = check.operands.map((operand) => walk(operand, path));
        const isAnd = check.is === 'and';
        return {
          admitted: isAnd ? all.every((outcome) => outcome.admitted) : all.some((outcome) => outcome.admitted),
          denied: isAnd ? all.some((outcome) => outcome.denied) : all.every((outcome) => outcome.denied),
        };
      }
      case 'check':
        return check.kind === 'rule' ? reference(check.match, path) : single(check.kind, check.match.toLowerCase());
    }
  }

  function single(kind: string, match: string): Outcomes {
    if (kind === 'role' && !match.includes('%')) return holds(match) ? always : never;
    return kind === 'is_admin' && match === 'true' && !holds('admin') ? never : either;
  }
}
