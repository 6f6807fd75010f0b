/** Databases as the pages of kinds show them: Neutron's of Icehouse with one subnet, and Nova's with one server. */
import { execFileSync } from 'node:child_process';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { apply, plan } from '../../lib/run/engine';
import type { Manifest } from '../../lib/contract/manifest';
import { renderPlan } from '../../lib/render/text';
import { kinds } from '../../reconcilers/registry';
import { startMariadb, type Mariadb } from './mariadb';
import { memoryReaders, memoryWriters } from './memory-kind';
import { NeutronTables, schemaFiles } from './neutron-tables';
import { addTroubledServer, makeCell } from './view-world';

export class PageDatabase {
  private constructor(
    private readonly mariadb: Mariadb,
    private readonly login: MysqlOptions,
  ) {}

  static async withSubnet(subnetId: string): Promise<PageDatabase> {
    const mariadb = await startMariadb();
    const login = await mariadb.createSchema('neutron', ...schemaFiles.icehouse);
    const tables = new NeutronTables(await mariadb.connect('neutron'), 'icehouse');
    await tables.subnet({
      id: subnetId,
      cidr: '203.0.113.64/26',
      gateway: '203.0.113.65',
      pools: [['203.0.113.71', '203.0.113.75']],
      used: ['203.0.113.71', '203.0.113.73'],
    });
    return new PageDatabase(mariadb, login);
  }

  static async withServer(): Promise<PageDatabase> {
    const mariadb = await startMariadb();
    const login = await mariadb.createSchema('stackward');
    const connection = await mariadb.connect();
    await makeCell(connection, 'nova');
    await addTroubledServer(connection, 'nova', 'jingoo_utm');
    const [account, host] = ['stackward', '127.0.0.1'];
    await connection.query(
      `CREATE USER ${account}@'${host}' IDENTIFIED BY 'page'; GRANT ALL ON *.* TO ${account}@'${host}'`,
    );
    return new PageDatabase(mariadb, { ...login, user: account, password: 'page' });
  }

  /** The output of a shell there, in which `mysql` needs no password. */
  shell(line: string): string {
    const { host, port, user, password } = this.login;
    const client = `mysql() { command mysql --no-defaults --host=${host} --port=${port} --user=${user} "$@"; }`;
    const env = { ...process.env, MYSQL_PWD: password };
    return execFileSync('sh', ['-ec', `${client}\n${line}`], { encoding: 'utf8', env });
  }

  async planAndApply(manifests: readonly Manifest[]): Promise<string> {
    const reader = new MysqlReader(this.login);
    const writer = new MysqlWriter(this.login);
    const databases = new Set(this.login.schema === 'stackward' ? (['stackward'] as const) : []);
    const readers = { ...memoryReaders, databases, database: () => Promise.resolve(reader) };
    const writers = { ...memoryWriters, database: () => Promise.resolve(writer) };
    try {
      const planned = await plan(manifests, kinds, readers);
      const report = await apply(planned, kinds, manifests, readers, writers);
      expect([...planned.problems, ...report.problems]).toEqual([]);
      return renderPlan(planned);
    } finally {
      await Promise.all([reader.close(), writer.close()]);
    }
  }

  stop(): Promise<void> {
    return this.mariadb.stop();
  }
}
