/**
 * Who may use a grant because a role of theirs implies the granted one. Pure.
 *
 * Keystone adds implied roles to a token when it makes it, through any number of steps, so a service sees `reader` in the
 * token of whoever was given `member` alone. A domain-specific role is in no token; it only implies global ones. Policy
 * compares names, whatever their case. Source: keystone/assignment/core.py, `add_implied_roles` and `_strip_domain_roles`.
 */
import type { RoleCatalogue, RoleInference } from '../contract/ports';

/** Who holds a role, as Keystone tells. */
export interface Holders {
  /** Whether a token may hold a role of that name. */
  readonly isThere: boolean;
  /** Other roles whose holders get it, as the plan names them; sorted. */
  readonly implying: readonly string[];
}

export function holdersOf({ roles, isWhole, inferences }: RoleCatalogue, name: string): Holders {
  const global = new Map(roles.map((role) => [role.id, role.name]));
  const isGlobal = (id: string): boolean => !isWhole || global.has(id);
  const isNamedSo = (roleName: string): boolean => roleName.toLowerCase() === name.toLowerCase();
  const known = [...roles, ...inferences.flatMap(({ prior, implied }) => [prior, implied])];
  const granted = known.filter((role) => isNamedSo(role.name) && isGlobal(role.id)).map(({ id }) => id);
  const implying = [...priorsOf(granted, inferences)]
    .filter(([id, prior]) => !(isNamedSo(prior) && isGlobal(id)))
    .map(([id, prior]) => `${sayName(prior)}${isGlobal(id) ? '' : ' (domain-specific)'}`);
  return { isThere: granted.length > 0 || !isWhole, implying: [...new Set(implying)].sort() };
}

/** Id → name of the roles that imply one of these, through others too. */
function priorsOf(ids: readonly string[], inferences: readonly RoleInference[]): ReadonlyMap<string, string> {
  const priorsByImplied = new Map<string, RoleInference['prior'][]>();
  for (const { prior, implied } of inferences) {
    const priors = priorsByImplied.get(implied.id);
    if (priors) priors.push(prior);
    else priorsByImplied.set(implied.id, [prior]);
  }
  const found = new Map<string, string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const prior of priorsByImplied.get(id) ?? []) {
      if (found.has(prior.id)) continue;
      found.set(prior.id, prior.name);
      open.push(prior.id);
    }
  return found;
}

/** Keystone takes any text as a name: what could be read as something else is quoted, with its odd characters escaped. */
function sayName(name: string): string {
  if (/^[\w.:@+-]+$/.test(name)) return name;
  return JSON.stringify(name).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Who may use a grant besides whoever holds its role, as a sentence without its full stop. */
export const sayImplying = (implying: readonly string[], role: string): string =>
  `whoever holds ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(implying)} may do it too: ` +
  `in Keystone ${implying.length === 1 ? 'that role implies' : 'these roles imply'} ${role}`;
