/** The hops of a floating IP between its record and its router's namespace: the router, its agent, the namespace. Pure. */
import type { FloatingIpRecord, RouterAgent, RouterRecord } from '../../lib/contract/trace-ports';
import type { Looked, Read } from '../looked';
import type { RouterPlace } from './host-looks';
import { assumed, broken, hopOf, proved, type Hop, type Verdict } from './hop';

export const api = 'Neutron';

/** Neutron's L3 agent sets a router up again whenever the API updates it, even to the same values. */
export const nudge = ({ id, name }: RouterRecord): string =>
  `\`openstack router set --name ${name === '' ? id : name} ${id}\`, which changes nothing and makes the agent do this router anew; connections stay`;

export const restartAgent = ({ host }: RouterPlace): string =>
  `restart neutron-l3-agent on ${host}, which plugs what is missing; routers that are whole go on meanwhile`;

export const sayRouter = ({ id, name }: RouterRecord): string =>
  name === '' ? `router ${id}` : `router ${name} (${id})`;

export const setGateway = (floating: FloatingIpRecord, router: RouterRecord): string =>
  `\`openstack router set --external-gateway ${floating.networkId} ${router.id}\``;

/** @param looked undefined: the record of the floating IP names no router */
export const routerHop = (
  floating: Read<FloatingIpRecord>,
  looked: Looked<RouterRecord | undefined> | undefined,
): Hop =>
  looked === undefined
    ? hopOf('router', api, { floating }, (seen) => noRouter(seen.floating))
    : hopOf('router', api, { floating, router: looked }, (seen) =>
        seen.router === undefined ? noRouter(seen.floating) : judgeRouter(seen.floating, seen.router),
      );

const noRouter = (floating: FloatingIpRecord): Verdict =>
  broken(
    `no router leads from the network of ${floating.address} to its port`,
    `give the router of the port's subnet a gateway: \`openstack router set --external-gateway ${floating.networkId} ROUTER\`, then attach the floating IP again`,
  );

function judgeRouter(floating: FloatingIpRecord, router: RouterRecord): Verdict {
  const called = sayRouter(router);
  if (!router.isEnabled)
    return broken(
      `${called} is administratively down, so its L3 agent has taken it away`,
      `ask who disabled it, then \`openstack router set --enable ${router.id}\``,
    );
  const gateway = router.gateway?.networkId;
  if (gateway === undefined) return broken(`${called} has no gateway`, setGateway(floating, router));
  if (gateway !== floating.networkId)
    return broken(
      `${called} has its gateway on network ${gateway}, and ${floating.address} is of network ${floating.networkId}`,
      setGateway(floating, router),
    );
  return proved(`${called} is enabled, and its gateway is on the network of ${floating.address}`, [
    `status ${router.status ?? '?'}, which is what the agent last said`,
    sayKind(router),
  ]);
}

/** Only an administrator sees it, and only on releases that know it. */
function sayKind({ isHa, isDistributed }: RouterRecord): string {
  const words = [
    ...(isDistributed === true ? ['distributed'] : []),
    ...(isHa === true ? ['with HA'] : []),
    ...(isDistributed === false && isHa !== true ? ['on one host'] : []),
  ];
  return `kind: ${words.join(', ') || '? (Neutron does not tell whether it is distributed)'}`;
}

const hasHa = ({ isHa }: RouterRecord, agents: readonly RouterAgent[]): boolean =>
  isHa ?? agents.some(({ haState }) => haState !== undefined);

/** The agent that serves the router now; undefined if it isn't known. */
export function workingAgent(router: RouterRecord, agents: readonly RouterAgent[]): RouterAgent | undefined {
  if (hasHa(router, agents)) return agents.find(({ haState }) => haState === 'active');
  return agents[0];
}

export const agentHop = (router: Read<RouterRecord>, agents: Looked<readonly RouterAgent[]>): Hop =>
  hopOf('L3 agent', api, { router, agents }, (seen) => judgeAgents(seen.router, seen.agents));

function judgeAgents(router: RouterRecord, agents: readonly RouterAgent[]): Verdict {
  const isHa = hasHa(router, agents);
  if (agents.length === 0)
    return broken(
      `${sayRouter(router)} is on no L3 agent`,
      `\`openstack network agent list --agent-type l3\`, then \`openstack network agent add router --l3 AGENT ${router.id}\``,
    );
  const listed = agents.map(
    ({ host, isAlive, haState }) =>
      `${host}: ${isAlive ? 'alive' : 'dead'}${haState === undefined ? '' : `, ${haState}`}`,
  );
  const active = agents.filter(({ haState }) => haState === 'active');
  if (isHa && active.length > 1)
    return {
      ...broken(
        `the router is active on ${active.length} hosts at once`,
        'look whether these hosts reach each other on the HA network: keepalived there does not hear the other',
        listed,
      ),
      place: active.map(({ host }) => host).join(', '),
    };
  const agent = workingAgent(router, agents);
  if (agent === undefined && !agents.some(({ haState }) => haState !== undefined))
    return assumed('the router has HA, and Neutron does not tell on which host it is active', listed);
  if (agent === undefined)
    return {
      ...broken(
        'the router has HA and is active on no host',
        'look into the logs of keepalived and of neutron-l3-agent on these hosts',
        listed,
      ),
      place: agents.map(({ host }) => host).join(', '),
    };
  return judgeAgent(agent, isHa ? ', and the router active there' : '', listed);
}

/** @param more of a living one
 *  @param listed every agent of the router */
export function judgeAgent(agent: RouterAgent, more: string, listed: readonly string[]): Verdict {
  const { host: place, isAlive, isEnabled } = agent;
  if (!isAlive)
    return {
      ...broken(
        'the agent is dead; what it has set up goes on, and no change reaches it',
        `start neutron-l3-agent on ${place}, and read in its log why it ended`,
        listed,
      ),
      place,
    };
  const note = isEnabled ? [] : ['it is administratively down: it gets no new routers, and does those that it has'];
  return { ...proved(`the agent is alive${more}`, [...listed.slice(1), ...note]), place };
}

export const namespaceHop = (router: Read<RouterRecord>, place: RouterPlace): Hop =>
  hopOf('namespace', place.host, { router, isThere: place.isThere }, (seen) =>
    seen.isThere
      ? proved(`${place.namespace} is there`)
      : broken(
          `${place.namespace} is not there, though its agent is alive`,
          `${nudge(seen.router)}; where it does not come, read neutron-l3-agent's log on ${place.host} for "${seen.router.id}"`,
        ),
  );
