/** Runbooks for a server that is stuck. */
import { Blocked, InvalidConfiguration } from '../../lib/basics/errors';
import { uuid } from '../../lib/basics/uuid';
import { nameFirst } from '../../lib/basics/name-first';
import type { ComputeService, Diagnosis, ServerRemains } from '../../lib/contract/runbook-ports';
import type { WholeServer } from '../../lib/contract/server-ports';
import { sayServerRemains, serverDeleted, serverRemains, serverState } from '../acts/server';
import { isLifeless, powerOf, sayLife } from '../../lib/openstack/power-state';
import type { Looking } from '../context';
import { fails, holds } from '../precondition';
import type { Form, Given, Inputs, Precondition, Runbook } from '../runbook';
import { findCompute } from '../acts/compute-enablement';
import { sayCompute } from './compute';

/** A longer list would not help. */
const mostNamed = 20;

/** @throws InvalidConfiguration */
async function getServer(nameOrId: string, { readers }: Looking): Promise<WholeServer> {
  const found = await (await readers.servers()).find(nameOrId);
  const [first, ...more] = found;
  if (first === undefined)
    throw new InvalidConfiguration(
      `these credentials see no server with the id or name "${nameOrId}"; \`stackward inventory\` lists all`,
      { about: 'name' },
    );
  if (more.length === 0) return first;
  const ids = found.slice(0, mostNamed).map(({ id, projectId }) => `${id} (project ${projectId})`);
  throw new InvalidConfiguration(
    `${found.length} servers have the name "${nameOrId}"; give the id of one of them: ${ids.join(', ')}`,
    { about: 'name' },
  );
}

interface Stuck {
  readonly server: WholeServer;
  readonly diagnosis: Diagnosis;
  readonly seen: readonly string[];
}

function sayHost({ host }: WholeServer, compute: ComputeService | undefined, { clock }: Looking): string {
  if (host === undefined) return 'it has no host';
  return compute === undefined ? `Nova has no nova-compute on its host ${host}` : sayCompute(compute, clock.now());
}

async function readStuck(nameOrId: string, looking: Looking): Promise<Stuck> {
  const server = await getServer(nameOrId, looking);
  const [diagnosis, compute] = await Promise.all([
    looking.readers.diagnose(server.id),
    server.host === undefined ? undefined : findCompute(looking.readers, server.host),
  ]);
  const { id, name, projectId, status, vmState, taskState, powerState } = server;
  return {
    server,
    diagnosis,
    seen: [
      `server ${name} (${id}) of project ${projectId}`,
      `status ${status}, state ${vmState ?? '?'}, task ${taskState ?? 'none'}, power ${powerOf(powerState)}`,
      sayHost(server, compute, looking),
      ...diagnosis.said,
    ],
  };
}

function stuckness({ diagnosis }: Stuck): Precondition {
  const { is, isHanging } = diagnosis;
  if (is === 'failed') return holds('it is stuck: Nova has it in ERROR');
  if (isHanging) return holds('it is stuck: its task is under way for longer than any task takes');
  if (is === 'waits for a person')
    return fails('it is not stuck: it waits until somebody confirms or reverts its resize');
  return is === 'at rest'
    ? fails('it is not stuck: it has no task and no ERROR; delete it in the ordinary way')
    : fails('it is not stuck yet: a task began within the last 10 minutes; wait, then look again');
}

function lifelessness({ server }: Stuck, isAllowed: boolean): Precondition {
  const power = powerOf(server.powerState);
  if (isLifeless(power)) return holds('it does not run, by the last report of its host to Nova');
  if (isAllowed) return holds(`it may be deleted all the same, because of --yes-it-runs: ${sayLife(power)}`);
  const said = `${sayLife(power)}; add --yes-it-runs if it may be deleted all the same`;
  return power === '?' ? { is: 'not looked at', said } : fails(said);
}

