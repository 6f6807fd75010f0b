/** The rows of `vw_inventory` are those of `stackward inventory`, on the databases of several eras. */
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { databaseNames, type DatabaseName } from '../../lib/contract/ports';
import type { Value } from '../../lib/inventory/column';
import { columns } from '../../lib/inventory/columns';
import { cutList } from '../../lib/views/part';
import { seeSchemas, type SchemaNames } from '../../lib/views/schemas';
import { makeView, viewStatement } from '../../lib/views/views';
import { choose, takeInventory } from '../../reports/inventory/report';
import { InventoryTables } from '../support/inventory-tables';
import { inventoryEras, makeWorld, type InventoryEra } from '../support/inventory-world';
import { startMariadb, type Mariadb } from '../support/mariadb';

let mariadb: Mariadb;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

/** As the view has it. */
function textOf(value: Value): string | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString().slice(0, 19).replace('T', ' ');
  if (typeof value !== 'object') return String(value);
  const pairs = (record: object, between: string): string =>
    Object.entries(record)
      .map(([key, part]) => `${key}=${part ?? '-'}`)
      .join(between);
  if (!Array.isArray(value)) return pairs(value, ', ');
  return value.map((item: string | object) => (typeof item === 'string' ? item : pairs(item, ' '))).join(', ');
}

/** Makes the view in its schema, of these schemas of services. */
async function makeInventory(own: MysqlOptions, names: SchemaNames) {
  const writer = new MysqlWriter(own);
  const [server] = await writer.query<{ version: string }>('SELECT VERSION() AS version');
  const seen = await seeSchemas(
    writer,
    server?.version ?? '',
    Object.values(names).filter((name) => name !== undefined),
  );
  const made = makeView('vw_inventory', { schemas: names, vcpuRatio: 5 }, seen);
  if ('missing' in made) throw new Error(made.missing.join(', '));
  await writer.define(viewStatement({ schema: own.schema, view: 'vw_inventory', replaces: true }, made, 'test'));
  await writer.close();
  return made;
}

async function madeFor(era: InventoryEra) {
  const tables = await InventoryTables.make(mariadb, era, `${era}_`);
  await tables.fill(makeWorld(60, 6, era));
  const names = Object.fromEntries(databaseNames.map((name) => [name, `${era}_${name}`]));
  const root = await mariadb.connect();
  // A server that has reached no cell is a JSON, which no view takes apart.
  if (era === 'zed') await root.query('DELETE FROM zed_nova_api.build_requests');
  const own = await mariadb.createSchema(`${era}_stackward`);
  // Installers gave the schemas of the services different collations.
  const attachments = era === 'icehouse' ? 'volumes' : 'volume_attachment';
  for (const [table, column, charset] of [
    [`cinder.${attachments}`, 'instance_uuid VARCHAR(36)', 'utf8'],
    ['cinder.quotas', 'project_id VARCHAR(255)', 'utf8'],
    ['cinder.quota_usages', 'project_id VARCHAR(255)', 'utf8'],
    ['neutron.ports', 'device_id VARCHAR(255)', 'utf8mb4'],
  ] as const)
    await root.query(
      `ALTER TABLE ${era}_${table} MODIFY ${column} CHARACTER SET ${charset} COLLATE ${charset}_unicode_ci`,
    );
  const made = await makeInventory(own, names);
  return { tables, own, made };
}

async function reportOf(tables: InventoryTables, era: InventoryEra) {
  const names = tables.databases as readonly DatabaseName[];
  const opened = new Map(names.map((name) => [name, new MysqlReader({ ...mariadb.root, schema: `${era}_${name}` })]));
  const readers = {
    databases: new Set(names),
    database: (target: string) => Promise.resolve(opened.get(target.slice('database:'.length) as DatabaseName)!),
    inventory: () => Promise.reject(new Error('no API here')),
  };
  const { rows } = await takeInventory(readers, choose({ where: [], vcpuRatio: '5' }, columns));
  await Promise.all([...opened.values()].map((reader) => reader.close()));
  return rows;
}

