/** The hops of a floating IP between its record and the inside of its router. Pure. */
import type { FloatingIpRecord, PortRecord, RouterAgent, RouterRecord } from '../../lib/contract/trace-ports';
import { mapLooked, thenLook, type Looked } from '../looked';
import type { RouterPlace } from './host-looks';
import { deviceHop, portDevice, switchHop } from './device-hops';
import { assumed, broken, hopOf, proved, type Hop } from './hop';
import { destinationNat, sourceNat } from './nat';

const api = 'Neutron';
/** Neutron's L3 agent does a router anew whenever the API changes it, be it to what it was. */
const nudge = ({ id, name }: RouterRecord): string =>
  `\`openstack router set --name ${name === '' ? id : name} ${id}\`, which changes nothing and makes the agent do this router anew; connections stay`;

export function routerHop(floating: FloatingIpRecord, router: RouterRecord | undefined): Hop {
  const name = 'router';
  if (router === undefined)
    return broken(
      name,
      api,
      `no router leads from the network of ${floating.address} to its port`,
      `give the router of the port's subnet a gateway: \`openstack router set --external-gateway ${floating.networkId} ROUTER\`, then attach the floating IP again`,
    );
  const called = sayRouter(router);
  if (!router.isEnabled)
    return broken(
      name,
      api,
      `${called} is administratively down, so its L3 agent has taken it away`,
      `ask who disabled it, then \`openstack router set --enable ${router.id}\``,
    );
  const gateway = router.gateway?.networkId;
  if (gateway === undefined) return broken(name, api, `${called} has no gateway`, setGateway(floating, router));
  if (gateway !== floating.networkId)
    return broken(
      name,
      api,
      `${called} has its gateway on network ${gateway}, and ${floating.address} is of network ${floating.networkId}`,
      setGateway(floating, router),
    );
  const evidence = [`status ${router.status ?? '?'}, which is what the agent last said`];
  return proved(name, api, `${called} is enabled, and its gateway is on the network of ${floating.address}`, evidence);
}

const setGateway = (floating: FloatingIpRecord, router: RouterRecord): string =>
  `\`openstack router set --external-gateway ${floating.networkId} ${router.id}\``;

export const sayRouter = ({ id, name }: RouterRecord): string =>
  name === '' ? `router ${id}` : `router ${name} (${id})`;

/** The agent that does the router now; undefined: nobody knows. */
export function workingAgent(router: RouterRecord, agents: readonly RouterAgent[]): RouterAgent | undefined {
  if (router.isHa === true) return agents.find(({ haState }) => haState === 'active');
  return agents[0];
}

export function agentHop(router: RouterRecord, agents: readonly RouterAgent[]): Hop {
  const name = 'L3 agent';
  const [first] = agents;
  if (first === undefined)
    return broken(
      name,
      api,
      `${sayRouter(router)} is on no L3 agent`,
      `\`openstack network agent list --agent-type l3\`, then \`openstack network agent add router --l3 AGENT ${router.id}\``,
    );
  const listed = agents.map(
    ({ host, isAlive, haState }) =>
      `${host}: ${isAlive ? 'alive' : 'dead'}${haState === undefined ? '' : `, ${haState}`}`,
  );
  const active = agents.filter(({ haState }) => haState === 'active');
  if (router.isHa === true && active.length > 1)
    return broken(
      name,
      active.map(({ host }) => host).join(', '),
      `the router is active on ${active.length} hosts at once`,
      'look whether these hosts reach each other on the HA network: keepalived there does not hear the other',
      listed,
    );
  const agent = workingAgent(router, agents);
  if (agent === undefined && !agents.some(({ haState }) => haState !== undefined))
    return assumed(name, api, 'the router has HA, and Neutron does not tell on which host it is active', listed);
  if (agent === undefined)
    return broken(
      name,
      agents.map(({ host }) => host).join(', '),
      'the router has HA and is active on no host',
      'look into the logs of keepalived and of neutron-l3-agent on these hosts',
      listed,
    );
  if (!agent.isAlive)
    return broken(
      name,
      agent.host,
      `the agent is dead; what it has set up goes on, and no change reaches it`,
      `start neutron-l3-agent on ${agent.host}, and read in its log why it ended`,
      listed,
    );
  const note = agent.isEnabled
    ? []
    : ['it is administratively down: it gets no new routers, and does those that it has'];
  return proved(name, agent.host, `the agent is alive${router.isHa === true ? ', and the router active there' : ''}`, [
    ...listed.slice(1),
    ...note,
  ]);
}

