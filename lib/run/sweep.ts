/**
 * Finds what a run may remove, and where: on every host that Neutron's agents or the configuration name and that can be
 * reached, and in stackward's own schema if the configuration names it.
 */
import { asStackwardError } from '../basics/errors';
import { nameFirst } from '../basics/name-first';
import type { Manifest } from '../contract/manifest';
import type { Filter, Note, Problem } from './plan';
import type { Readers } from '../contract/ports';
import type { Sweep } from '../contract/reconciler';
import { hostTarget, recordsTarget, type Target } from '../contract/target';

/**
 * The things that a run of these manifests may remove: those that their stacks left behind, and none in a filtered run.
 */
export function sweepOf(manifests: readonly Manifest[], filter: Filter): Sweep[] {
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0) return [];
  return ownersOf(manifests).map((owner) => ({
    owner,
    stacks: manifests.filter((manifest) => manifest.owner === owner).map((manifest) => manifest.stack),
  }));
}

export const ownersOf = (manifests: readonly Manifest[]): string[] => [
  ...new Set(manifests.map((manifest) => manifest.owner)),
];

export interface Swept {
  readonly targets: readonly Target[];
  /** Reasons why further targets may be unknown. */
  readonly unswept: readonly Problem[];
  /** Hosts that Neutron names but that no entry of the configuration reaches. */
  readonly warnings: readonly Note[];
}

/** The targets on which a run looks for leftovers. A run that may remove nothing has none. */
export async function placesToSweep(sweep: readonly Sweep[], from: Readers): Promise<Swept> {
  if (sweep.length === 0) return { targets: [], unswept: [], warnings: [] };
  const { targets: hosts, ...rest } = await hostsToSweep(from);
  return { ...rest, targets: from.databases.has('stackward') ? [...hosts, recordsTarget] : hosts };
}

/**
 * Hosts on which leftovers are looked for; none if no host can be reached at all. If Neutron doesn't answer, the hosts
 * that the configuration names are looked at, so that work which needs no API is done.
 */
async function hostsToSweep(from: Readers): Promise<Swept> {
  // A project that reaches no host leaves nothing on hosts. Its user may be no administrator, and then can't ask
  // Neutron for the agents.
  if (!from.hosts.reachesAny) return { targets: [], unswept: [], warnings: [] };
  const { named } = from.hosts;
  const hosts = new Set(named);
  const unswept: Problem[] = [];
  try {
    for (const agent of await (await from.network(`api:${from.cloud}`)).agents()) hosts.add(agent.host);
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    const looked = named.length === 0 ? 'on no host' : `on ${named.join(', ')} alone`;
    unswept.push({
      where: 'hosts',
      reason,
      message: `leftovers are looked for ${looked}, because Neutron can't be asked for its agents (${message}); elsewhere some may still be in force`,
    });
  }
  const all = [...hosts].sort();
  const known = all.filter((host) => from.hosts.canReach(host));
  const unknown = all.filter((host) => !from.hosts.canReach(host));
  return { targets: known.map(hostTarget), unswept, warnings: unknown.length === 0 ? [] : [noWayTo(unknown)] };
}

function noWayTo(hosts: readonly string[]): Note {
  return {
    where: 'hosts',
    message: `leftovers are not looked for on ${nameFirst(hosts)}: no entry of "hosts" in stackward.yaml matches them`,
  };
}
