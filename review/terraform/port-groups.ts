/** The security groups that a port has before a change and after it. Pure. */
import { hasTrue, knownAfterApply, partAt } from './attributes';
import type { PlannedChange } from './planned-change';
import { listAt, textAt, type Thing } from './things';

/** A group of a port, or the id of a group that no plan knows. */
export type Group = Thing | string;

export const idsIn = (values: unknown, attribute: string): string[] =>
  listAt(values, attribute).flatMap((id) => (typeof id === 'string' ? id : []));

/** Undefined if the change leaves the groups as they are, or a new port gets the default group. */
export function groupsAfter({ planned, thing, things }: PlannedChange): Group[] | undefined {
  const { before, after, unknown } = planned;
  if (after?.no_security_groups === true) return before?.no_security_groups === true ? undefined : [];
  const ids = idsIn(after, 'security_group_ids');
  if (hasTrue(partAt(unknown, 'security_group_ids'))) {
    const named = things.referredAll(thing, 'security_group_ids');
    const known = named.map((group) => things.withId(textAt(group.values, 'id')) ?? group);
    const groups = [...ids.map((id) => things.withId(id) ?? id), ...known];
    return groups.length > 0 ? [...new Set(groups)] : [knownAfterApply];
  }
  const had = idsIn(before, 'security_group_ids');
  const isSame = ids.length === had.length && ids.every((id) => had.includes(id));
  return isSame ? undefined : ids.map((id) => things.withId(id) ?? id);
}

/** The groups that Neutron has, also those that the code never named. */
export function groupsBefore({ planned: { before }, things }: PlannedChange): Group[] {
  const all = idsIn(before, 'all_security_group_ids');
  const ids = all.length > 0 ? all : idsIn(before, 'security_group_ids');
  return ids.map((id) => things.withId(id) ?? id);
}