/** Of what is read in the namespace. */
export interface Inside {
  readonly floating: FloatingIpRecord;
  readonly router: RouterRecord;
  readonly place: RouterPlace;
  readonly ports: Looked<readonly PortRecord[]>;
  /** The server's address, to which the floating IP leads. */
  readonly fixedAddress: string;
  /** The subnet of that address. */
  readonly subnetId: Looked<string>;
}

const isGateway = ({ deviceOwner }: PortRecord): boolean => deviceOwner === 'network:router_gateway';

/** Undefined: the router has no such port. */
export const gatewayOf = ({ ports }: Pick<Inside, 'ports'>): Looked<PortRecord | undefined> =>
  mapLooked(ports, (all) => all.find(isGateway));

/** Its port on the server's subnet. Undefined: it has none. */
export const innerPortOf = ({ ports, subnetId }: Pick<Inside, 'ports' | 'subnetId'>): Looked<PortRecord | undefined> =>
  thenLook(subnetId, (subnet) =>
    mapLooked(ports, (all) =>
      all.find((port) => !isGateway(port) && port.fixedIps.some((fixed) => fixed.subnetId === subnet)),
    ),
  );

export function namespaceHop({ router, place }: Inside): Hop {
  return hopOf('namespace', place.host, place.isThere, (isThere) =>
    isThere
      ? proved('namespace', place.host, `${place.namespace} is there`)
      : broken(
          'namespace',
          place.host,
          `${place.namespace} is not there, though its agent is alive`,
          `${nudge(router)}; where it does not come, read neutron-l3-agent's log on ${place.host} for "${router.id}"`,
        ),
  );
}

/** Outside: the gateway's device with its own address and the floating one. */
export function outerHop(inside: Inside): Hop {
  const { floating, router, place } = inside;
  const name = 'outer device';
  return hopOf(name, place.host, gatewayOf(inside), (gateway) =>
    gateway === undefined
      ? broken(name, api, `the router has no port on the external network`, setGateway(floating, router))
      : deviceHop({
          name,
          place,
          restart: restartAgent(place),
          nudge: nudge(router),
          device: portDevice('qg-', gateway),
          addresses: [...gateway.fixedIps.map(({ address }) => address), floating.address],
        }),
  );
}

const restartAgent = ({ host }: RouterPlace): string =>
  `restart neutron-l3-agent on ${host}, which plugs what is missing; routers that are whole go on meanwhile`;

export function destinationHop({ floating, router, place, fixedAddress }: Inside): Hop {
  const name = 'DNAT';
  return hopOf(name, place.host, place.nat, (rules) => {
    const rule = destinationNat(rules, floating.address);
    if (rule === undefined)
      return broken(
        name,
        place.host,
        `no rule that PREROUTING leads to translates ${floating.address}`,
        nudge(router),
        rules.filter(({ text }) => text.includes(floating.address)).map(({ chain, text }) => `-A ${chain} ${text}`),
      );
    const shown = [`-A ${rule.chain} ${rule.text} (new connections so far: ${rule.packets ?? '?'})`];
    if (rule.translated !== fixedAddress)
      return broken(
        name,
        place.host,
        `${floating.address} is translated to ${rule.translated ?? '?'}, and the record says ${fixedAddress}`,
        nudge(router),
        shown,
      );
    return proved(name, place.host, `${floating.address} becomes ${fixedAddress}`, shown);
  });
}