/**
 * @throws Blocked if Nova has no such server and something is still held for it: then nothing is left to reset and to
 * delete, and Nova frees nothing.
 */
async function refuseGone(id: string, { readers }: Looking): Promise<void> {
  if (!uuid.safeParse(id).success || (await (await readers.servers()).find(id)).length > 0) return;
  const reader = await readers.serverRemains();
  const held = sayServerRemains(await reader.remains(id, (await reader.volumesOf(id)).byCinder));
  if (held.length === 0) return;
  throw new Blocked(
    `Nova has no server ${id} any more, and these are still held for it: ${nameFirst(held)}. Make sure that it runs on no host; then free them by hand: \`openstack port delete PORT\`, \`openstack volume set --state available --detached VOLUME\`, \`openstack resource provider allocation delete ${id}\``,
  );
}

const provable = ({ allocations }: ServerRemains): readonly Precondition[] =>
  allocations === undefined
    ? [{ is: 'not looked at', said: 'the catalogue has no placement, so nobody knows what it holds for the server; add its endpoint to the catalogue' }] // prettier-ignore
    : [];

const resetForm = (server: unknown, to: 'active' | 'error'): Form => ({
  oneOf: [{ act: serverState.name, inputs: { server, to }, undone: { server } }],
});

/** The argument may be a name, and a server that is gone has none any more. */
async function otherServer({ argument }: Given, { server }: Inputs, { readers }: Looking): Promise<string | undefined> {
  const [found] = await (await readers.servers()).find(String(server));
  if (found === undefined || found.id === argument || found.name === argument) return undefined;
  return `server ${found.name} (${found.id})`;
}

export const resetState: Runbook = {
  name: 'reset-state',
  about:
    'reset a stuck server: Nova forgets its task, its state becomes error (or active), and nothing is done on its host',
  argument: 'SERVER',
  options: ['active'],
  forms: ({ options: { active } }, { server }) => [resetForm(server, active === true ? 'active' : 'error')],
  otherThing: otherServer,
  prepare: async ({ argument, options }, looking) => {
    const stuck = await readStuck(argument, looking);
    const { id } = stuck.server;
    const step = serverState.step({ server: id, to: options.active === true ? 'active' : 'error' });
    return { seen: stuck.seen, preconditions: [stuckness(stuck)], steps: [step] };
  },
};

export const deleteStuckServer: Runbook = {
  name: 'delete-stuck-server',
  about:
    'delete a server that nothing else deletes, and prove that its ports, addresses, volumes and allocation are free',
  argument: 'SERVER',
  options: ['yesItRuns'],
  forms: ({ options }, { server }) => [
    resetForm(server, 'error'),
    { oneOf: [{ act: serverDeleted.name, inputs: { server, mayRun: options.yesItRuns === true } }] },
    { oneOf: [{ act: serverRemains.name, inputs: { server } }] },
  ],
  otherThing: otherServer,
  prepare: async ({ argument, options }, looking) => {
    await refuseGone(argument, looking);
    const stuck = await readStuck(argument, looking);
    const { id } = stuck.server;
    const reader = await looking.readers.serverRemains();
    const { byNova, byCinder } = await reader.volumesOf(id);
    const unknown = byCinder.filter((volume) => !byNova.includes(volume));
    const volumes = [...byNova, ...unknown];
    return {
      seen: [
        ...stuck.seen,
        ...unknown.map((volume) => `volume ${volume} is attached to it in Cinder alone: Nova does not know that, and its deletion does not free it`), // prettier-ignore
      ],
      preconditions: [
        stuckness(stuck),
        lifelessness(stuck, options.yesItRuns === true),
        ...provable(await reader.remains(id, volumes)),
      ],
      steps: [
        serverState.step({ server: id, to: 'error' }),
        serverDeleted.step({ server: id, mayRun: options.yesItRuns === true }),
        serverRemains.step({ server: id, volumes }),
      ],
    };
  },
};
