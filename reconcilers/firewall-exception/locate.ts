/** On which hosts a port's exception belongs now: asked of Neutron at each run, so that it follows its server. */
import type { NetworkAgent, Port, Readers, Subnet } from '../../lib/ports';
import type { Finding, Located, Wanted } from '../../lib/reconciler';
import { hostTarget } from '../../lib/sweep';
import type { ExceptionImage, RestoredException } from './restored';
import type { FirewallExceptionSpec } from './spec';
import { type Target } from '../../lib/target';

/** Where the neighbours of a port are. */
export type NearSubnet = Pick<Subnet, 'cidr' | 'gatewayIp'>;

/** What an exception is on one host. */
export type PlacedException =
  | {
      readonly is: 'declared';
      readonly spec: FirewallExceptionSpec;
      readonly port: Port;
      /** Those of its network, as far as the credentials see them. */
      readonly subnets: readonly NearSubnet[];
    }
  | { readonly is: 'restored'; readonly image: ExceptionImage };

type Declared = Wanted<FirewallExceptionSpec>;

/** Neutron's name of the agent that plugs such ports. */
const agentTypes = { iptables_hybrid: 'Open vSwitch agent', iptables: 'Linux bridge agent' } as const;

/** Where ports are, and where they may go. Two batches at most. */
export interface PortPlaces {
  readonly ports: ReadonlyMap<string, Port>;
  readonly agents: readonly NetworkAgent[];
}

/** By which its hosts are found. */
export type Whereabouts = Pick<FirewallExceptionSpec, 'portId' | 'placement' | 'firewallDriver'>;

export async function readPlaces(wanted: readonly Whereabouts[], from: Readers): Promise<PortPlaces> {
  if (wanted.length === 0) return { ports: new Map(), agents: [] };
  const network = await from.network(`api:${from.cloud}`);
  const [ports, agents] = await Promise.all([
    network.ports(wanted.map((one) => one.portId)),
    wanted.some((one) => one.placement === 'candidates') ? network.agents() : [],
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
  const candidates = agents.filter((one) => one.type === agentTypes[firewallDriver]).map((one) => one.host);
  return candidates.length === 0 ? [] : [...new Set([...bound, ...candidates])];
}

export async function locate(
  specs: readonly Wanted<FirewallExceptionSpec | RestoredException>[],
  from: Readers,
): Promise<Located<PlacedException>> {
  const declared = specs.flatMap((one): Declared[] => ('restore' in one.spec ? [] : [{ ...one, spec: one.spec }]));
  const places = await readPlaces(
    declared.map((one) => one.spec),
    from,
  );
  const near = await readSubnets([...places.ports.values()], from);
  const byTarget = new Map<Target, Wanted<PlacedException>[]>();
  const place = (target: Target, one: Wanted<unknown>, spec: PlacedException): void => {
    byTarget.set(target, [...(byTarget.get(target) ?? []), { ...one, spec }]);
  };
  const findings: Finding[] = [];
  for (const one of declared) {
    const port = places.ports.get(one.spec.portId);
    const finding = findMisplaced(one, port);
    if (finding) findings.push({ id: one.id, ...finding });
    else if (port) {
      const subnets = near.get(port.networkId) ?? [];
      const hosts = hostsOf(one.spec, places);
      if (hosts.length === 0) findings.push({ id: one.id, ...noCandidates(one.spec) });
      for (const host of hosts) place(hostTarget(host), one, { is: 'declared', spec: one.spec, port, subnets });
    }
  }
  for (const one of specs)
    if ('restore' in one.spec)
      for (const { target, image } of one.spec.restore) place(target, one, { is: 'restored', image });
  return { placements: [...byTarget].map(([target, wanted]) => ({ target, wanted })), findings };
}

/** By network. */
async function readSubnets(ports: readonly Port[], from: Readers): Promise<ReadonlyMap<string, readonly NearSubnet[]>> {
  if (ports.length === 0) return new Map();
  const networks = [...new Set(ports.map((port) => port.networkId))];
  const subnets = await (await from.network(`api:${from.cloud}`)).subnetsOf(networks);
  const sorted = [...subnets].sort((a, b) => (a.cidr < b.cidr ? -1 : 1));
  return new Map(networks.map((network) => [network, sorted.filter(({ networkId }) => networkId === network)]));
}

const noCandidates = ({ firewallDriver }: FirewallExceptionSpec): Omit<Finding, 'id'> => ({
  reason: 'InvalidConfiguration',
  message: `Neutron names no ${agentTypes[firewallDriver]} on any host, or these credentials may not see agents, so there is no candidate; correct "firewallDriver" of OpenStackCloud, or use credentials of an administrator`,
});

/** Why it can be put nowhere. */
function findMisplaced({ spec }: Declared, port: Port | undefined): Omit<Finding, 'id'> | undefined {
  if (!port)
    return {
      reason: 'InvalidConfiguration',
      message: `the port ${spec.portId} does not exist, or these credentials may not see it; correct "portId", or use credentials of an administrator`,
    };
  if (port.hostId === '' && spec.placement === 'bound')
    return {
      reason: 'TransientError',
      message: `the port ${spec.portId} is bound to no host: its server was never booted, or is shelved; boot it, then run again, or choose the placement "candidates"`,
    };
  // A port without a host has no binding to compare with.
  return port.hostId === '' ? undefined : findOtherBinding(spec, port);
}

function findOtherBinding(spec: FirewallExceptionSpec, port: Port): Omit<Finding, 'id'> | undefined {
  const live = findDriver(port);
  if (live === spec.firewallDriver) return undefined;
  const at = `the port ${spec.portId} on ${port.hostId}`;
  if (port.vifType === '')
    return {
      reason: 'Blocked',
      message: `these credentials don't see how Neutron bound ${at}; use those of an administrator`,
    };
  if (port.vifType === 'binding_failed')
    return {
      reason: 'TransientError',
      message: `Neutron could not bind ${at}: its agent there is dead, or doesn't know the network; mend that, then run again`,
    };
  const hint =
    live === undefined
      ? 'iptables has no part in that, so a rule would open nothing'
      : `that is the driver ${live}, and the code says ${spec.firewallDriver}`;
  const binding = port.vifType === 'ovs' && live === undefined ? 'ovs without a Linux bridge between' : port.vifType;
  return {
    reason: 'Blocked',
    message: `Neutron bound ${at} as ${binding}: ${hint}; correct "firewallDriver" of OpenStackCloud`,
  };
}

/** The firewall driver that a binding tells of; undefined: none with iptables. */
function findDriver({ vifType, hybridPlug }: Port): FirewallExceptionSpec['firewallDriver'] | undefined {
  if (vifType === 'bridge') return 'iptables';
  return vifType === 'ovs' && hybridPlug === true ? 'iptables_hybrid' : undefined;
}
