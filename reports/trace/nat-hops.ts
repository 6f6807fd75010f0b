/** The hops of a floating IP inside the namespaces of its router: devices, NAT, neighbours and routes. Pure. */
import type { FloatingIpRecord, PortRecord, RouterRecord } from '../../lib/contract/trace-ports';
import { allRead, mapLooked, type Looked, type Read } from '../looked';
import { deviceName, judgeDevice, portDevice, switchHop } from './device-hops';
import type { Route } from './devices';
import { assumed, assumedHop, broken, hopOf, proved, type Hop, type Verdict } from './hop';
import type { RouterPlace } from './host-looks';
import { destinationNat, sourceNat } from './nat';
import type { InnerDevice } from './nat-place';
import { api, namespaceHop, nudge, restartAgent, setGateway } from './router-hops';

/** Of what is read in the namespace that translates. */
export interface Inside {
  readonly floating: Read<FloatingIpRecord>;
  readonly router: Read<RouterRecord>;
  readonly place: RouterPlace;
  readonly inner: InnerDevice;
  readonly ports: Looked<readonly PortRecord[]>;
  /** The subnet of the server's address. */
  readonly subnetId: Looked<string>;
}

const isGateway = ({ deviceOwner }: PortRecord): boolean => deviceOwner === 'network:router_gateway';

/** Undefined: the router has no such port. */
export const gatewayOf = ({ ports }: Pick<Inside, 'ports'>): Looked<PortRecord | undefined> =>
  mapLooked(ports, (all) => all.find(isGateway));

/** Its port on the server's subnet. Undefined: it has none. */
export const innerPortOf = ({
  ports,
  subnetId,
  inner: { owner },
}: Pick<Inside, 'ports' | 'subnetId' | 'inner'>): Looked<PortRecord | undefined> =>
  mapLooked(allRead({ ports, subnetId }), (seen) =>
    seen.ports.find(
      (port) =>
        (owner === undefined ? !isGateway(port) : port.deviceOwner === owner) &&
        port.fixedIps.some((fixed) => fixed.subnetId === seen.subnetId),
    ),
  );

const stepsOf = (place: RouterPlace, router: RouterRecord) => ({ restart: restartAgent(place), nudge: nudge(router) });

const addressesOf = ({ fixedIps }: PortRecord): readonly string[] => fixedIps.map(({ address }) => address);

/** Outside: the gateway's device with its own address and the floating one. */
function outerHop(inside: Inside): Hop {
  const { floating, router, place } = inside;
  return hopOf('outer device', place.host, { floating, router, gateway: gatewayOf(inside) }, (seen) =>
    seen.gateway === undefined
      ? broken(`the router has no port on the external network`, setGateway(seen.floating, seen.router))
      : judgeDevice(
          place,
          {
            device: portDevice('qg-', seen.gateway),
            addresses: [...addressesOf(seen.gateway), seen.floating.address],
          },
          stepsOf(place, seen.router),
        ),
  );
}

/** @param device by which a distributed router's packets come in */
function destinationHop({ floating, router, place }: Inside, device?: string): Hop {
  return hopOf('DNAT', place.host, { floating, router, rules: place.nat }, (seen) => {
    const { address, fixedAddress = '?' } = seen.floating;
    const rule = destinationNat(seen.rules, address, device);
    if (rule === undefined)
      return broken(
        `no rule that PREROUTING leads to translates ${address}`,
        nudge(seen.router),
        seen.rules.filter(({ text }) => text.includes(address)).map(({ chain, text }) => `-A ${chain} ${text}`),
      );
    const shown = [`-A ${rule.chain} ${rule.text} (new connections so far: ${rule.packets ?? '?'})`];
    if (rule.translated !== fixedAddress)
      return broken(
        `${address} is translated to ${rule.translated ?? '?'}, and the record says ${fixedAddress}`,
        nudge(seen.router),
        shown,
      );
    return proved(`${address} becomes ${fixedAddress}`, shown);
  });
}

