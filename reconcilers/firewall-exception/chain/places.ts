/** The hosts on which the chain of a port's exception belongs. */
import type { NetworkAgent, Port, Readers } from '../../../lib/contract/ports';
import type { Whereabouts } from './whereabouts';

/** Neutron's name for the type of agent that plugs such ports. */
export const agentTypes = { iptables_hybrid: 'Open vSwitch agent', iptables: 'Linux bridge agent' } as const;

/** Asks Neutron where ports are, and where they may go, with two batches of requests at most. */
export interface PortPlaces {
  readonly ports: ReadonlyMap<string, Port>;
  readonly agents: readonly NetworkAgent[];
}

export async function readPlaces(wanted: readonly Whereabouts[], from: Readers): Promise<PortPlaces> {
  if (wanted.length === 0) return { ports: new Map(), agents: [] };
  const network = await from.network(`api:${from.cloud}`);
  const [ports, agents] = await Promise.all([
    network.ports(wanted.map((exception) => exception.portId)),
    wanted.some((exception) => exception.placement === 'candidates') ? network.agents() : [],
  ]);
  return { ports: new Map(ports.map((port) => [port.id, port])), agents };
}

/**
 * The hosts of one exception; [] while there are none. A host is a candidate even if its agent is not heard of now,
 * because rules are removed from a host only when the server can no longer come to it.
 */
export function hostsOf({ placement, portId, firewallDriver }: Whereabouts, { ports, agents }: PortPlaces): string[] {
  const port = ports.get(portId);
  const bound = port && port.hostId !== '' ? [port.hostId] : [];
  if (!port || placement === 'bound') return bound;
  const candidates = agents.filter((agent) => agent.type === agentTypes[firewallDriver]).map((agent) => agent.host);
  return candidates.length === 0 ? [] : [...new Set([...bound, ...candidates])];
}
