/** A server is deleted only while it is stuck and lifeless, as it is then, in a resumption too. */
import type { WholeServer } from '../../lib/contract/server-ports';
import { plain } from '../../lib/render/style';
import { renderRunbookJson, renderRunbookPlan, renderStepResult } from '../../runbooks/render';
import { failuresOf, problemsOf, RunbookModel } from '../support/runbook-model';

const id = '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11';
const stuck: WholeServer = { id, name: 'web1', projectId: 'p', status: 'ERROR', vmState: 'active', taskState: 'deleting', powerState: 4 }; // prettier-ignore

const without = (server: WholeServer, field: keyof WholeServer): WholeServer =>
  Object.fromEntries(Object.entries(server).filter(([name]) => name !== field)) as unknown as WholeServer;

const nothing = { volumes: [], allocations: [] };
const volume = 'b1c2d3e4-93c1-4a53-8a52-0c2d1f6a7b11';

/** @param deletion what becomes of the server when Nova is asked to delete it */
function cloud(
  deletion: (server: WholeServer) => WholeServer | undefined = () => undefined,
  first = stuck,
  held: { readonly volumes: readonly string[]; readonly allocations: readonly string[] | undefined } = nothing,
) {
  let server: WholeServer | undefined = first;
  const only = () => Promise.resolve(server === undefined ? [] : [server]);
  const model = new RunbookModel({
    readers: {
      servers: () => Promise.resolve({ find: only } as never),
      serverRemains: () =>
        Promise.resolve({
          volumesOf: () => Promise.resolve({ byNova: [], byCinder: held.volumes }),
          remains: (_, volumes) => Promise.resolve({ ports: [], volumes: volumes.map((volume) => ({ id: volume, status: 'in-use' })), allocations: held.allocations }), // prettier-ignore
        }),
      diagnose: () => Promise.resolve({ is: 'failed', isHanging: true, said: [] }),
    },
    writers: {
      servers: () =>
        Promise.resolve({
          resetState: (_, to) => {
            server = { ...without(server ?? first, 'taskState'), vmState: to, status: to.toUpperCase() };
            return Promise.resolve();
          },
          delete: () => {
            server = server && deletion(server);
            return server?.taskState === undefined ? Promise.resolve() : Promise.reject(new Error('a time-out'));
          },
        }),
    },
  });
  return {
    model,
    is: () => server,
    becomes: (changed: WholeServer) => void (server = changed),
  };
}

test('a server that somebody brought back to life after its deletion failed is not deleted by a resumption', async () => {
  const { model, is, becomes } = cloud((server) => server);
  const { run, report } = await model.perform(await model.plan('delete-stuck-server', id));
  expect(failuresOf(report)).toHaveLength(1);
  const rest = without(stuck, 'taskState');
  becomes({ ...rest, status: 'ACTIVE', vmState: 'active', powerState: 1 });
  expect(problemsOf(await model.resume(run))).toEqual([expect.stringMatching(/it is active, .*the run left it error; somebody changed it since/)]); // prettier-ignore
  becomes({ ...rest, status: 'ERROR', vmState: 'error', powerState: 1 });
  const again = await model.resume(run);
  expect(problemsOf(again)).toEqual([expect.stringMatching(/by the last report of its host to Nova it is running; start a new run/)]); // prettier-ignore
  expect(failuresOf((await model.perform(again)).report)).toEqual(problemsOf(again));
  expect(is()).toMatchObject({ powerState: 1 });
});

test('a deletion that failed is finished by a resumption, also if Nova left its task', async () => {
  let isRepaired = false;
  const { model, is } = cloud((server) => (isRepaired ? undefined : { ...server, taskState: 'deleting' }));
  const { run } = await model.perform(await model.plan('delete-stuck-server', id));
  isRepaired = true;
  const again = await model.resume(run);
  expect(problemsOf(again)).toEqual([]);
  await model.perform(again);
  expect(is()).toBeUndefined();
});

