/**
 * A run may meet one machine under two names: `ctl1` in stackward.yaml, `ctl1.example.net` as Neutron's agent there. A
 * thing that is wanted under one name would be a leftover under the other, so each kind uses one of the names.
 *
 * Clones resumed from one snapshot share boot id, root device and network namespace. Their host names and network cards
 * distinguish them. Clones that share these too look the same as one machine with two names.
 */
import type { Placed } from '../contract/kind';
import { groupedBy } from '../basics/groups';
import { append } from '../basics/lists';
import type { Problem } from './plan';

export interface MachinePlace {
  readonly placed: Placed;
  /** The machine's identity, from `Readers.machine`. */
  readonly machine: string | undefined;
}

/**
 * The places that the run uses. If a kind wants something under two names of one machine, all of that kind is refused
 * there.
 */
export function oneNameEach<M extends MachinePlace>(
  met: readonly M[],
): {
  readonly kept: readonly M[];
  readonly refused: readonly { readonly problem: Problem; readonly ids: readonly string[] }[];
} {
  const groups = groupedBy(met, ({ placed, machine }) => `${placed.kind} ${machine ?? placed.target}`);
  const kept: M[] = [];
  const refused: { problem: Problem; ids: string[] }[] = [];
  for (const group of groups.values()) {
    const sorted = group.sort((a, b) => (a.placed.target < b.placed.target ? -1 : 1));
    const wanted = sorted.filter(({ placed }) => placed.ids.length > 0);
    if (wanted.length < 2) append(kept, wanted.length === 1 ? wanted : sorted.slice(0, 1));
    else
      refused.push({
        problem: twice(wanted.map(({ placed }) => placed)),
        ids: wanted.flatMap((place) => place.placed.ids),
      });
  }
  return { kept, refused };
}

function twice(places: readonly Placed[]): Problem {
  const names = places.map(({ target }) => target).join(' and ');
  return {
    where: `${places[0]?.kind}@${places[0]?.target}`,
    reason: 'Blocked',
    message:
      `${names} are one machine, and what is wanted under one name would be a leftover under the other; ` +
      'give it one name, that of its agents in Neutron: in "services" of stackward.yaml, and in the bindings of ports; ' +
      'if they are clones of one snapshot, give one of them another host name, or restart it',
  };
}
