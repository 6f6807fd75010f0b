/** On which hosts the chain of a port's exception belongs. */
import type { NetworkAgent, Port, Readers } from '../../../lib/contract/ports';
import type { Whereabouts } from './whereabouts';

/** Neutron's name of the agent that plugs such ports. */
export const agentTypes = { iptables_hybrid: 'Open vSwitch agent', iptables: 'Linux bridge agent' } as const;

/** Where ports are, and where they may go. Two batches at most. */
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
 * Hosts of one exception; [] while there are none. A candidate is one whether its agent is heard of now or not: rules go from
 * a host only when the server can't come to it any more.
 */
export function hostsOf({ placement, portId, firewallDriver }: Whereabouts, { ports, agents }: PortPlaces): string[] {
  const port = ports.get(portId);
  const bound = port && port.hostId !== '' ? [port.hostId] : [];
  if (!port || placement === 'bound') return bound;
  const candidates = agents.filter((agent) => agent.type === agentTypes[firewallDriver]).map((agent) => agent.host);
  return candidates.length === 0 ? [] : [...new Set([...bound, ...candidates])];
}