test('a rollback does not say of a deletion which failed that it stays', async () => {
  const { model } = cloud((server) => server);
  const { run } = await model.perform(await model.plan('delete-stuck-server', id));
  expect((await model.undo(run)).lasting.map(({ title }) => title)).toEqual([`reset the state of server ${id} to error, without a task`]); // prettier-ignore
});

test.each([
  [undefined, 'not looked at', 'nobody reports whether it runs'],
  [0, 'not looked at', 'nobody reports whether it runs'],
  [9, 'not looked at', 'nobody reports whether it runs'],
  [1, 'fails', 'it is running'],
  [3, 'fails', 'it is paused'],
  [7, 'fails', 'it is suspended'],
  [4, 'holds', 'it does not run'],
  [6, 'holds', 'it does not run'],
])('of the power state %p the precondition "does not run" %s', async (powerState, is, words) => {
  const untold = without(stuck, 'powerState');
  const { model } = cloud(undefined, powerState === undefined ? untold : { ...untold, powerState });
  const [, life] = (await model.plan('delete-stuck-server', id)).preconditions;
  expect(life).toEqual({ is, said: expect.stringContaining(words) });
  const [, allowed] = (await model.plan('delete-stuck-server', id, { yesItRuns: true })).preconditions;
  expect(allowed?.is).toBe('holds');
});

test('a volume that Cinder alone has as attached is told before the deletion, and the proof fails by it', async () => {
  const { model } = cloud(undefined, stuck, { ...nothing, volumes: [volume] });
  const plan = await model.plan('delete-stuck-server', id);
  expect(plan.seen).toContain(`volume ${volume} is attached to it in Cinder alone: Nova does not know that, and its deletion does not free it`); // prettier-ignore
  expect(failuresOf((await model.perform(plan)).report)).toEqual([expect.stringMatching(`still volume ${volume} \\(in-use\\)`)]); // prettier-ignore
});

test('a server that Nova has no more is refused by what is held for it, with the way to free it', async () => {
  const { model, becomes } = cloud(undefined, stuck, { ...nothing, volumes: [volume] });
  becomes(undefined as never);
  await expect(model.plan('delete-stuck-server', id)).rejects.toThrow(
    `Nova has no server ${id} any more, and these are still held for it: volume ${volume} (in-use). Make sure that it runs on no host; then free them by hand: `,
  );
  const { model: free, becomes: is } = cloud();
  is(undefined as never);
  await expect(free.plan('delete-stuck-server', id)).rejects.toThrow('these credentials see no server');
});

test('a placement that the catalogue does not name is not looked at', async () => {
  const { model } = cloud(undefined, stuck, { ...nothing, allocations: undefined });
  const { preconditions, steps } = await model.plan('delete-stuck-server', id);
  expect(preconditions.at(-1)).toMatchObject({ is: 'not looked at', said: expect.stringMatching(/^the catalogue has no placement/) as string }); // prettier-ignore
  expect(steps[2]).toMatchObject({ is: 'to do', now: ['what placement has (not looked at: it is not in the catalogue)'] }); // prettier-ignore
});

test('a runbook removes secrets from everything that it shows and records, as a report does', async () => {
  const { model } = cloud(() => {
    throw new Error('Nova was sent --os-password hunter2');
  });
  const plan = await model.plan('delete-stuck-server', id);
  const told = { ...plan, seen: ['nova-api said password=hunter2'] };
  const { run, report } = await model.perform(plan);
  expect(failuresOf(report)).toEqual([expect.stringContaining('Nova was sent --os-password ***')]);
  const texts = [
    renderRunbookPlan(told, 'lab', 80, plain),
    renderRunbookJson(told, 'lab', { exitCode: 1, report }),
    ...report.results.map((result) => renderStepResult(result, 80, plain)),
    JSON.stringify([...run.results.values(), run.end]),
  ];
  expect(texts.filter((text) => text.includes('hunter2'))).toEqual([]);
});