/** Inside: the device on the server's subnet. */
function innerHop(inside: Inside): Hop {
  const { router, place, subnetId } = inside;
  return hopOf('inner device', place.host, { router, subnetId, port: innerPortOf(inside) }, (seen) =>
    seen.port === undefined
      ? {
          ...broken(
            `the router has no interface on the server's subnet ${seen.subnetId}`,
            `\`openstack router add subnet ${seen.router.id} ${seen.subnetId}\``,
          ),
          place: api,
        }
      : judgeDevice(
          place,
          {
            device: portDevice(inside.inner.prefix, seen.port),
            addresses: seen.port.fixedIps
              .filter((fixed) => fixed.subnetId === seen.subnetId)
              .map(({ address }) => address),
          },
          stepsOf(place, seen.router),
        ),
  );
}

/** Both devices as ports of the switch. */
function routerSwitchHop(inside: Inside): Hop {
  const { place } = inside;
  const devices = mapLooked(allRead({ gateway: gatewayOf(inside), inner: innerPortOf(inside) }), (seen) => [
    ...(seen.gateway ? [portDevice('qg-', seen.gateway)] : []),
    ...(seen.inner ? [portDevice(inside.inner.prefix, seen.inner)] : []),
  ]);
  return switchHop(place, devices, restartAgent(place));
}

/** The hop that tells whether a machine answers ARP for the server's address there. */
export function neighbourHop({ place, floating }: Inside, port: Read<PortRecord>): Hop {
  const looks = { floating, port, neighbours: place.neighbours };
  return hopOf('answer to ARP', place.host, looks, (seen) => {
    const { fixedAddress = '?' } = seen.floating;
    const { mac } = seen.port;
    const known = seen.neighbours.find(({ address }) => address === fixedAddress);
    if (known === undefined || (known.mac !== undefined && known.state === 'STALE'))
      return assumed(`the router has not asked for ${fixedAddress} lately; ping the floating IP, then trace again`);
    if (known.mac === undefined)
      return assumed(
        `nobody answered when the router last asked for ${fixedAddress}; see on the server's console whether its network is up`,
      );
    if (known.mac !== mac)
      return broken(
        `${known.mac} answers for ${fixedAddress}, and the port's address is ${mac}`,
        `find who else uses ${fixedAddress}: \`openstack port list --mac-address ${known.mac}\``,
      );
    // The agent of a distributed router writes its servers' addresses itself.
    if (known.state === 'PERMANENT')
      return assumed(`the agent has set the port's MAC address for ${fixedAddress}, so the router never asks`);
    return proved(`the server answers for ${fixedAddress} with the port's MAC address`);
  });
}

function sourceHop({ floating, router, place }: Inside): Hop {
  return hopOf('SNAT', place.host, { floating, router, rules: place.nat }, (seen) => {
    const { address, fixedAddress = '?' } = seen.floating;
    const rule = sourceNat(seen.rules, fixedAddress);
    if (rule?.translated === address)
      return proved(`${fixedAddress} leaves as ${address}`, [`-A ${rule.chain} ${rule.text}`]);
    return broken(
      rule === undefined
        ? `no rule that POSTROUTING leads to gives ${fixedAddress} the address ${address}: answers pass, and what the server begins does not leave by it`
        : `${fixedAddress} leaves as ${rule.translated ?? '?'}, and not as ${address}`,
      nudge(seen.router),
    );
  });
}

/** @param prefix of the device that leads outside */
const defaultRouteHop = (place: RouterPlace, prefix: 'qg-' | 'fg-'): Hop =>
  hopOf('way out', place.host, { routes: place.routes }, ({ routes }) => judgeDefaultRoute(place, prefix, routes));

function judgeDefaultRoute(place: RouterPlace, prefix: string, routes: readonly Route[]): Verdict {
  const route = routes.find(({ to }) => to === 'default');
  const shown = `default via ${route?.via ?? '?'} dev ${route?.device ?? '?'}`;
  if (route?.device?.startsWith(prefix) === true)
    return proved(`the router sends what leaves to ${route.via ?? 'its gateway device'}`, [shown]);
  return broken(
    route === undefined ? 'the router has no default route' : 'the default route leads elsewhere than outside',
    `\`ip netns exec ${place.namespace} ip route replace default via GATEWAY\` on ${place.host}, with the gateway_ip of the external subnet; a subnet that has none gives no route`,
    route === undefined ? [] : [shown],
  );
}

