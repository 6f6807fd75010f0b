/** What `stackward trace server` reads of one server in Nova's tables, on a real MariaDB: the newest rows in the order of time, and whether there are more. */
import { MysqlReader, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { mostRows, readHistory } from '../../reports/trace/server/database-history';
import { startMariadb } from '../support/mariadb';
import { addTroubledServer, makeCell } from '../support/view-world';

async function historyOf(login: MysqlOptions): ReturnType<typeof readHistory> {
  const reader = new MysqlReader(login);
  try {
    const readers = { databases: new Map([['nova', {}]]), database: () => Promise.resolve(reader) };
    return await readHistory(readers as unknown as ReportReaders, 'u-web');
  } finally {
    await reader.close();
  }
}

test('of a server with more actions than are read the newest are told, with their events, and the table is named', async () => {
  const mariadb = await startMariadb();
  try {
    const root = await mariadb.connect();
    await makeCell(root, 'nova');
    const login = await mariadb.createUser('reader', 'nova', ['GRANT SELECT ON nova.*']);
    await addTroubledServer(root, 'nova', 'web');
    await root.query(
      `INSERT INTO instance_actions (instance_uuid, action, start_time)
         SELECT 'u-web', CONCAT('act', seq), DATE_ADD('2026-04-01', INTERVAL seq SECOND) FROM seq_1_to_${mostRows}`,
    );
    const history = await historyOf(login);
    expect(history?.cut).toEqual(['instance_actions']);
    expect(history?.actions).toHaveLength(mostRows);
    // The two oldest of all, `create` and `stop`, are left out.
    expect([history?.actions[0]?.action, history?.actions.at(-1)?.action]).toEqual(['act1', `act${mostRows}`]);
    expect(history?.faults).toMatchObject([{ host: 'cnode01', message: 'No valid host' }]);
    await root.query(`DELETE FROM instance_actions WHERE action LIKE 'act%'`);
    const rest = await historyOf(login);
    expect(rest?.cut).toEqual([]);
    expect(rest?.actions.map(({ action, events }) => [action, events?.length])).toEqual([
      ['create', 1],
      ['stop', 0],
    ]);
  } finally {
    await mariadb.stop();
  }
});
