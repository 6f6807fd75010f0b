/** What Nova's and Neutron's databases tell of servers that hang, by the documented grants, on a real MariaDB with the tables of several releases. */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { MysqlReader, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { DatabaseName, Readers, ReachableName } from '../../lib/contract/ports';
import { subjectOf } from '../../reports/heartbeats';
import { readPortRoom } from '../../reports/port-room-database';
import { sayRows } from '../../reports/server-hang/causes/rows';
import { readHidden, tellHidden } from '../../reports/server-hang/hidden-server';
import { mergeBeats, readNovaBeats, readNovaRecords } from '../../reports/server-hang/nova-database';
import { read, untried } from '../../reports/looked';
import { documentedDoctorGrants } from '../support/documented-grants';
import { CommandFolder } from '../support/command';
import { examine } from '../support/doctor-run';
import { PrivateCloud } from '../support/private-cloud';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles } from '../support/neutron-tables';

let mariadb: Mariadb;
let root: Connection;
const opened: MysqlReader[] = [];
beforeAll(async () => {
  mariadb = await startMariadb();
  root = await mariadb.connect();
});
afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
afterAll(() => mariadb.stop());

type Databases = Pick<Readers, 'database' | 'databases'>;

/** Each database by its own login. */
function reading(logins: Partial<Record<DatabaseName, MysqlOptions>>): Databases {
  const all = new Map(Object.entries(logins).map(([name, login]) => [`database:${name}`, login]));
  return {
    databases: new Set(Object.keys(logins) as ReachableName[]),
    database: (target) => {
      const database = new MysqlReader(all.get(target) as MysqlOptions);
      opened.push(database);
      return Promise.resolve(database);
    },
  };
}

/** With the documented grants, as far as the schema has the tables. */
async function account(era: 'icehouse' | 'zed', database: DatabaseName, schema: string): Promise<MysqlOptions> {
  const [rows] = await root.query<RowDataPacket[]>('SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?', [schema]); // prettier-ignore
  const tables = rows.map(({ name }) => `.\`${String(name)}\``);
  const grants = documentedDoctorGrants(era, database, schema);
  return mariadb.createUser(`r_${schema}`, schema, grants.filter((grant) => tables.some((table) => grant.endsWith(table)))); // prettier-ignore
}

const waiting = '6a0c5f0e-93c1-4a53-8a52-0c2d1f6a7b11';
const placed = waiting.replace('6a', '7b');
const lost = waiting.replace('6a', '8c');

