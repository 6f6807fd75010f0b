/** Whether a role has a rule already, and what a grant would open besides. Pure. */
import { findRule, leaves, type Check, type Rules } from './check';

/**
 * How a rule admits whoever has the role, whatever the request is about: `everyone` (also without the role), `role` (it
 * is named in it, or in a rule that it refers to). `no` also where it can't be told: a grant too many does no harm.
 */
export type Admission = 'everyone' | 'role' | 'no';

export function admissionOf(rules: Rules, name: string, role: string): Admission {
  const check = findRule(rules, name);
  return check === undefined ? 'no' : admit(rules, check, role.toLowerCase(), [name]);
}

const rank: Readonly<Record<Admission, number>> = { no: 0, role: 1, everyone: 2 };

function admit(rules: Rules, check: Check, role: string, path: readonly string[]): Admission {
  switch (check.is) {
    case 'true':
      return 'everyone';
    case 'and':
      return pick(check.of, 'everyone', (a, b) => a < b);
    case 'or': {
      // A member that may raise ends the request before a later one is asked.
      const end = check.of.findIndex((one) => mayRaise(rules, one));
      return pick(end < 0 ? check.of : check.of.slice(0, end), 'no', (a, b) => a > b);
    }
    case 'check': {
      if (check.kind === 'role') return check.match.toLowerCase() === role ? 'role' : 'no';
      if (check.kind !== 'rule' || path.includes(check.match)) return 'no';
      const next = findRule(rules, check.match);
      return next === undefined ? 'no' : admit(rules, next, role, [...path, check.match]);
    }
    default:
      return 'no';
  }

  function pick(of: readonly Check[], start: Admission, better: (a: number, b: number) => boolean): Admission {
    return of.reduce<Admission>((best, one) => {
      const next = admit(rules, one, role, path);
      return better(rank[next], rank[best]) ? next : best;
    }, start);
  }
}

/**
 * Whether asking this check may end the request, so that nothing behind it is asked: a stray token, an `http:` service, a
 * left side or a template that Python can't read; on Icehouse also a target without the key asked for, unless a `rule:`
 * reference catches that.
 */
export function mayRaise(rules: Rules, check: Check, path: readonly string[] = []): boolean {
  return leaves(check).some((leaf) => {
    if (leaf.is === 'unparsed') return leaf.raises;
    if (leaf.is !== 'check') return false;
    const { kind, match } = leaf;
    if (kind === 'rule') {
      const next = findRule(rules, match);
      return path.includes(match) || (next !== undefined && mayRaise(rules, next, [...path, match]));
    }
    if (kind === 'http' || kind === 'https') return true;
    const isOwner = rules.service === 'neutron' && (kind === 'tenant_id' || kind === 'project_id');
    if (isOwner) return !/^%\(.*\)s$/.test(match);
    if (kind === 'field' && rules.service === 'neutron') return !/^[^:]*:[^=]*=[^~]/.test(match);
    if (kind === 'role' || kind === 'is_admin') return match.includes('%');
    if (rules.era === 'icehouse' && path.length === 0 && match.includes('%')) return true;
    return !/^[A-Za-z_]\w*$/.test(kind) || /%(?!%|\([^()]*\)s)/.test(match.replaceAll('%%', ''));
  });
}

/** Rules of the file that refer to this one, through others too: whoever it admits, they may admit. Sorted. */
export function referrersOf(rules: Rules, name: string): readonly string[] {
  const found = new Set<string>();
  const follow = (target: string): void => {
    for (const [other, check] of rules.byName) {
      if (other === name || found.has(other)) continue;
      if (!leaves(check).some((leaf) => leaf.is === 'check' && leaf.kind === 'rule' && leaf.match === target)) continue;
      found.add(other);
      follow(other);
    }
  };
  follow(name);
  return [...found].sort();
}
