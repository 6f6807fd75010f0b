/** Where leftovers may be: on any host that Neutron's agents or the configuration name, and that can be reached. */
import type { Readers } from './ports';
import type { Sweep, Target } from './reconciler';

/** [] when nothing may be removed, or no host can be reached at all. */
export async function hostsToSweep(sweep: readonly Sweep[], from: Readers): Promise<string[]> {
  // A project that reaches no host leaves nothing on hosts, and its user may be no admin.
  if (sweep.length === 0 || !from.hosts.reachesAny) return [];
  const agents = await (await from.network(`api:${from.cloud}`)).agents();
  const hosts = new Set([...from.hosts.named, ...agents.map((agent) => agent.host)]);
  return [...hosts].filter((host) => from.hosts.canReach(host)).sort();
}

export const hostTarget = (host: string): Target => `host:${host}`;