/** Inside: the device on the server's subnet. */
export function innerHop(inside: Inside): Hop {
  const { router, place, subnetId } = inside;
  const name = 'inner device';
  return hopOf(name, place.host, subnetId, (subnet) =>
    hopOf(name, place.host, innerPortOf(inside), (port) =>
      port === undefined
        ? broken(
            name,
            api,
            `the router has no interface on the server's subnet ${subnet}`,
            `\`openstack router add subnet ${router.id} ${subnet}\``,
          )
        : deviceHop({
            name,
            place,
            restart: restartAgent(place),
            nudge: nudge(router),
            device: portDevice('qr-', port),
            addresses: port.fixedIps.filter((fixed) => fixed.subnetId === subnet).map(({ address }) => address),
          }),
    ),
  );
}

/** Both devices as ports of the switch. */
export function routerSwitchHop(inside: Inside): Hop {
  const { place } = inside;
  const devices = thenLook(gatewayOf(inside), (gateway) =>
    mapLooked(innerPortOf(inside), (inner) => [
      ...(gateway ? [portDevice('qg-', gateway)] : []),
      ...(inner ? [portDevice('qr-', inner)] : []),
    ]),
  );
  return switchHop(place, devices, restartAgent(place));
}

/** Whether somebody answers for the server's address there. */
export function neighbourHop({ place, fixedAddress }: Inside, mac: string): Hop {
  const name = 'answer to ARP';
  const { host } = place;
  return hopOf(name, host, place.neighbours, (neighbours) => {
    const known = neighbours.find(({ address }) => address === fixedAddress);
    if (known === undefined || (known.mac !== undefined && known.state === 'STALE'))
      return assumed(
        name,
        host,
        `the router has not asked for ${fixedAddress} lately; ping the floating IP, then trace again`,
      );
    if (known.mac === undefined)
      return assumed(
        name,
        host,
        `nobody answered when the router last asked for ${fixedAddress}; see on the server's console whether its network is up`,
      );
    if (known.mac !== mac)
      return broken(
        name,
        host,
        `${known.mac} answers for ${fixedAddress}, and the port's address is ${mac}`,
        `find who else uses ${fixedAddress}: \`openstack port list --mac-address ${known.mac}\``,
      );
    return proved(name, host, `the server answers for ${fixedAddress} with the port's MAC address`);
  });
}

export function sourceHop({ floating, router, place, fixedAddress }: Inside): Hop {
  const name = 'SNAT';
  return hopOf(name, place.host, place.nat, (rules) => {
    const rule = sourceNat(rules, fixedAddress);
    if (rule?.translated === floating.address)
      return proved(name, place.host, `${fixedAddress} leaves as ${floating.address}`, [
        `-A ${rule.chain} ${rule.text}`,
      ]);
    return broken(
      name,
      place.host,
      rule === undefined
        ? `no rule that POSTROUTING leads to gives ${fixedAddress} the address ${floating.address}: answers pass, and what the server begins does not leave by it`
        : `${fixedAddress} leaves as ${rule.translated ?? '?'}, and not as ${floating.address}`,
      nudge(router),
    );
  });
}

export function defaultRouteHop({ place }: Inside): Hop {
  const name = 'way out';
  return hopOf(name, place.host, place.routes, (routes) => {
    const route = routes.find(({ to }) => to === 'default');
    const shown = `default via ${route?.via ?? '?'} dev ${route?.device ?? '?'}`;
    if (route?.device?.startsWith('qg-') === true)
      return proved(name, place.host, `the router sends what leaves to ${route.via ?? 'its gateway device'}`, [shown]);
    return broken(
      name,
      place.host,
      route === undefined ? 'the router has no default route' : 'the default route leads elsewhere than outside',
      `\`ip netns exec ${place.namespace} ip route replace default via GATEWAY\` on ${place.host}, with the gateway_ip of the external subnet; a subnet that has none gives no route`,
      route === undefined ? [] : [shown],
    );
  });
}
