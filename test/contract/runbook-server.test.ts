/** `delete-stuck-server` and `reset-state` on servers whose nova-compute died before it deleted them. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { diagnose } from '../../cli/diagnose';
import { RunbookBench } from '../support/runbook-bench';
import { StuckServers } from '../support/stuck-servers';
import { describeRunbook } from './runbook-suite';

let servers: StuckServers;
/** A session and a journal of all runs. */
let bench: RunbookBench;

beforeAll(async () => {
  servers = await StuckServers.start('test-stuck', 6);
  bench = newBench();
}, 900_000);
afterAll(async () => {
  await bench?.close();
  await servers?.stop();
}, 900_000);

function newBench(): RunbookBench {
  const { environment, folder } = servers.own.lab;
  const made: RunbookBench = new RunbookBench(environment, join(folder, 'stackward.yaml'), ({ context }) => ({
    // The diagnosis reads the heartbeats again after only a second, because all other services of the lab are alive.
    readers: { diagnose: (id) => diagnose(id, context.readers, context.clock, made.looking.watch) },
  }));
  return made;
}

const worldOf = (runbook: string, id: string, options: object) => ({
  bench,
  runbook,
  given: { argument: id, options },
  truth: () => servers.truth(id),
  meddle: () => servers.write(id, "task_state = 'powering-off'"),
});

describeRunbook('delete-stuck-server (case 1030 a)', {
  make: async () => worldOf('delete-stuck-server', await servers.take(), { yesItRuns: true }),
  done: { nova: 'gone', ports: 0, allocations: 0 },
  steps: 3,
  unchanged: [3],
  moved: /it is error, task powering-off, and the run left it error; somebody changed it since/,
});

describeRunbook('reset-state to error (case 1030 a)', {
  make: async () => worldOf('reset-state', await servers.take(), {}),
  done: { nova: 'error -', ports: 1, allocations: 1 },
  steps: 1,
  isAlike: true,
  moved: /it is error, task powering-off, and the run left it error; somebody changed it since/,
});

describeRunbook('reset-state --active (case 1030 a)', {
  make: async () => {
    const id = await servers.take();
    await servers.write(id, "vm_state = 'error', task_state = NULL");
    return worldOf('reset-state', id, { active: true });
  },
  done: { nova: 'active -', ports: 1, allocations: 1 },
  undone: { nova: 'error -', ports: 1, allocations: 1 },
  steps: 1,
  isAlike: true,
  moved: /it is active, task powering-off, and the run left it active; somebody changed it since/,
});

test('a server that runs is deleted only with --yes-it-runs', async () => {
  const plan = await bench.plan('delete-stuck-server', { argument: await servers.take(), options: {} });
  expect(plan.preconditions.map(({ is, said }) => [is, said])).toEqual([
    ['holds', 'it is stuck: its task is under way for longer than any task takes'],
    [
      'fails',
      'by the last report of its host to Nova it is running; add --yes-it-runs if it may be deleted all the same',
    ],
  ]);
  expect(plan.seen.join('\n')).toMatch(/task deleting, power running\n.*disabled|task deleting, power running\n.*down/);
  expect(plan.seen.join('\n')).toContain('cause (SW-1010): ');
});

test('a volume that Cinder alone has as attached is found, also for a server that Nova has no more', async () => {
  const { own } = servers;
  const attach = async (server: string, volume: string): Promise<void> => {
    await own.sql(
      `INSERT INTO cinder.volumes (created_at, deleted, id, size, status, attach_status, project_id, use_quota, volume_type_id) SELECT UTC_TIMESTAMP(), 0, '${volume}', 1, 'in-use', 'attached', 'test', 1, MIN(id) FROM cinder.volume_types WHERE deleted = 0; INSERT INTO cinder.volume_attachment (created_at, deleted, id, volume_id, instance_uuid, attach_status) VALUES (UTC_TIMESTAMP(), 0, UUID(), '${volume}', '${server}', 'attached')`,
    );
  };
  const [server, gone, ...volumes] = [await servers.take(), randomUUID(), randomUUID(), randomUUID()] as const;
  try {
    await attach(server, volumes[0]);
    await attach(gone, volumes[1]);
    const plan = await bench.plan('delete-stuck-server', { argument: server, options: { yesItRuns: true } });
    expect(plan.seen.join('\n')).toContain(`volume ${volumes[0]} is attached to it in Cinder alone`);
    expect(plan.steps[2]?.step.say(plan.steps[2].now)).toContain(`volume ${volumes[0]} (in-use)`);
    await expect(bench.plan('delete-stuck-server', { argument: gone, options: {} })).rejects.toThrow(
      `Nova has no server ${gone} any more, and these are still held for it: volume ${volumes[1]} (in-use).`,
    );
  } finally {
    const all = volumes.map((volume) => `'${volume}'`).join(', ');
    await own.sql(`DELETE FROM cinder.volume_attachment WHERE volume_id IN (${all}); DELETE FROM cinder.volumes WHERE id IN (${all})`); // prettier-ignore
  }
});

test('a server without a task, and a server whose task began just now, are not stuck', async () => {
  const id = await servers.take();
  await servers.write(id, "vm_state = 'active', task_state = NULL");
  const { preconditions } = await bench.plan('reset-state', { argument: id, options: {} });
  expect(preconditions.map(({ said }) => said)).toEqual([
    'it is not stuck: it has no task and no ERROR; delete it in the ordinary way',
  ]);
  await servers.write(id, "task_state = 'deleting'");
  await servers.own.sql(`UPDATE nova.instance_actions SET start_time = UTC_TIMESTAMP() WHERE instance_uuid = '${id}'`);
  const young = await bench.plan('reset-state', { argument: id, options: {} });
  expect(young.preconditions.map(({ is }) => is)).toEqual(['fails']);
});