describe('Zed', () => {
  let cell: MysqlOptions;
  let api: MysqlOptions;
  beforeAll(async () => {
    await mariadb.createSchema('zed', 'zed-nova.sql');
    await mariadb.createSchema('zed_api', 'zed-nova-api.sql', 'zed-nova-hosts.sql');
    [cell, api] = await Promise.all([account('zed', 'nova', 'zed'), account('zed', 'nova_api', 'zed_api')]);
    await root.query(`
      INSERT INTO zed_api.cell_mappings (id, uuid, name) VALUES (3, '${placed}', 'cell1');
      INSERT INTO zed_api.host_mappings (cell_id, host) VALUES (3, 'cnode01');
      INSERT INTO zed_api.build_requests (project_id, instance_uuid) VALUES ('p1', '${waiting}');
      INSERT INTO zed_api.instance_mappings (instance_uuid, cell_id, project_id) VALUES ('${waiting}', NULL, 'p1'), ('${placed}', 3, 'p1');
      INSERT INTO zed.services (\`binary\`, host, report_count, disabled, deleted, last_seen_up, updated_at, forced_down, disabled_reason) VALUES
        ('nova-compute', 'cnode01', 7, 0, 0, UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, NULL),
        ('nova-compute', 'cnode02', 7, 1, 0, UTC_TIMESTAMP() - INTERVAL 10 MINUTE, UTC_TIMESTAMP(), 0, 'new mainboard'),
        ('nova-compute', 'cnode03', 7, 0, 0, UTC_TIMESTAMP(), UTC_TIMESTAMP(), 1, NULL),
        ('nova-compute', 'cnode04', 7, 0, 4, UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, NULL),
        ('nova-conductor', 'ctl1', 7, 0, 0, UTC_TIMESTAMP() + INTERVAL 10 MINUTE, UTC_TIMESTAMP(), 0, NULL)`);
  });

  test('a request that no conductor took, one that came to a cell, and a server without a mapping are told apart', async () => {
    const recordOf = await readNovaRecords(reading({ nova: cell, nova_api: api }), [waiting, placed, lost]);
    expect([waiting, placed, lost].map((id) => recordOf(id).cell)).toEqual([
      read({ is: 'no cell yet' }),
      read({ is: 'cell', name: 'cell1' }),
      read({ is: 'unmapped' }),
    ]);
    expect([waiting, placed].map((id) => recordOf(id).isRequested)).toEqual([read(true), read(false)]);
    expect(recordOf(placed).mappedHosts).toEqual(read(new Set(['cnode01'])));
  });

  test('heartbeats are judged by last_seen_up and the clock of the database, in one look', async () => {
    const pause = jest.fn(() => Promise.resolve());
    const looked = await readNovaBeats(reading({ nova: cell }), pause);
    const { beats, column } = looked.isRead ? looked.value : { beats: [], column: looked.why };
    expect([column, pause.mock.calls.length]).toEqual(['last_seen_up', 0]);
    expect(beats.map((beat) => [subjectOf(beat), beat.isUp, beat.isEnabled, beat.writtenBy])).toEqual([
      ['nova-compute on cnode01', true, true, 'conductor'],
      ['nova-compute on cnode02', false, false, 'conductor'],
      ['nova-compute on cnode03', false, true, 'conductor'],
      ['nova-conductor on ctl1', false, true, 'its own host'],
    ]);
    expect(beats.find(({ name }) => name === 'nova-conductor')?.ageSeconds).toBeLessThan(-500);
    const merged = mergeBeats(untried('the list was refused'), looked);
    expect([merged.isWhole, merged.services.isRead && merged.services.value.length]).toEqual([false, 4]);
  });

  test('a server without a mapping is found by id or name in the database, and a mapped or a deleted one is not', async () => {
    const values = [lost, placed, waiting].map((id, index) => `('${id}', 'utm-${index}', 'active', ${index === 2 ? 9 : 0}, 'cnode01')`); // prettier-ignore
    await root.query(`INSERT INTO zed.instances (uuid, display_name, vm_state, deleted, host) VALUES ${values.join(', ')}`);
    const readers = reading({ nova: cell, nova_api: api });
    for (const name of [lost, 'utm-0']) {
      const found = await readHidden(readers, name);
      expect(found.map(({ id, state }) => [id, state])).toEqual([[lost, 'active, on cnode01']]);
      expect(found.map(tellHidden)).toMatchObject([
        { found: "Nova's API does not find it, because its cell mapping is missing: nova_api.instance_mappings has no row of it." },
      ]);
    }
    for (const name of [placed, 'utm-1', 'utm-2', "'; DROP TABLE instances; --"]) expect(await readHidden(readers, name)).toEqual([]);
    const [unsure] = await readHidden(reading({ nova: cell }), lost);
    expect(unsure && tellHidden(unsure).evidence).toContain('nova_api was not looked at (stackward.yaml names no database nova_api)');
  }); // prettier-ignore

  test('a database that is not named, and a table without a grant, are not looked at, each with its reason', async () => {
    const unnamed = (await readNovaRecords(reading({ nova: cell }), [waiting]))(waiting);
    expect(unnamed.cell).toEqual(untried('stackward.yaml names no database nova_api'));
    expect(await readNovaBeats(reading({ nova_api: api }), () => Promise.resolve())).toEqual(untried('stackward.yaml names no database nova')); // prettier-ignore
    const poor = await mariadb.createUser('poor', 'zed_api', ['GRANT SELECT (instance_uuid, cell_id) ON zed_api.instance_mappings']); // prettier-ignore
    const record = (await readNovaRecords(reading({ nova: cell, nova_api: poor }), [waiting]))(waiting);
    expect([record.cell, record.isRequested, record.mappedHosts]).toEqual([
      read({ is: 'no cell yet' }),
      expect.objectContaining({ why: 'nova_api shows this account no build_requests.instance_uuid' }),
      expect.objectContaining({ why: 'nova_api shows this account no host_mappings.host' }),
    ]);
  });
});

