/** Removes a compute host that is switched off and empty from Nova, placement and Neutron. */
import { nameFirst } from '../../lib/basics/name-first';
import type { ComputeService, HostRemains } from '../../lib/contract/runbook-ports';
import { count } from '../../lib/render/text';
import type { Step } from '../act';
import { agentRemoved, computeRemoved, hostRemains, providerRemoved, leftAlone } from '../acts/compute-removal';
import { computeEnablement } from '../acts/compute-enablement';
import { computeRows, findServiceRows } from '../acts/compute-rows';
import type { Looking } from '../context';
import { looked } from '../precondition';
import type { Precondition, Runbook } from '../runbook';
import { enablementForm, getCompute, sayCompute } from './compute';

/** A service of Nova reports every 10 s. If its heartbeat didn't move for longer than that, the service has stopped. */
const beatSeconds = 15;

/** A service whose heartbeat moves is alive, even if its clock is wrong and Nova says that it is down. */
async function stopped(before: ComputeService, { watch, ...looking }: Looking): Promise<Precondition> {
  const { host } = before;
  if (before.isUp) return { is: 'fails', said: `nova-compute on ${host} is up; stop it there, and wait a minute` };
  await watch.pause(beatSeconds, `Looking in ${beatSeconds} s whether the heartbeat of ${host} has moved.`);
  const after = await getCompute(host, { ...looking, watch });
  if (before.heartbeat === undefined || after.heartbeat === undefined)
    return { is: 'not looked at', said: `Nova tells no heartbeat of nova-compute on ${host}, so nobody knows whether it is stopped` }; // prettier-ignore
  if (after.isUp || after.heartbeat.getTime() !== before.heartbeat.getTime())
    return { is: 'fails', said: `nova-compute on ${host} is at work: its heartbeat moved; stop it there, and wait a minute` }; // prettier-ignore
  return { is: 'holds', said: 'nova-compute is stopped: it is down, and its heartbeat does not move' };
}

function empty(host: string, { readers }: Looking): Promise<Precondition> {
  return looked(async () => {
    const servers = await (await readers.computeServices()).serversOn(host);
    if (servers.length === 0) return { is: 'holds', said: 'no server is there' };
    const all = nameFirst(servers.map(({ name, id }) => `${name} (${id})`));
    return { is: 'fails', said: `${count(servers.length, 'server')} there: ${all}; evacuate or delete them first` };
  }, 'the servers there');
}

function unmoved(host: string, { readers }: Looking): Promise<Precondition> {
  return looked(async () => {
    const migrations = await (await readers.hostRemains()).migrations(host);
    if (migrations.length === 0) return { is: 'holds', said: 'no migration from or to it is in progress' };
    const all = nameFirst(migrations.map(({ id, serverId, status }) => `${id} of ${serverId} (${status})`));
    return { is: 'fails', said: `${count(migrations.length, 'migration')} in progress: ${all}; confirm, revert or abort them first` }; // prettier-ignore
  }, 'the migrations');
}

function unallocated({ providers }: HostRemains): Precondition {
  if (providers === undefined)
    return { is: 'not looked at', said: 'the catalogue has no placement, so nobody knows what it holds there; add its endpoint to the catalogue' }; // prettier-ignore
  const consumers = providers.flatMap((provider) => provider.consumers);
  if (consumers.length === 0) return { is: 'holds', said: 'placement has no allocation there' };
  return { is: 'fails', said: `placement has allocations of ${nameFirst(consumers)} there; find out where these servers are, and correct their allocations first` }; // prettier-ignore
}

function silentAgents({ agents }: HostRemains): Precondition {
  const alive = agents.filter(({ isAlive }) => isAlive).map(({ type }) => type);
  if (alive.length === 0) return { is: 'holds', said: 'no agent of Neutron there is alive' };
  return { is: 'fails', said: `alive there: ${nameFirst(alive)}; stop them, and wait 75 s` };
}

function unhosted({ agents }: HostRemains, { readers }: Looking): Promise<readonly Precondition[]> {
  const looks = agents.map(({ id, type }) =>
    looked(async (): Promise<Precondition> => {
      const hosted = await (await readers.hostRemains()).hostedBy({ id, type });
      if (hosted.length === 0) return { is: 'holds', said: `the ${type} there has no router and no network` };
      return { is: 'fails', said: `the ${type} there has ${leftAlone(hosted)}` };
    }, `what the ${type} there has`),
  );
  return Promise.all(looks);
}

/**
 * The API removes the service if it reports the service's id. Otherwise the rows in the database are marked as deleted.
 */
async function removal({ id, host }: ComputeService, { readers }: Looking): Promise<Step> {
  if (id !== undefined) return computeRemoved.step({ host });
  const found = await (await readers.database('database:nova')).snapshot((view) => findServiceRows(view, host));
  return computeRows.step({ host, ...found, to: 'deleted' });
}

const disabled = { isEnabled: false, reason: 'stackward removes this host' };

export const removeCompute: Runbook = {
  name: 'remove-compute',
  about: 'remove an empty host that is switched off from Nova, placement and Neutron, and prove that nothing is left',
  argument: 'HOST',
  options: [],
  forms: ({ argument: host }) => {
    const ofHost = { host };
    const rows = { act: computeRows.name, inputs: { host, to: 'deleted' }, undone: ofHost };
    return [
      enablementForm(host, disabled),
      { oneOf: [{ act: computeRemoved.name, inputs: ofHost }, rows] },
      { oneOf: [{ act: providerRemoved.name, inputs: ofHost }], times: 'any' },
      { oneOf: [{ act: agentRemoved.name, inputs: ofHost }], times: 'any' },
      { oneOf: [{ act: hostRemains.name, inputs: ofHost }] },
    ];
  },
  prepare: async ({ argument: host }, looking) => {
    const compute = await getCompute(host, looking);
    const remains = await (await looking.readers.hostRemains()).remains(host, []);
    const preconditions = await Promise.all([
      stopped(compute, looking),
      empty(host, looking),
      unmoved(host, looking),
      unallocated(remains),
      silentAgents(remains),
    ]);
    const hosted = await unhosted(remains, looking);
    const { nodes, providers = [], agents, aggregates } = remains;
    return {
      seen: [
        sayCompute(compute, looking.clock.now()),
        ...(aggregates.length === 0 ? [] : [`in ${aggregates.join(', ')}; Nova removes it from there`]),
      ],
      preconditions: [...preconditions, ...hosted],
      steps: [
        computeEnablement.step({ host, to: disabled }),
        await removal(compute, looking),
        ...providers.map(({ id, name }) => providerRemoved.step({ host, node: name, provider: id })),
        ...agents.map(({ id, type }) => agentRemoved.step({ host, agent: id, type })),
        hostRemains.step({ host, nodes: [...nodes] }),
      ],
    };
  },
};
