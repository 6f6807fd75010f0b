/** The method `database` on three nodes of Galera, one of which falls behind. */
import type { Connection } from 'mysql2/promise';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGalera, type Galera, type GaleraNode } from '../support/galera';
import { NeutronTables, schemaFiles } from '../support/neutron-tables';
import { declare, PoolRun, type Planned } from '../support/pool-run';
import { SqlProxy } from '../support/sql-proxy';

let galera: Galera;
let near: GaleraNode;
let far: GaleraNode;
beforeAll(async () => {
  galera = await startGalera();
  [near, far] = galera.nodes;
});
afterAll(() => galera.stop());

const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65' };
const five = ['203.0.113.71', '203.0.113.75'] as const;
const fifteen = ['203.0.113.71', '203.0.113.85'] as const;

let schema: string;
let neutron: Connection;
let tables: NeutronTables;
let run: PoolRun;
let schemas = 0;
beforeEach(async () => {
  schema = `zed${++schemas}`;
  const connection = await far.connect();
  await connection.query(`CREATE DATABASE ${schema} CHARACTER SET utf8; USE ${schema}`);
  for (const file of schemaFiles.zed)
    await connection.query(readFileSync(join(__dirname, '../fixtures/schema', file), 'utf8'));
  await connection.query('CREATE TABLE held_up (id INT PRIMARY KEY)');
  neutron = await far.connect(schema);
  tables = new NeutronTables(neutron, 'zed');
  run = new PoolRun(on(near));
});
afterEach(() => run.close());

const on = (node: GaleraNode): MysqlOptions => ({ ...node.root, schema });

describe('stackward on a node that has fallen behind the one that Neutron writes to', () => {
  const stale = (message: string): unknown => [
    {
      id: 'allocation-pool.t/0',
      outcome: 'failed',
      reason: 'StalePlan',
      message: expect.stringContaining(message) as unknown,
    },
  ];
  const moveGateway = (id: string) =>
    neutron.query("UPDATE subnets SET gateway_ip = '203.0.113.80' WHERE id = ?", [id]);
  const insertPool = async (id: string, ipamId: string | undefined) => {
    const pool = "'203.0.113.73', '203.0.113.90'";
    await neutron.query(
      `INSERT INTO ipallocationpools (id, subnet_id, first_ip, last_ip) VALUES (UUID(), ?, ${pool})`,
      [id],
    );
    await neutron.query(
      `INSERT INTO ipamallocationpools (id, ipam_subnet_id, first_ip, last_ip) VALUES (UUID(), ?, ${pool})`,
      [ipamId],
    );
  };

  test.each([
    ['gives no address back that a port has just taken', [fifteen], five, '203.0.113.80 of subnet', 'port'],
    ['puts no gateway into a pool that has just moved there', [five], fifteen, 'gateway_ip of subnet', 'gateway'],
    ['inserts no pool over one that was just inserted', [], fifteen, 'ipallocationpools of subnet', 'pool'],
  ] as const)('%s', async (_, pools, wanted, message, event) => {
    const subnet = await tables.subnet({ ...lan, pools });
    await near.untilCaughtUp();
    const planned = await run.plan({ ...declare(subnet.id, wanted), allowShrink: true });
    expect(planned.steps).toHaveLength(1);
    const { catchUp } = await near.lag(far, schema);
    if (event === 'port') await tables.port(subnet, '203.0.113.80');
    if (event === 'gateway') await moveGateway(subnet.id);
    if (event === 'pool') await insertPool(subnet.id, subnet.ipamId);
    const before = await tables.dump();
    const applying = run.apply(planned);
    await near.untilHeldUp(schema, applying);
    await catchUp();
    expect(await applying).toEqual(stale(message));
    expect(await tables.dump()).toEqual(before);
  });

  test('sees in its second look what another node committed', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [five] });
    const spec = declare(subnet.id, fifteen);
    const writing = new PoolRun(on(far));
    await near.untilCaughtUp();
    const { catchUp } = await near.lag(far, schema);
    expect(await writing.converge(spec)).toMatchObject([{ outcome: 'applied' }]);
    const again = run.plan(spec);
    await near.untilHeldUp(schema, again);
    await catchUp();
    expect((await again).steps).toEqual([]);
    await writing.close();
  });
});