test('the command: where Nova hides its services the rows of the database are judged, and what they lack is not ruled out', async () => {
  const cloud = await PrivateCloud.start();
  const folder = new CommandFolder({ OS_CLOUD: 'private', PASSWORD: mariadb.root.password });
  const login = (schema: string) => ({ host: '127.0.0.1', port: mariadb.root.port, user: 'root', password: '${PASSWORD}', schema, tls: 'off' }); // prettier-ignore
  try {
    cloud.nova = [];
    cloud.servers = [{ id: waiting, name: 'utm-1', tenant_id: 'p1', status: 'BUILD', created: new Date(Date.now() - 1_500_000).toISOString().slice(0, 19) + 'Z', 'OS-EXT-STS:task_state': 'scheduling', image: '', flavor: { id: 'f1' } }]; // prettier-ignore
    folder.write('clouds.yaml', cloud.clouds());
    folder.write('stackward.yaml', { databases: { nova: login('zed'), nova_api: login('zed_api') } });
    const { code, results } = await examine(folder, 'doctor', '--server', waiting);
    const [told] = results;
    expect([code, told?.found, told?.evidence]).toEqual([
      2,
      expect.stringContaining('The message to nova-conductor or nova-scheduler did not arrive'),
      expect.arrayContaining(['nova_api.build_requests still has its request', 'nova_api.instance_mappings gives it no cell: no conductor has had it']), // prettier-ignore
    ]);
    const [notLookedAt = ''] = told?.besides ?? [];
    expect(notLookedAt).toMatch(/^Not looked at: no nova-conductor or no nova-scheduler is alive \(the databases that stackward\.yaml names have no nova-scheduler/); // prettier-ignore
    expect(notLookedAt).toContain('nobody takes from a queue that its message needs (stackward.yaml names no broker)');
  } finally {
    folder.remove();
    await cloud.stop();
  }
});

test('Icehouse: a dead service whose row somebody touched is told by its count of reports, and cells are not asked for', async () => {
  await mariadb.createSchema('ice', 'icehouse-nova.sql');
  const login = await account('icehouse', 'nova', 'ice');
  await root.query(`INSERT INTO ice.services (\`binary\`, host, report_count, disabled, deleted, updated_at) VALUES
    ('nova-compute', 'cnode01', 7, 0, 0, UTC_TIMESTAMP()), ('nova-compute', 'cnode02', 7, 0, 0, UTC_TIMESTAMP())`);
  const pause = async () => void (await root.query(`UPDATE ice.services SET report_count = 8 WHERE host = 'cnode01'`));
  const looked = await readNovaBeats(reading({ nova: login }), pause);
  expect(looked.isRead && [looked.value.column, [...looked.value.moved]]).toEqual(['updated_at', [['nova-compute on cnode01', true], ['nova-compute on cnode02', false]]]); // prettier-ignore
  const told = looked.isRead ? read(looked.value.beats) : looked;
  const { services } = mergeBeats(told, looked);
  expect(services.isRead && services.value.map(({ isUp, hasMoved }) => [isUp, hasMoved])).toEqual([
    [true, undefined],
    [false, false],
  ]);
  const record = (await readNovaRecords(reading({ nova: login }), [waiting]))(waiting);
  expect(record.cell).toEqual(untried('this release has no cells'));
});

test('Icehouse: of services that are all down nobody says that they moved, and a server that the API hides is no fault', async () => {
  await mariadb.createSchema('cold', 'icehouse-nova.sql');
  const login = await account('icehouse', 'nova', 'cold');
  await root.query(`INSERT INTO cold.services (\`binary\`, host, report_count, disabled, deleted, updated_at) VALUES
    ('nova-conductor', 'ctl1', 7, 0, 0, '2014-10-10 00:00:00')`);
  const pause = jest.fn(() => Promise.resolve());
  const rows = await readNovaBeats(reading({ nova: login }), pause);
  expect(pause).not.toHaveBeenCalled();
  expect(sayRows({ rows }, { name: 'nova-conductor', host: 'ctl1' })).toEqual([
    expect.stringContaining('updated_at is '),
    'its report_count was not read twice; updated_at is written by enabling and disabling as well',
  ]);
  await root.query(`INSERT INTO cold.instances (uuid, display_name, vm_state, deleted, host) VALUES ('${lost}', 'utm-0', 'active', 0, 'cnode01')`); // prettier-ignore
  expect(await readHidden(reading({ nova: login }), lost)).toEqual([]);
});

describe.each<['icehouse' | 'zed', string]>([
  ['icehouse', 'tenant_id'],
  ['zed', 'project_id'],
])('%s', (era, project) => {
  test('quotas of ports and pools are told by the tables of Neutron, and a default quota is not', async () => {
    const schema = `room_${era}`;
    await mariadb.createSchema(schema, ...schemaFiles[era]);
    const connection = await mariadb.connect(schema);
    await connection.query(
      `CREATE TABLE quotas (id varchar(36) PRIMARY KEY, ${project} varchar(255), resource varchar(255), \`limit\` int)`,
    );
    await connection.query(`INSERT INTO quotas VALUES ('a', 'p1', 'port', 2), ('b', 'p1', 'network', 9), ('c', 'p3', 'port', 0)`); // prettier-ignore
    const tables = new NeutronTables(connection, era);
    const { id, networkId } = await tables.subnet({ cidr: '10.0.0.0/24', pools: [['10.0.0.10', '10.0.0.12']], used: ['10.0.0.10', '10.0.0.11', '10.0.0.200'] }); // prettier-ignore
    await connection.query(`UPDATE ports SET ${project} = 'p1' ORDER BY id LIMIT 2`);
    await connection.query(`UPDATE ports SET ${project} = 'p2' WHERE ${project} IS NULL OR ${project} <> 'p1'`);
    const login = await account(era, 'neutron', schema);
    const room = await readPortRoom(reading({ neutron: login }));
    expect(room).toEqual(read({ quotas: expect.anything() as never, pools: [{ subnetId: id, networkId, name: expect.any(String) as string, total: 3, used: 2 }] })); // prettier-ignore
    const quotas = room?.isRead === true ? [...room.value.quotas] : [];
    expect(quotas.sort((a, b) => a.projectId.localeCompare(b.projectId))).toEqual([
      { projectId: 'p1', used: 2, limit: 2 },
      { projectId: 'p2', used: 1 },
      { projectId: 'p3', used: 0, limit: 0 },
    ]);
  });
});

test('a database of Neutron that nobody names is undefined, so that the reason of the API stands', async () => {
  expect(await readPortRoom(reading({}))).toBeUndefined();
});