/** Of a router's namespace that translates by itself, `qrouter-…` or `snat-…`: the way in, and the way back. */
export function centralHops(inside: Inside): readonly [Hop[], Hop[]] {
  const { router, place, inner } = inside;
  const namespace = namespaceHop(router, place);
  if (namespace.proof !== 'proved') return [[namespace], []];
  const toNode = assumedHop(
    'to the network node',
    'the server’s host',
    `the router there sends what the server answers to ${place.namespace} on ${place.host}; stackward does not follow it`,
  );
  return [
    [namespace, outerHop(inside), destinationHop(inside), innerHop(inside), routerSwitchHop(inside)],
    [...(inner.prefix === 'sg-' ? [toNode] : []), sourceHop(inside), defaultRouteHop(place, 'qg-')],
  ];
}

/** The namespace of the external network, which a distributed router has in front of it on the server's host. */
export interface Front {
  readonly place: RouterPlace;
  /** Ports of the L3 agent there. */
  readonly ports: Looked<readonly PortRecord[]>;
}

/** Of a distributed router on the server's own host: the way in, and the way back. */
export function distributedHops(inside: Inside, front: Front): readonly [Hop[], Hop[]] {
  const { floating, router, place } = inside;
  const [first, second] = [namespaceHop(router, front.place), namespaceHop(router, place)];
  if (first.proof !== 'proved' || second.proof !== 'proved')
    return [first.proof === 'proved' ? [first, second] : [first], []];
  const { id } = router.value;
  const joint = deviceName('rfp-', id);
  const outer = agentPortOf(front, floating.value.networkId);
  const outerDevices = mapLooked(outer, (port) => (port ? [portDevice('fg-', port)] : []));
  const innerDevices = mapLooked(innerPortOf(inside), (port) => (port ? [portDevice('qr-', port)] : []));
  const inwards = [
    first,
    hopOf('outer device', place.host, { floating, router, port: outer }, (seen) =>
      seen.port === undefined
        ? broken(`the L3 agent there has no port on network ${seen.floating.networkId}`, nudge(seen.router))
        : judgeDevice(
            front.place,
            { device: portDevice('fg-', seen.port), addresses: addressesOf(seen.port) },
            stepsOf(front.place, seen.router),
          ),
    ),
    assumedHop('proxy ARP', place.host, 'the outer device answers for the floating IP; stackward does not read that'),
    hopOf('way in', place.host, { floating, router, routes: front.place.routes }, (seen) =>
      judgeWayIn(seen.floating, seen.router, seen.routes),
    ),
    second,
    hopOf('joint device', place.host, { router }, (seen) =>
      judgeDevice(place, { device: joint, addresses: [] }, stepsOf(place, seen.router)),
    ),
    destinationHop(inside, joint),
    innerHop(inside),
    switchHop(front.place, outerDevices, restartAgent(front.place)),
    switchHop(place, innerDevices, restartAgent(place)),
  ];
  const rule = `a rule of ${place.namespace} sends what comes from the server by ${joint}; stackward reads no such rules`;
  return [
    inwards,
    [assumedHop('policy rule', place.host, rule), sourceHop(inside), defaultRouteHop(front.place, 'fg-')],
  ];
}

const agentPortOf = ({ place, ports }: Front, networkId: string): Looked<PortRecord | undefined> =>
  mapLooked(ports, (all) =>
    all.find(
      (port) =>
        port.deviceOwner === 'network:floatingip_agent_gateway' &&
        port.networkId === networkId &&
        (port.host === undefined || port.host === place.host),
    ),
  );

function judgeWayIn(floating: FloatingIpRecord, router: RouterRecord, routes: readonly Route[]): Verdict {
  const device = deviceName('fpr-', router.id);
  const route = routes.find(({ to }) => to === floating.address || to === `${floating.address}/32`);
  const shown = route === undefined ? [] : [`${route.to} via ${route.via ?? '?'} dev ${route.device ?? '?'}`];
  return route?.device === device
    ? proved(`${floating.address} is sent to the router by ${device}`, shown)
    : broken(`no route sends ${floating.address} to the router by ${device}`, nudge(router), shown);
}