describe('a commit of another node at the same moment', () => {
  let proxy: SqlProxy;
  let through: PoolRun;
  beforeEach(async () => {
    await near.untilCaughtUp();
    proxy = await SqlProxy.open(on(near));
    through = new PoolRun(proxy.options, run.reader, new MysqlWriter(proxy.options));
  });
  afterEach(async () => {
    await through.writer.close();
    await proxy.close();
  });

  /** Right before the commit of ours, whose locks the cluster doesn't know. */
  async function applyWhile(planned: Planned, work: () => Promise<unknown>) {
    let met = 0;
    proxy.meeting = {
      before: async ({ sql }) => {
        if (sql !== 'COMMIT' || met++ > 0) return undefined;
        const { catchUp } = await near.lag(far, schema);
        await work();
        // The commit of ours waits for the other one, which the node has received and not applied.
        void near.untilHeldUp(schema, new Promise(() => undefined)).then(catchUp);
        return undefined;
      },
    };
    return through.apply(planned);
  }

  test('by which a port takes an address that is given back is named by the run', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [fifteen] });
    await near.untilCaughtUp();
    const planned = await run.plan({ ...declare(subnet.id, five), allowShrink: true });
    expect(planned.findings).toEqual([
      {
        id: 'allocation-pool.t/0',
        message: expect.stringMatching(/Galera cluster of 3 nodes.* node1: let/) as unknown,
      },
    ]);
    expect(await applyWhile(planned, () => tables.port(subnet, '203.0.113.80'))).toEqual([
      {
        id: 'allocation-pool.t/0',
        outcome: 'failed',
        reason: 'NotConverged',
        message: expect.stringContaining(
          'a port took 203.0.113.80 in the moment in which it was given back',
        ) as unknown,
      },
    ]);
  });

  test('by which another stackward inserts the first pool of the same subnet makes the second commit fail', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [] });
    await near.untilCaughtUp();
    const planned = await run.plan(declare(subnet.id, five));
    const farRun = new PoolRun(on(far));
    const rival = await farRun.plan(declare(subnet.id, fifteen));
    const results = await applyWhile(planned, async () => {
      expect(await farRun.apply(rival)).toMatchObject([{ outcome: 'applied' }]);
    });
    expect(results).toMatchObject([{ outcome: 'failed', reason: 'StalePlan' }]);
    expect(await tables.pools(subnet)).toEqual(['203.0.113.71-203.0.113.85']);
    await farRun.close();
  });

  test('by which a gateway moves into the new pool is named by the second look', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [five] });
    await near.untilCaughtUp();
    const spec = declare(subnet.id, fifteen);
    await applyWhile(await run.plan(spec), () =>
      neutron.query("UPDATE subnets SET gateway_ip = '203.0.113.80' WHERE id = ?", [subnet.id]),
    );
    expect((await run.plan(spec)).findings).toMatchObject([
      { reason: 'InvalidConfiguration', message: expect.stringContaining('203.0.113.80') as unknown },
    ]);
  });
});

describe('a session with a Galera node', () => {
  let admin: Connection;
  beforeEach(async () => {
    // A node that was desynced takes a moment to join.
    await near.untilSynced();
    await near.untilCaughtUp();
    admin = await near.connect();
  });
  const refusal = (message: RegExp, reason = 'TransientError'): unknown =>
    expect.objectContaining({ reason, message: expect.stringMatching(message) as unknown });
  /** Sets a global variable of the node while the work runs. */
  const withGlobal = async (assignment: string, back: string, work: () => Promise<void>): Promise<void> => {
    await admin.query(`SET GLOBAL ${assignment}`);
    try {
      await work();
    } finally {
      await admin.query(`SET GLOBAL ${back}`);
    }
  };

  test.each([
    ['reads', MysqlReader],
    ['writes', MysqlWriter],
  ])(
    'that %s waits for what the cluster has committed, and for whatever the server waits for anyway',
    async (_, Session) => {
      await withGlobal('wsrep_sync_wait = 8', 'wsrep_sync_wait = 0', async () => {
        const session = new Session(on(near));
        expect(await session.query('SELECT @@wsrep_sync_wait AS waits, @@group_concat_max_len AS bytes')).toEqual([
          { waits: 15, bytes: 67108864 },
        ]);
        expect(await session.cluster()).toEqual({ node: 'node1', size: 3 });
        await session.close();
      });
    },
  );

  test('is refused where the node is a donor or desynced', async () => {
    await withGlobal('wsrep_desync = ON', 'wsrep_desync = OFF', async () => {
      await expect(run.reader.query('SELECT 1')).rejects.toEqual(
        refusal(
          /is the node node1 of a Galera cluster and is out of step \(Donor\/Desynced, component Primary\), .*as "host"$/,
        ),
      );
    });
  });

  test('is refused where it would write to its own node alone', async () => {
    await withGlobal('wsrep_on = OFF', 'wsrep_on = ON', async () => {
      await expect(run.writer.query('SELECT 1')).rejects.toEqual(
        refusal(/wsrep_on is OFF there/, 'UnrecoverableError'),
      );
    });
  });

  test('is given up without another try where the node has fallen far behind', async () => {
    const waits = (time: string) => `wsrep_provider_options = 'repl.causal_read_timeout=${time}'`;
    const { catchUp } = await near.lag(far, schema);
    await withGlobal(waits('PT0.3S'), waits('PT30S'), async () => {
      const lagging = refusal(/node1 of a Galera cluster, and it has not applied what the cluster committed before/);
      await expect(run.reader.query('SELECT 1')).rejects.toEqual(lagging);
      await expect(run.reader.snapshot(() => Promise.resolve())).rejects.toEqual(lagging);
      await expect(run.writer.transaction(() => Promise.resolve())).rejects.toEqual(lagging);
    });
    // With the long time again: a loaded machine takes longer than the short one to catch up.
    await catchUp();
    expect(await run.writer.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('is refused where the node has lost the others', async () => {
    const alone = galera.nodes[2];
    await alone.isolate();
    await expect(new MysqlReader({ ...on(alone), schema: '' }).query('SELECT 1')).rejects.toEqual(
      refusal(/node3 of a Galera cluster and is out of step \(\w+, component non-Primary\)/),
    );
  });
});
