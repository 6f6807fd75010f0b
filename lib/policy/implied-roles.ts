/**
 * Finds who may use a grant because a role that they hold implies the granted role. Pure.
 *
 * Keystone adds implied roles to a token when it makes the token, through any number of steps. A service therefore sees
 * `reader` in the token of somebody who was given only `member`. A domain-specific role is never in a token; it only
 * implies global roles. Policy compares role names without regard to case. Source: keystone/assignment/core.py,
 * `add_implied_roles` and `_strip_domain_roles`.
 */
import { groupedBy } from '../basics/groups';
import type { RoleCatalogue, RoleInference } from '../contract/ports';

/** The holders of a role, according to Keystone. */
export interface Holders {
  /** True if a token may contain a role of that name. */
  readonly isThere: boolean;
  /** The other roles whose holders get this role, as the plan names them; sorted. */
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

/** Id → name of all roles that imply one of these roles, also through other roles. */
function priorsOf(ids: readonly string[], inferences: readonly RoleInference[]): ReadonlyMap<string, string> {
  const byImplied = groupedBy(inferences, ({ implied }) => implied.id);
  const found = new Map<string, string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const { prior } of byImplied.get(id) ?? []) {
      if (found.has(prior.id)) continue;
      found.set(prior.id, prior.name);
      open.push(prior.id);
    }
  return found;
}

/**
 * Keystone accepts any text as a name. A name that could be mistaken for something else is quoted, and unusual
 * characters are escaped.
 */
function sayName(name: string): string {
  if (/^[\w.:@+-]+$/.test(name)) return name;
  return JSON.stringify(name).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The people who may use a grant in addition to the holders of its role, as a sentence without its full stop. */
export const sayImplying = (implying: readonly string[], role: string): string =>
  `any user with ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(implying)} may do it too: ` +
  `in Keystone ${implying.length === 1 ? 'that role implies' : 'these roles imply'} ${role}`;
