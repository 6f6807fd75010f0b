/** The acts that take a compute host out of Nova, placement and Neutron. */
import * as z from 'zod';
import { uuid } from '../../lib/basics/uuid';
import { nameFirst } from '../../lib/basics/name-first';
import type { HostRemains } from '../../lib/contract/runbook-ports';
import { defineAct } from '../act';
import type { Looking } from '../context';
import { until } from '../until';
import { enablementState, findCompute, hostName, observeEnablement, sayEnablement } from './compute-enablement';

const freeWithinSeconds = 30;
const presence = z.enum(['there', 'gone']);
const name = z.string().max(255);

export const computeRemoved = defineAct({
  name: 'compute-removed',
  inputs: z.strictObject({ host: hostName }),
  // A resumption sees in it whether somebody enabled or disabled the host since.
  state: enablementState,
  title: ({ host }) => `remove nova-compute of ${host} from Nova, by its API`,
  thing: ({ host }) => `compute ${host}`,
  observe: ({ host }, { readers }) => observeEnablement(host, readers),
  say: (now) => (now === null ? 'gone' : sayEnablement(now)),
  isDone: (_, now) => now === null,
  // Before Rocky, Nova removes a service even if its host still has servers.
  refuse: ({ host }, _, looking) => useOf(host, looking),
  perform: async ({ host }, { readers, writers }) => {
    const found = await findCompute(readers, host);
    if (found !== undefined) await (await writers.computeServices()).remove(found);
  },
  undo: () => ({ is: 'never', because: 'the service comes back by itself when nova-compute starts there again, under a new id' }), // prettier-ignore
});

/** Why the host must not be removed now: it is up, or has servers or migrations. */
export async function useOf(host: string, { readers }: Looking): Promise<string | undefined> {
  if ((await findCompute(readers, host))?.isUp === true)
    return `nova-compute on ${host} is up again; stop it there, then resume`;
  const [server] = await (await readers.computeServices()).serversOn(host);
  if (server !== undefined) return `${host} has servers again, such as ${server.id}; evacuate or delete them, then resume`; // prettier-ignore
  const [migration] = await (await readers.hostRemains()).migrations(host);
  if (migration === undefined) return undefined;
  return `${host} has a migration in progress, ${migration.id} of ${migration.serverId}; confirm, revert or abort it, then resume`; // prettier-ignore
}

/** @param hosted what Neutron takes from an agent that is removed */
export const leftAlone = (hosted: readonly string[]): string =>
  `${nameFirst(hosted)}, which would be on no agent afterwards; move them to another agent first`;

export const agentRemoved = defineAct({
  name: 'agent-removed',
  inputs: z.strictObject({ host: hostName, agent: uuid, type: name }),
  state: z.enum(['alive', 'dead', 'gone']),
  title: ({ host, type }) => `remove Neutron's ${type} of ${host}`,
  thing: ({ agent }) => `agent ${agent}`,
  observe: async ({ host, agent }, { readers }) => {
    const { agents } = await (await readers.hostRemains()).remains(host, []);
    const found = agents.find(({ id }) => id === agent);
    return found === undefined ? 'gone' : found.isAlive ? 'alive' : 'dead';
  },
  say: (now) => now,
  isDone: (_, now) => now === 'gone',
  refuse: async ({ host, agent, type }, now, { readers }) => {
    if (now === 'alive') return `the ${type} of ${host} is alive, and registers itself again; stop it there first`;
    const hosted = await (await readers.hostRemains()).hostedBy({ id: agent, type });
    return hosted.length === 0 ? undefined : `the ${type} of ${host} has ${leftAlone(hosted)}`;
  },
  perform: async ({ agent }, { writers }) => (await writers.hosts()).removeAgent(agent),
  undo: () => ({ is: 'never', because: 'the agent comes back by itself when it starts there again, under a new id' }),
});

/** Nova removes the provider together with the service. If that fails, Nova only logs it. */
export const providerRemoved = defineAct({
  name: 'provider-removed',
  inputs: z.strictObject({ host: hostName, node: name, provider: uuid }),
  state: z.strictObject({ is: presence, consumers: z.array(name).max(100_000) }),
  title: ({ node }) => `remove the resource provider ${node} from placement, if Nova left it there`,
  thing: ({ provider }) => `provider ${provider}`,
  observe: async ({ provider }, { readers }) => {
    const found = await (await readers.hostRemains()).provider(provider);
    return { is: found === undefined ? 'gone' : 'there', consumers: [...(found?.consumers ?? [])] };
  },
  say: ({ is, consumers }) => (consumers.length === 0 ? is : `${is}, with allocations of ${consumers.join(', ')}`),
  isDone: (_, { is }) => is === 'gone',
  refuse: (_, { consumers }) =>
    consumers.length === 0
      ? undefined
      : `placement has allocations of ${consumers.join(', ')} there; find out where these servers are, and correct their allocations`,
  perform: async ({ provider }, { writers }) => (await writers.hosts()).removeProvider(provider),
  undo: () => ({ is: 'never', because: 'nova-compute makes it anew when it starts there again' }),
});

/** One line for each thing of the host that Nova, placement or Neutron still has. */
const sayHostRemains = ({ services, nodes, aggregates, providers, agents }: HostRemains): string[] => [
  ...services.map((binary) => `Nova's ${binary}`),
  ...nodes.map((node) => `Nova's node ${node}`),
  ...aggregates.map((aggregate) => `aggregate ${aggregate}`),
  ...(providers ?? []).map(({ name: provider, consumers }) => `placement's provider ${provider}${consumers.length === 0 ? '' : `, with ${consumers.length} allocations`}`), // prettier-ignore
  ...(providers === undefined ? ['what placement has (not looked at: it is not in the catalogue)'] : []),
  ...agents.map(({ type, isAlive }) => `Neutron's ${type}${isAlive ? ' (alive)' : ''}`),
];

/** Changes nothing. It is done when Nova, placement and Neutron have nothing of the host any more. */
export const hostRemains = defineAct({
  name: 'host-remains',
  inputs: z.strictObject({ host: hostName, nodes: z.array(name).max(1_000) }),
  state: z.array(z.string().max(1_000)).max(10_000),
  title: ({ host }) => `prove that Nova, placement and Neutron know nothing of ${host} any more`,
  thing: ({ host }) => `what is known of ${host}`,
  observe: async ({ host, nodes }, { readers }) =>
    sayHostRemains(await (await readers.hostRemains()).remains(host, nodes)),
  say: (now) => (now.length === 0 ? 'nothing' : now.join('; ')),
  isDone: (_, now) => now.length === 0,
  perform: async ({ host, nodes }, running) => {
    const reader = await running.readers.hostRemains();
    await until(running, freeWithinSeconds, `all services to forget ${host}`, async () => {
      return sayHostRemains(await reader.remains(host, nodes)).length === 0;
    });
  },
  undo: () => ({ is: 'nothing', because: 'this step only reads' }),
});