test.each(inventoryEras)(
  '%s: each row of the view is that of the report, column by column (cases 0919 c, 1012)',
  async (era) => {
    const { tables, own, made } = await madeFor(era);
    const rows = await reportOf(tables, era);
    const expected = rows.map((row) =>
      Object.fromEntries(columns.map((column) => [column.name, textOf(row.valueOf(column))])),
    );
    const reader = new MysqlReader(own);
    const found = (await reader.query<Record<string, unknown>>('SELECT * FROM vw_inventory')).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value as string)]),
      ),
    );
    const byId = (all: readonly Record<string, string | null>[]) =>
      [...all].sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
    expect(found.length).toBeGreaterThan(50);
    expect(byId(found)).toEqual(byId(expected));
    const empty = made.empty.join().split(' stay empty')[0]?.split(', ') ?? [];
    expect(made.columns.filter((name) => found.some((row) => row[name] !== null) && empty.includes(name))).toEqual([]);

    // No list is cut without a word where the reader's own session would cut it.
    const root = await mariadb.connect(own.schema);
    await root.query('SET SESSION group_concat_max_len = 64');
    const [cut] = (await root.query('SELECT * FROM vw_inventory')) as unknown as [Record<string, unknown>[]];
    for (const row of cut) {
      const whole = found.find(({ id }) => id === row['id']);
      for (const name of ['macs', 'ips', 'system_metadata', 'volumes'])
        expect([whole?.[name] ?? null, cutList]).toContain(row[name]);
    }
    expect(cut.some(({ macs }) => macs === cutList)).toBe(true);
    await reader.close();
  },
);

test('icehouse: no column of the view reads all ports where ports.device_id has an index', async () => {
  const view = await mariadb.connect('icehouse_stackward');
  const neutron = await mariadb.connect('icehouse_neutron');
  const rowsRead = async (): Promise<number> => {
    await view.query('FLUSH STATUS');
    const [servers] = (await view.query('SELECT * FROM vw_inventory')) as unknown as [unknown[]];
    expect(servers.length).toBeGreaterThan(50);
    const [counts] = await view.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return (counts as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
  };
  const addPorts = (first: number) =>
    neutron.query(
      'INSERT INTO ports (id, network_id, mac_address, admin_state_up, status, device_id, device_owner) ' +
        `SELECT CONCAT('further ', n), (SELECT MIN(id) FROM networks), CONCAT('further ', n), 1, 'ACTIVE', CONCAT('another ', n), 'compute:nova' FROM (SELECT ${first} + seq AS n FROM seq_1_to_100) numbers`,
    );

  const before = await rowsRead();
  await addPorts(0);
  // Each of at least nine columns of more than 50 servers reads the 100 further ports.
  expect((await rowsRead()) - before).toBeGreaterThanOrEqual(100 * 9 * 50);

  await neutron.query('CREATE INDEX stackward_device ON ports (device_id)');
  const withIndex = await rowsRead();
  await addPorts(100);
  // A single column of a single server would read the 100 further ports. (A changed table has statistics to be read.)
  expect(Math.abs((await rowsRead()) - withIndex)).toBeLessThan(100);
});

describe('servers of a project are counted only where the view reads all cells', () => {
  const names = Object.fromEntries(databaseNames.map((name) => [name, `zed_${name}`]));
  const counts = ['used_instances', 'used_cores', 'used_ram_mib'];
  const counted = async (own: MysqlOptions): Promise<unknown[]> => {
    const connection = await mariadb.connect(own.schema);
    const [rows] = await connection.query(
      `SELECT DISTINCT ${counts.map((name) => `${name} IS NULL AS ${name}`).join()} FROM vw_inventory`,
    );
    return rows as unknown[];
  };
  const all = (isNull: number) => [Object.fromEntries(counts.map((name) => [name, isNull]))];

  test.each(['nova_cell0', 'nova_api'] as const)(
    'without %s the counts are empty, and the plan says so',
    async (left) => {
      const own = await mariadb.createSchema(`without_${left}`);
      const made = await makeInventory(own, { ...names, [left]: 'no_such_schema' });
      expect(await counted(own)).toEqual(all(1));
      const [said = ''] = made.empty;
      for (const name of counts) expect(said.split(' stay empty')[0]).toContain(name);
      expect(said).toMatch(left === 'nova_cell0' ? /no_such_schema\.instances/ : /no_such_schema\.instance_mappings/);
    },
  );

  test('a server in a cell that the view does not read empties the counts', async () => {
    const own = await mariadb.createSchema('further_cell');
    await makeInventory(own, names);
    expect(await counted(own)).toEqual(all(0));
    const root = await mariadb.connect('zed_nova_api');
    await root.query(
      "SET foreign_key_checks = 0; INSERT INTO cell_mappings (id, uuid, name) VALUES (77, 'cell-77', 'far'); INSERT INTO instance_mappings (instance_uuid, cell_id, project_id) VALUES ('far', 77, 'p')",
    );
    expect(await counted(own)).toEqual(all(1));
  });
});
