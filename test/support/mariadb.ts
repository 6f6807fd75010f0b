/**
 * A private MariaDB in a temporary folder on a separate port. It touches nothing of the machine's own server. It starts
 * in about a second, and dies with the process that started it (`setpriv --pdeathsig`).
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import { freePort } from './free-port';
import { keepFolder } from './keep-folder';

const server = '/usr/sbin/mariadbd';

/** Why no MariaDB can run on this machine; undefined if one can. */
export const mariadbMissing = existsSync(server)
  ? undefined
  : `${server} is not there: install the Debian package mariadb-server`;

export interface Mariadb {
  readonly folder: string;
  /** How its superuser logs in. */
  readonly root: MysqlOptions;
  /** A connection of the superuser that may send several statements at once; closed by `stop`. */
  connect(schema?: string): Promise<Connection>;
  /** Makes a schema from files of test/fixtures/schema and says how to log in to it as `root`. */
  createSchema(name: string, ...files: string[]): Promise<MysqlOptions>;
  /** An account with only these grants, on `schema`. */
  createUser(name: string, schema: string, grants: readonly string[]): Promise<MysqlOptions>;
  stop(): Promise<void>;
}

const innodb = ['--innodb-log-file-size=4M', '--innodb-data-file-path=ibdata1:10M:autoextend'];

/**
 * The data folder of a new server. It is made once for each version of the server, because that takes as long as all that most
 * suites do with it.
 */
function emptyData(user: readonly string[]): string {
  const made = join(tmpdir(), `stackward-mariadb-data-${statSync(server).mtimeMs}`);
  if (existsSync(made)) return made;
  const making = mkdtempSync(`${made}.`);
  const data = join(making, 'data');
  const install = ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--auth-root-authentication-method=normal'];
  execFileSync('mariadb-install-db', [...install, ...user, ...innodb], { stdio: 'pipe', env: { ...process.env, TMPDIR: making } }); // prettier-ignore
  keepFolder(data, made);
  rmSync(making, { recursive: true });
  return made;
}

/**
 * @param more further options of mariadbd, such as `--ssl-cert=…`
 * @param env further variables of its environment
 */
export async function startMariadb(
  more: (folder: string) => readonly string[] = () => [],
  env: Readonly<Record<string, string>> = {},
): Promise<Mariadb> {
  if (mariadbMissing !== undefined) throw new Error(mariadbMissing);
  const folder = mkdtempSync(join(tmpdir(), 'stackward-mariadb-'));
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  // A starting server deletes every `#sql…` file in its temporary folder. In a shared folder these would belong to
  // another server.
  const own = { ...process.env, TMPDIR: folder };
  cpSync(emptyData(user), data, { recursive: true });

  const password = randomBytes(12).toString('hex');
  // One statement a line, because the server reads this file line by line.
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    `CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n`,
    { mode: 0o600 },
  );
  const port = await freePort();
  const log = join(folder, 'log.err');
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', '--', server, '--no-defaults', `--datadir=${data}`, ...user, ...innodb],
      ...[`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`, `--log-error=${log}`],
      ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', `--init-file=${init}`],
      ...['--innodb-buffer-pool-size=32M', '--innodb-flush-log-at-trx-commit=0', '--skip-log-bin'],
      ...['--performance-schema=OFF', '--innodb-buffer-pool-load-at-startup=0', ...more(folder)],
    ],
    { stdio: 'ignore', env: { ...own, ...env } },
  );
  const root: MysqlOptions = { host: '127.0.0.1', port, user: 'root', password, schema: '', tls: 'off' };
  return answered(await untilItAnswers(child, root, log), { child, folder, root });
}

async function untilItAnswers(child: ChildProcess, root: MysqlOptions, log: string): Promise<Connection> {
  for (const deadline = Date.now() + 60_000; ;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`mariadbd ended while starting:\n${readFileSync(log, 'utf8')}`);
    try {
      return await open(root, '');
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(30);
    }
  }
}

function answered(first: Connection, server: { child: ChildProcess; folder: string; root: MysqlOptions }): Mariadb {
  const { child, folder, root } = server;
  const opened = [first];
  return {
    folder,
    root,
    async connect(schema = '') {
      const connection = await open(root, schema);
      opened.push(connection);
      return connection;
    },
    async createSchema(name, ...files) {
      await first.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8; USE \`${name}\``);
      for (const file of files) await first.query(readFileSync(join(__dirname, '../fixtures/schema', file), 'utf8'));
      return { ...root, schema: name };
    },
    async createUser(name, schema, grants) {
      const password = randomBytes(12).toString('hex');
      await first.query(`CREATE USER '${name}'@'127.0.0.1' IDENTIFIED BY '${password}'`);
      for (const grant of grants) await first.query(`${grant} TO '${name}'@'127.0.0.1'`);
      return { ...root, user: name, password, schema };
    },
    async stop() {
      for (const connection of opened) connection.destroy();
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function open(root: MysqlOptions, database: string): Promise<Connection> {
  const { host, port, user, password } = root;
  return createConnection({ host, port, user, password, database, multipleStatements: true });
}
