/** Decides whether a role already has a rule, and what else a grant would open. Pure. */
import { findRule, listLeaves, maxReferences, type Check, type Rules } from './check';

/**
 * How a rule admits somebody with the role, whatever the request is about. `everyone`: also without the role. `role`:
 * the rule, or a rule that it refers to, names the role. `no`: otherwise, and also if nobody can tell, because an
 * unnecessary grant does no harm.
 */
export type Admission = 'everyone' | 'role' | 'no';

export function admissionOf(rules: Rules, name: string, role: string): Admission {
  const check = findRule(rules, name);
  return check === undefined ? 'no' : new Admitting(rules, role.toLowerCase()).admit(check, [name]);
}

const rank: Readonly<Record<Admission, number>> = { no: 0, role: 1, everyone: 2 };

class Admitting {
  private readonly known = new Map<string, Admission>();

  constructor(
    private readonly rules: Rules,
    private readonly role: string,
  ) {}

  admit(check: Check, path: readonly string[]): Admission {
    switch (check.is) {
      case 'true':
        return 'everyone';
      case 'and':
        return this.pick(check.operands, path, 'everyone', (a, b) => a < b);
      case 'or': {
        // A member that may raise ends the request before the service evaluates a later member.
        const end = check.operands.findIndex((operand) => mayRaise(this.rules, operand));
        return this.pick(end < 0 ? check.operands : check.operands.slice(0, end), path, 'no', (a, b) => a > b);
      }
      case 'check':
        if (check.kind === 'role') return check.match.toLowerCase() === this.role ? 'role' : 'no';
        return check.kind === 'rule' ? this.reference(check.match, path) : 'no';
      default:
        return 'no';
    }
  }

  private reference(name: string, path: readonly string[]): Admission {
    if (path.includes(name) || path.length >= maxReferences) return 'no';
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const next = findRule(this.rules, name);
    const admission = next === undefined ? 'no' : this.admit(next, [...path, name]);
    this.known.set(name, admission);
    return admission;
  }

  private pick(
    operands: readonly Check[],
    path: readonly string[],
    start: Admission,
    better: (a: number, b: number) => boolean,
  ): Admission {
    return operands.reduce<Admission>((best, operand) => {
      const next = this.admit(operand, path);
      return better(rank[next], rank[best]) ? next : best;
    }, start);
  }
}

/**
 * True if evaluating this check may end the request, so that the service evaluates nothing after it: a stray token, an
 * `http:` service, a left side or a template that Python can't read, too many references in a row. On Icehouse also a
 * target without the key, unless a `rule:` reference catches that.
 */
export const mayRaise = (rules: Rules, check: Check): boolean => raises(rules, check, [], new Map());

/** @param known the answers for rules that others refer to */
function raises(rules: Rules, check: Check, path: readonly string[], known: Map<string, boolean>): boolean {
  return listLeaves(check).some((leaf) => {
    if (leaf.is === 'unparsed') return leaf.raises;
    if (leaf.is !== 'check') return false;
    if (leaf.kind !== 'rule') return raisesAlone(rules, leaf, path.length === 0);
    const { match } = leaf;
    if (path.includes(match) || path.length >= maxReferences) return true;
    const next = findRule(rules, match);
    const answer = known.get(match) ?? (next !== undefined && raises(rules, next, [...path, match], known));
    known.set(match, answer);
    return answer;
  });
}

function raisesAlone(
  { service, era }: Rules,
  { kind, match }: { readonly kind: string; readonly match: string },
  isAtTop: boolean,
): boolean {
  if (kind === 'http' || kind === 'https') return true;
  const isOwner = service === 'neutron' && (kind === 'tenant_id' || kind === 'project_id');
  if (isOwner) return !/^%\(.*\)s$/.test(match);
  if (kind === 'field' && service === 'neutron') return !/^[^:]*:[^=]*=[^~]/.test(match);
  if (kind === 'role' || kind === 'is_admin') return match.includes('%');
  if (era === 'icehouse' && isAtTop && match.includes('%')) return true;
  return !/^[A-Za-z_]\w*$/.test(kind) || /%(?!%|\([^()]*\)s)/.test(match.replaceAll('%%', ''));
}

const references = new WeakMap<Check, readonly string[]>();

/**
 * The rules that a check refers to itself. A check never changes, and every plan has the same checks of a service's
 * code, so each check is walked once.
 */
function referencesOf(check: Check): readonly string[] {
  const known = references.get(check);
  if (known) return known;
  const found = listLeaves(check).flatMap((leaf) => (leaf.is === 'check' && leaf.kind === 'rule' ? [leaf.match] : []));
  references.set(check, found);
  return found;
}

/**
 * The rules of the file that refer to this rule, also through other rules: whoever this rule admits, they may admit
 * too. Sorted.
 */
export function referrersOf(rules: Rules, name: string): readonly string[] {
  const referrers = new Map<string, Set<string>>();
  for (const [referrer, check] of rules.byName)
    for (const target of referencesOf(check)) referrers.set(target, (referrers.get(target) ?? new Set()).add(referrer));
  const found = new Set<string>();
  const open = [name];
  for (let target = open.pop(); target !== undefined; target = open.pop())
    for (const referrer of referrers.get(target) ?? []) {
      if (referrer === name || found.has(referrer)) continue;
      found.add(referrer);
      open.push(referrer);
    }
  return [...found].sort();
}
