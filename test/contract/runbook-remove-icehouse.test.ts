/**
 * `remove-compute` in Nova's database, for Icehouse, whose API reports no id of a service. The tables are on a real
 * MariaDB. A fake API answers from the same tables, as Nova's did.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import type { ComputeService, RunbookReaders, RunbookWriters } from '../../lib/contract/runbook-ports';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { RunbookBench } from '../support/runbook-bench';
import { describeRunbook } from './runbook-suite';

let mariadb: Mariadb;
let tables: Connection;
let config: string;
const env: Record<string, string> = {};
const benches: RunbookBench[] = [];
let count = 0;

beforeAll(async () => {
  mariadb = await startMariadb();
  await mariadb.createSchema('nova', 'icehouse-nova.sql');
  tables = await mariadb.connect('nova');
  const { port } = mariadb.root;
  const account = await mariadb.createUser('stackward', 'nova', [
    'GRANT SELECT, UPDATE (deleted, deleted_at) ON nova.services',
    'GRANT SELECT, UPDATE (deleted, deleted_at) ON nova.compute_nodes',
    // FOR UPDATE needs a grant that allows a change.
    'GRANT SELECT, UPDATE (deleted) ON nova.instances',
  ]);
  config = join(mariadb.folder, 'stackward.yaml');
  Object.assign(env, { NOVA_PASSWORD: account.password });
  const nova = { host: '127.0.0.1', port, user: 'stackward', password: '${NOVA_PASSWORD}', schema: 'nova', tls: 'off' };
  writeFileSync(config, JSON.stringify({ databases: { nova } }));
});
afterAll(async () => {
  for (const bench of benches) await bench.close();
  await mariadb?.stop();
});

async function rowsOf<Row>(sql: string, values: string[] = []): Promise<Row[]> {
  const [found] = await tables.query(sql, values);
  return found as Row[];
}

const services = async (): Promise<ComputeService[]> =>
  (
    await rowsOf<{ host: string; disabled: number; disabled_reason: string | null }>(
      "SELECT * FROM services WHERE deleted = 0 AND `binary` = 'nova-compute'",
    )
  ).map(
    // prettier-ignore
    ({ host, disabled, disabled_reason: reason }) => {
      const told = { binary: 'nova-compute', host, isEnabled: disabled === 0, isUp: false, heartbeat: new Date(0) };
      return reason === null ? told : { ...told, disabledReason: reason };
    },
  );

const computeServices = () =>
  Promise.resolve({
    computes: services,
    serversOn: async (host: string) =>
      (await rowsOf<{ uuid: string }>('SELECT uuid FROM instances WHERE host = ? AND deleted = 0', [host])).map(({ uuid }) => ({ id: uuid, name: 'utm', projectId: 'p', status: 'ACTIVE' })), // prettier-ignore
    setEnablement: async ({ host }: ComputeService, { isEnabled, reason }: { isEnabled: boolean; reason?: string | undefined }) =>
      void (await tables.query('UPDATE services SET disabled = ?, disabled_reason = ? WHERE host = ? AND deleted = 0', [isEnabled ? 0 : 1, reason ?? null, host])), // prettier-ignore
    remove: () => Promise.reject(new Error('there is no such API')),
  });
const hostRemains: RunbookReaders['hostRemains'] = () =>
  Promise.resolve({
    remains: async (host: string) => ({
      services: (await services()).filter((each) => each.host === host).map(({ binary }) => binary),
      nodes: (await rowsOf<{ node: string }>('SELECT n.hypervisor_hostname AS node FROM compute_nodes n JOIN services s ON s.id = n.service_id WHERE s.host = ? AND n.deleted = 0', [host])).map(({ node }) => node), // prettier-ignore
      aggregates: [],
      providers: [],
      agents: [],
    }),
    provider: () => Promise.resolve(undefined),
    migrations: () => Promise.resolve([]),
    hostedBy: () => Promise.resolve([]),
  });

function newBench(): RunbookBench {
  const ports: { readers: Partial<RunbookReaders>; writers: Partial<RunbookWriters> } = {
    readers: { computeServices, hostRemains },
    writers: { computeServices },
  };
  const bench = new RunbookBench(env, config, () => ports);
  benches.push(bench);
  return bench;
}

/** A host that also has two rows that were deleted long ago, and a neighbour whose rows must not change. */
async function addHost(): Promise<string> {
  const host = `cnode${(count += 1)}`;
  const node = "INSERT INTO compute_nodes (deleted, service_id, vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used, local_gb_used, hypervisor_type, hypervisor_version, hypervisor_hostname, cpu_info) SELECT"; // prettier-ignore
  for (const [name, deleted] of [
    [host, 1],
    [host, 0],
    [`${host}-neighbour`, 0],
  ] as const)
    // prettier-ignore
    await tables.query(
      `INSERT INTO services (deleted, host, \`binary\`, topic, report_count, disabled) VALUES (0, '${name}', 'nova-compute', 'compute', 9, 0);
       SET @id = LAST_INSERT_ID(); UPDATE services SET deleted = @id * ${deleted} WHERE id = @id;
       ${node} @id * ${deleted}, @id, 8, 1, 1, 0, 0, 0, 'QEMU', 1, '${name}.example', '{}'`,
    );
  // A node of the living service under an earlier name of its hypervisor, deleted long ago.
  await tables.query(
    `SET @id = (SELECT MAX(id) FROM services WHERE host = '${host}' AND deleted = 0); ${node} 4711, @id, 8, 1, 1, 0, 0, 0, 'QEMU', 1, '${host}.old', '{}'`,
  );
  return host;
}

