/** A compute host is removed only while it is stopped and empty, as it is then, in a resumption and a rollback too. */
import { ComputeServices } from '../../adapters/openstack/compute-services';
import type { ComputeService, HostRemains } from '../../lib/contract/runbook-ports';
import { failuresOf, problemsOf, RunbookModel } from '../support/runbook-model';

const host = 'cnode07';
const stopped: ComputeService = { id: '7', binary: 'nova-compute', host, isEnabled: true, isUp: false, heartbeat: new Date(0) }; // prettier-ignore
const server = { id: 's1', name: 'web1', projectId: 'p', status: 'ACTIVE' };

function cloud(
  first: ComputeService | undefined = stopped,
  known: Partial<HostRemains> = {},
  hosted: readonly string[] = [],
) {
  const world = { service: first as ComputeService | undefined, servers: [] as (typeof server)[], migrations: [] as { id: string; status: string; serverId: string }[], hosted }; // prettier-ignore
  const model = new RunbookModel({
    readers: {
      computeServices: () =>
        Promise.resolve({
          computes: () => Promise.resolve(world.service === undefined ? [] : [world.service]),
          serversOn: () => Promise.resolve(world.servers),
        }),
      hostRemains: () =>
        Promise.resolve({
          remains: () =>
            Promise.resolve({ services: [], nodes: [], aggregates: [], providers: [], agents: [], ...known }),
          provider: () => Promise.resolve(undefined),
          migrations: () => Promise.resolve(world.migrations),
          hostedBy: () => Promise.resolve(world.hosted),
        }),
    },
    writers: {
      computeServices: () =>
        Promise.resolve({
          setEnablement: (service, { isEnabled, reason }) => {
            world.service = { ...service, isEnabled, disabledReason: reason ?? '' };
            return Promise.resolve();
          },
          remove: () => {
            world.service = undefined;
            return Promise.resolve();
          },
        }),
    },
  });
  return { model, world };
}

async function failed() {
  const { model, world } = cloud();
  const { run } = await model.perform(await model.plan('remove-compute', host), 1);
  world.servers = [server];
  const second = await model.perform({ ...(await model.resume(run)), problems: [] });
  expect(failuresOf(second.report)).toEqual([expect.stringMatching(/has servers again, such as s1/)]);
  world.servers = [];
  return { model, world, run: second.run };
}

test('a removal that stopped at a server goes on once the host is empty', async () => {
  const { model, world, run } = await failed();
  const again = await model.resume(run);
  expect(problemsOf(again)).toEqual([]);
  await model.perform(again);
  expect(world.service).toBeUndefined();
});

test('a host that somebody disabled for another reason after a removal failed is neither enabled nor removed', async () => {
  const { model, world, run } = await failed();
  world.service = { ...stopped, isEnabled: false, disabledReason: 'bad RAM, do not use' };
  const back = await model.undo(run);
  expect([back.steps, back.lasting, problemsOf(back)]).toEqual([[], [], [expect.stringMatching(/bad RAM.*somebody changed it since/)]]); // prettier-ignore
  expect(problemsOf(await model.resume(run))).toEqual([expect.stringMatching(/bad RAM.*somebody changed it since/)]);
});

test('a host that registered itself again after its removal is left alone by a rollback', async () => {
  const { model, world } = cloud();
  const { run } = await model.perform(await model.plan('remove-compute', host));
  world.service = { ...stopped, id: '8', isEnabled: false, disabledReason: 'bad RAM, do not use' };
  const back = await model.undo(run);
  expect([back.steps, problemsOf(back)]).toEqual([[], [expect.stringMatching(/somebody changed it since/)]]);
});

test.each([
  ['is up', { service: { ...stopped, isEnabled: false, disabledReason: 'stackward removes this host', isUp: true } }, /is up again/], // prettier-ignore
  ['has servers', { servers: [server] }, /has servers again, such as s1/],
  [
    'has a migration',
    { migrations: [{ id: '3', status: 'migrating', serverId: 's1' }] },
    /a migration in progress, 3 of s1/,
  ],
])('a host that %s by now is not removed by a resumption, and its plan says so', async (_, change, words) => {
  const { model, world } = cloud();
  const { run } = await model.perform(await model.plan('remove-compute', host), 1);
  Object.assign(world, change);
  const again = await model.resume(run);
  expect(problemsOf(again)).toEqual([expect.stringMatching(words)]);
  expect(failuresOf((await model.perform(again)).report)).toEqual([expect.stringMatching(words)]);
  expect(world.service).toBeDefined();
});

test('a heartbeat and a placement that nobody tells are not looked at', async () => {
  const silent: ComputeService = { id: '7', binary: 'nova-compute', host, isEnabled: true, isUp: false };
  const { model } = cloud(silent, { providers: undefined });
  const { preconditions } = await model.plan('remove-compute', host);
  expect(preconditions.filter(({ is }) => is === 'not looked at').map(({ said }) => said)).toEqual([
    expect.stringMatching(/no heartbeat/),
    expect.stringMatching(/the catalogue has no placement/),
  ]);
});

test('a reason of two lines, which another tool wrote, is read and not written back', async () => {
  const { model, world } = cloud({ ...stopped, isEnabled: false, disabledReason: 'bad\nRAM' });
  const { run } = await model.perform(await model.plan('enable-compute', host));
  expect(world.service?.isEnabled).toBe(true);
  expect((await model.undo(run)).lasting.map(({ because }) => because)).toEqual([expect.stringMatching(/one line/)]);
});

test('a Nova that hides the hosts of servers is not taken for a host without servers', async () => {
  const row = { id: '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11', name: 'web1', tenant_id: 'p', status: 'ACTIVE' };
  const session = { cloud: 'model', call: () => Promise.resolve({ servers: [row] }) };
  const services = new ComputeServices(session as never, { apis: () => Promise.resolve({ answers: [] }) } as never);
  await expect(services.serversOn(host)).rejects.toThrow(/no host of servers/);
});

test('an agent that has routers is not removed, because Neutron would take the routers from it unseen', async () => {
  const agent = { id: '5b0f6a4e-93c1-4a53-8a52-0c2d1f6a7b11', type: 'L3 agent', isAlive: false };
  const { model, world } = cloud(stopped, { agents: [agent] }, ['router r1 (uuid-1)', 'router r2 (uuid-2)']);
  const plan = await model.plan('remove-compute', host);
  expect(plan.preconditions.filter(({ is }) => is !== 'holds')).toEqual([
    { is: 'fails', said: 'the L3 agent there has router r1 (uuid-1), router r2 (uuid-2), which would be on no agent afterwards; move them to another agent first' }, // prettier-ignore
  ]);
  world.hosted = [];
  const free = await model.plan('remove-compute', host);
  expect(free.preconditions.filter(({ is }) => is !== 'holds')).toEqual([]);
  world.hosted = ['network n1 (uuid-3)'];
  expect(failuresOf((await model.perform(free)).report)).toEqual([
    'the L3 agent of cnode07 has network n1 (uuid-3), which would be on no agent afterwards; move them to another agent first',
  ]);
});
