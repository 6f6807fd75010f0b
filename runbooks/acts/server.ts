/** The acts on a stuck server, and the proof that nothing is held for it any more. */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { uuid } from '../../lib/basics/uuid';
import type { ServerRemains } from '../../lib/contract/runbook-ports';
import type { WholeServer } from '../../lib/contract/server-ports';
import { isLifeless, powerOf, powers, sayLife } from '../../lib/openstack/power-state';
import { defineAct, type Undo } from '../act';
import type { Looking } from '../context';
import { until } from '../until';

const stateText = z.string().max(255);
const deletedWithinSeconds = 120;
const freeWithinSeconds = 60;

async function findServer(id: string, { readers }: Looking): Promise<WholeServer | undefined> {
  return (await (await readers.servers()).find(id))[0];
}

/** The server's state in Nova; null if the server is gone. */
const serverStateText = { vmState: stateText, taskState: stateText.optional() };
const novaState = z.strictObject(serverStateText).nullable();

const sayState = (state: z.infer<typeof novaState>): string =>
  state === null ? 'gone' : `${state.vmState}${state.taskState === undefined ? '' : `, task ${state.taskState}`}`;

/** In a release or for a policy that hides the state, the status tells it. */
const stateIn = ({ vmState, status, taskState }: WholeServer) => ({
  vmState: vmState ?? status.toLowerCase(),
  ...defined({ taskState }),
});

/** Makes Nova write the state into its database and forget the task that hung. */
export const serverState = defineAct({
  name: 'server-state',
  inputs: z.strictObject({ server: uuid, to: z.enum(['active', 'error']) }),
  state: novaState,
  title: ({ server, to }) => `reset the state of server ${server} to ${to}, without a task`,
  thing: ({ server }) => `server ${server}`,
  observe: async ({ server }, looking) => {
    const found = await findServer(server, looking);
    return found === undefined ? null : stateIn(found);
  },
  say: sayState,
  isDone: ({ to }, now) => now !== null && now.vmState === to && now.taskState === undefined,
  refuse: ({ server }, now) =>
    now === null ? `Nova has no server ${server} any more; nothing is left to reset` : undefined,
  perform: async ({ server, to }, { writers }) => (await writers.servers()).resetState(server, to),
  undo: ({ server }, before): Undo => {
    if (before === null) return { is: 'never', because: 'there was no server' };
    const { vmState, taskState } = before;
    if (taskState === undefined && (vmState === 'active' || vmState === 'error'))
      return { is: 'step', step: serverState.restore({ server, to: vmState }) };
    return { is: 'never', because: `Nova can only write "active" and "error", and the state was ${sayState(before)}` };
  },
});

export const serverDeleted = defineAct({
  name: 'server-deleted',
  /** `mayRun`: whoever runs the runbook said that the server may be ended although it runs. */
  inputs: z.strictObject({ server: uuid, mayRun: z.boolean() }),
  state: z.strictObject({ ...serverStateText, power: z.enum(powers) }).nullable(),
  title: ({ server }) => `delete server ${server}, and wait until it is gone`,
  thing: ({ server }) => `server ${server}`,
  observe: async ({ server }, looking) => {
    const found = await findServer(server, looking);
    return found === undefined ? null : { ...stateIn(found), power: powerOf(found.powerState) };
  },
  say: (now) => (now === null ? 'gone' : `${sayState(now)}, power ${now.power}`),
  isDone: (_, now) => now === null,
  refuse: ({ mayRun }, now) => {
    if (now === null) return undefined;
    if (now.vmState !== 'error') return `it is ${sayState(now)}, and this runbook deletes a server only in error; see whether it is still stuck, then start a new run`; // prettier-ignore
    if (mayRun || isLifeless(now.power)) return undefined;
    return `${sayLife(now.power)}; start a new run, with --yes-it-runs if it may be deleted all the same`;
  },
  perform: async ({ server }, running) => {
    await (await running.writers.servers()).delete(server);
    await until(running, deletedWithinSeconds, `Nova to delete server ${server}`, async () => {
      const found = await findServer(server, running);
      // If the nova-compute doesn't answer, a deletion ends in ERROR or never ends.
      return found === undefined || (found.status === 'ERROR' && found.taskState === undefined);
    });
  },
  undo: () => ({
    is: 'never',
    because: 'a deleted server does not come back, nor do the disks that are deleted with it',
  }),
});

const remains = z.array(z.string().max(1_000)).max(10_000);

/** One line for each thing that is held for the server. */
export const sayServerRemains = ({ ports, volumes, allocations }: ServerRemains): string[] =>
  [
    ...ports.map(({ id, addresses }) => `port ${id}${addresses.length === 0 ? '' : ` with ${addresses.join(', ')}`}`),
    ...volumes.map(({ id, status }) => `volume ${id} (${status})`),
    ...(allocations ?? []).map((node) => `allocation on ${node}`),
    ...(allocations === undefined ? ['what placement has (not looked at: it is not in the catalogue)'] : []),
  ].sort();

/** Changes nothing. It is done when no port, address, volume and allocation is held for the server any more. */
export const serverRemains = defineAct({
  name: 'server-remains',
  inputs: z.strictObject({ server: uuid, volumes: z.array(uuid).max(1_000) }),
  state: remains,
  title: ({ server }) => `prove that no port, address, volume and allocation is held for server ${server}`,
  thing: ({ server }) => `what is held for server ${server}`,
  observe: async ({ server, volumes }, { readers }) =>
    sayServerRemains(await (await readers.serverRemains()).remains(server, volumes)),
  say: (now) => (now.length === 0 ? 'nothing is held' : now.join('; ')),
  isDone: (_, now) => now.length === 0,
  perform: async ({ server, volumes }, running) => {
    const reader = await running.readers.serverRemains();
    await until(running, freeWithinSeconds, `what is held for server ${server} to be free`, async () => {
      return sayServerRemains(await reader.remains(server, volumes)).length === 0;
    });
  },
  undo: () => ({ is: 'nothing', because: 'this step only reads' }),
});