const truth = async (host: string): Promise<unknown> => {
  const all = await rowsOf<object>(
    "SELECT s.host, IF(s.deleted = s.id, 'deleted', s.deleted) AS service, IF(n.deleted <> 0, 'deleted', n.deleted) AS node, s.disabled, s.deleted_at IS NULL AS undated FROM services s JOIN compute_nodes n ON n.service_id = s.id WHERE s.host LIKE ? ORDER BY s.id, n.id",
    [`${host}%`],
  );
  return all.map((row) => Object.values(row).slice(1).join(' '));
};

describeRunbook('remove-compute in Icehouse (case 1203)', {
  make: async () => {
    const argument = await addHost();
    return {
      bench: newBench(),
      runbook: 'remove-compute',
      given: { argument, options: {} },
      truth: () => truth(argument),
      meddle: async () => void (await tables.query('UPDATE services SET disabled = 0, deleted = 0 WHERE host = ?', [argument])), // prettier-ignore
    };
  },
  done: ['deleted deleted 0 1', 'deleted deleted 1 0', 'deleted deleted 1 0', '0 0 0 1'],
  undone: ['deleted deleted 0 1', '0 0 0 1', '0 deleted 0 1', '0 0 0 1'],
  steps: 3,
  unchanged: [3],
  moved: /somebody changed it since/,
});

test('a server that came to the host meanwhile stops the transaction, which then changes nothing', async () => {
  const host = await addHost();
  const bench = newBench();
  const plan = await bench.plan('remove-compute', { argument: host, options: {} });
  const { run } = await bench.perform(plan, { stoppedAfter: 1 });
  await tables.query("INSERT INTO instances (uuid, host, deleted) VALUES ('0d5f6a4e-93c1-4a53-8a52-000000000009', ?, 0)", [host]); // prettier-ignore
  const before = await truth(host);
  const { report } = await bench.perform(await bench.resume(run));
  expect(report.results.map(({ outcome, message }) => [outcome, message])).toEqual([
    ['kept', undefined],
    [
      'failed',
      `${host} has servers again, such as 0d5f6a4e-93c1-4a53-8a52-000000000009; evacuate or delete them, then resume`,
    ],
    ['skipped', undefined],
  ]);
  expect(await truth(host)).toEqual(before);
});

test('a service that reported since the plan was at work, so its rows stay', async () => {
  const host = await addHost();
  const bench = newBench();
  const plan = await bench.plan('remove-compute', { argument: host, options: {} });
  const { run } = await bench.perform(plan, { stoppedAfter: 1 });
  await tables.query('UPDATE services SET report_count = report_count + 1 WHERE host = ?', [host]);
  const before = await truth(host);
  const { report } = await bench.perform(await bench.resume(run));
  expect(report.results.flatMap(({ message }) => message ?? [])).toEqual([
    expect.stringMatching(/^nova-compute reported since the plan was made/),
  ]);
  expect(await truth(host)).toEqual(before);
});

const idsOf = async (table: string, condition: string, host: string): Promise<number[]> =>
  (await rowsOf<{ id: number }>(`SELECT id FROM ${table} WHERE ${condition}`, [host])).map(({ id }) => id);

test('a record that names rows of a neighbour is refused, and no row is changed', async () => {
  const host = await addHost();
  const bench = newBench();
  const { run } = await bench.perform(await bench.plan('remove-compute', { argument: host, options: {} }), { stoppedAfter: 1 }); // prettier-ignore
  const [stranger] = await idsOf('compute_nodes', 'hypervisor_hostname = ?', `${host}-neighbour.example`);
  const before = await truth(host);
  const steps = run.record.steps.map((step) =>
    step.act === 'compute-rows'
      ? { ...step, inputs: { ...(step.inputs as { nodes: string[] }), nodes: [...(step.inputs as { nodes: string[] }).nodes, String(stranger)] } }
      : step,
  ); // prettier-ignore
  const plan = await bench.resume({ ...run, record: { ...run.record, steps } });
  expect(plan.problems.map(({ message }) => message)).toEqual([expect.stringMatching(/has other rows by now/)]);
  await bench.perform(plan);
  expect(await truth(host)).toEqual(before);
});
