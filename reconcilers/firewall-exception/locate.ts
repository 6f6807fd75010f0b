/**
 * The hosts on which a port's exception belongs now. Neutron is asked at each run, so that the exception follows its
 * server.
 */
import type { Port, Readers } from '../../lib/contract/ports';
import { placeByTarget } from '../../lib/contract/place';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import type { RestoredException } from './image';
import type { FirewallExceptionSpec } from './spec';
import { hostTarget, type Target } from '../../lib/contract/target';
import { agentTypes, hostsOf, readPlaces } from './chain/places';
import type { NearSubnet, PlacedException } from './model';

type Declared = Wanted<FirewallExceptionSpec>;

export async function locate(
  specs: readonly Wanted<FirewallExceptionSpec | RestoredException>[],
  from: Readers,
): Promise<Located<PlacedException>> {
  const declared = specs.flatMap((resource): Declared[] =>
    'restore' in resource.spec ? [] : [{ ...resource, spec: resource.spec }],
  );
  const places = await readPlaces(
    declared.map((resource) => resource.spec),
    from,
  );
  const near = await readSubnets([...places.ports.values()], from);
  const pairs: [Target, Wanted<PlacedException>][] = [];
  const place = (target: Target, resource: Wanted<unknown>, spec: PlacedException) =>
    pairs.push([target, { ...resource, spec }]);
  const findings: Finding[] = [];
  for (const resource of declared) {
    const port = places.ports.get(resource.spec.portId);
    const finding = findMisplaced(resource, port);
    if (finding) findings.push({ id: resource.id, ...finding });
    else if (port) {
      const subnets = near.get(port.networkId) ?? [];
      const hosts = hostsOf(resource.spec, places);
      if (hosts.length === 0) findings.push({ id: resource.id, ...noCandidates(resource.spec) });
      for (const host of hosts)
        place(hostTarget(host), resource, { is: 'declared', spec: resource.spec, port, subnets });
    }
  }
  for (const resource of specs)
    if ('restore' in resource.spec)
      for (const { target, image } of resource.spec.restore) place(target, resource, { is: 'restored', image });
  return { placements: placeByTarget(pairs), findings };
}

/** Subnets by network. */
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

/** Why the exception has no place on any host. */
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
  const portOnHost = `the port ${spec.portId} on ${port.hostId}`;
  if (port.vifType === '')
    return {
      reason: 'Blocked',
      message: `these credentials don't see how Neutron bound ${portOnHost}; use those of an administrator`,
    };
  if (port.vifType === 'binding_failed')
    return {
      reason: 'TransientError',
      message: `Neutron could not bind ${portOnHost}: its agent there is dead, or doesn't know the network; mend that, then run again`,
    };
  const hint =
    live === undefined
      ? 'iptables has no part in that, so a rule would open nothing'
      : `that is the driver ${live}, and the code says ${spec.firewallDriver}`;
  const binding = port.vifType === 'ovs' && live === undefined ? 'ovs without a Linux bridge between' : port.vifType;
  return {
    reason: 'Blocked',
    message: `Neutron bound ${portOnHost} as ${binding}: ${hint}; correct "firewallDriver" of OpenStackCloud`,
  };
}

/** The firewall driver that the binding implies; undefined if it implies none with iptables. */
function findDriver({ vifType, hybridPlug }: Port): FirewallExceptionSpec['firewallDriver'] | undefined {
  if (vifType === 'bridge') return 'iptables';
  return vifType === 'ovs' && hybridPlug === true ? 'iptables_hybrid' : undefined;
}
