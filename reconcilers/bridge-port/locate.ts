/** The host and the devices of each port. Neutron is asked at each run, because a server may move. */
import type { Port, Readers } from '../../lib/contract/ports';
import { placeByTarget } from '../../lib/contract/place';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import type { BridgePortImage, BridgePortSpec } from './image';
import type { BridgePortDeclared } from './spec';
import { devicesOf } from './model';
import { hostTarget, type Target } from '../../lib/contract/target';

/** A declaration with the devices of its port, or the images to restore on this host. */
export type BridgePortOn =
  | { readonly declared: BridgePortDeclared; readonly devices: readonly string[] }
  | { readonly restore: readonly BridgePortImage[] };

export async function locate(specs: readonly Wanted<BridgePortSpec>[], from: Readers): Promise<Located<BridgePortOn>> {
  const ids = [...new Set(specs.flatMap(({ spec }) => ('restore' in spec ? [] : [spec.portId.toLowerCase()])))];
  const ports = ids.length === 0 ? [] : await (await from.network(`api:${from.cloud}`)).ports(ids);
  const known = new Map(ports.map((port) => [port.id.toLowerCase(), port]));
  const pairs: [Target, Wanted<BridgePortOn>][] = [];
  const findings: Finding[] = [];
  for (const { spec, ...rest } of specs) {
    if ('restore' in spec) {
      for (const target of new Set(spec.restore.map((image) => image.target))) {
        const restore = spec.restore.filter((recorded) => recorded.target === target).map((recorded) => recorded.image);
        pairs.push([target, { ...rest, spec: { restore } }]);
      }
      continue;
    }
    const port = known.get(spec.portId.toLowerCase());
    const finding = findObstacle(spec.portId, port);
    if (finding) findings.push({ id: rest.id, ...finding });
    else if (port)
      pairs.push([hostTarget(port.hostId), { ...rest, spec: { declared: spec, devices: devicesOf(port) } }]);
  }
  return { placements: placeByTarget(pairs), findings };
}

function findObstacle(portId: string, port: Port | undefined): Omit<Finding, 'id'> | undefined {
  if (!port)
    return {
      message: `the port ${portId} does not exist, or these credentials may not see it; correct "portId", or use credentials of an administrator`,
      reason: 'InvalidConfiguration',
    };
  if (port.hostId === '')
    return {
      message: `the port ${portId} is bound to no host (or these credentials may not see where): it has no bridge port until a server boots with it; apply again then`,
      reason: 'TransientError',
    };
  if (port.vifType === 'ovs' && port.hybridPlug === false)
    return {
      message: `the port ${portId} is plugged straight into Open vSwitch on ${port.hostId}, not into a Linux bridge, and has no such flags; leave its BridgePort out`,
      reason: 'InvalidConfiguration',
    };
  return undefined;
}
