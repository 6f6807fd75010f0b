/**
 * Three nodes of Galera on loopback, in a temporary folder and on free ports. They run as the user mysql, since root's rsync
 * can't hand the data over. They die with the process that started them.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import { freePort } from './free-port';

const provider = '/usr/lib/galera/libgalera_smm.so';
const asMysql = ['--reuid=mysql', '--regid=mysql', '--clear-groups', '--pdeathsig=KILL', '--'];
const innodb = ['--innodb-log-file-size=4M', '--innodb-data-file-path=ibdata1:10M:autoextend'];

interface Ports {
  readonly mysql: number;
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

export class GaleraNode {
  readonly #opened: Connection[] = [];

  constructor(
    readonly name: string,
    readonly root: MysqlOptions,
    private readonly child: ChildProcess,
    private readonly log: string,
  ) {}

  /** A connection of the superuser that may send several statements at once; closed by `stop`. */
  async connect(schema = ''): Promise<Connection> {
    const { host, port, user, password } = this.root;
    const connection = await createConnection({
      host,
      port,
      user,
      password,
      database: schema,
      multipleStatements: true,
    });
    this.#opened.push(connection);
    return connection;
  }

  /** Waits until the node is a member of the cluster and takes statements. */
  async untilSynced(): Promise<void> {
    for (const deadline = Date.now() + 240_000; ;) {
      const state = await this.state().catch(() => 'no answer');
      if (state === 'Synced') return;
      if (this.child.exitCode !== null || this.child.signalCode !== null || Date.now() > deadline)
        throw new Error(`${this.name} is ${state}:\n${readFileSync(this.log, 'utf8')}`);
      await sleep(50);
    }
  }

  async state(): Promise<string> {
    const connection = await this.connect();
    const [rows] = await connection.query<RowDataPacket[]>("SHOW STATUS LIKE 'wsrep_local_state_comment'");
    return String(rows[0]?.['Value']);
  }

  /**
   * Makes the node fall behind: its applier waits for a table until `catchUp`. Local statements on other tables still
   * work.
   */
  async lag(behind: GaleraNode, schema: string): Promise<{ catchUp(): Promise<void> }> {
    const [holder, writer] = [await this.connect(schema), await behind.connect(schema)];
    await holder.query('LOCK TABLES held_up WRITE');
    await writer.query('INSERT INTO held_up VALUES (1)');
    return { catchUp: async () => void (await holder.query('UNLOCK TABLES')) };
  }

  /** Waits until the node has applied everything that the cluster has committed. */
  async untilCaughtUp(): Promise<void> {
    const connection = await this.connect();
    await connection.query('SET SESSION wsrep_sync_wait = 7; SELECT 1');
  }

  /** Waits until the work has ended, or until it waits for the applier: then its session stays in one statement. */
  async untilHeldUp(schema: string, work: Promise<unknown>): Promise<void> {
    const connection = await this.connect();
    let isOver = false;
    const over = (): boolean => (isOver = true);
    work.then(over, over);
    while (!isOver) {
      const [rows] = await connection.query<RowDataPacket[]>(
        "SELECT id FROM information_schema.processlist WHERE db = ? AND command = 'Query' AND time_ms > 200",
        [schema],
      );
      if (rows.length > 0) return;
      await sleep(20);
    }
  }

  /** Cuts the node off from the others for good. */
  async isolate(): Promise<void> {
    const connection = await this.connect();
    for (const option of ['evs.suspect_timeout=PT1S', 'evs.inactive_timeout=PT1S', 'gmcast.isolate=1'])
      await connection.query('SET GLOBAL wsrep_provider_options = ?', [option]);
    for (;;) {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW STATUS LIKE 'wsrep_cluster_status'");
      if (rows[0]?.['Value'] !== 'Primary') return;
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    for (const connection of this.#opened) connection.destroy();
    this.child.kill('SIGKILL');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
}

export interface Galera {
  readonly nodes: readonly [GaleraNode, GaleraNode, GaleraNode];
  stop(): Promise<void>;
}

export async function startGalera(): Promise<Galera> {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-galera-'));
  const password = randomBytes(12).toString('hex');
  const init = `CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n`;
  writeFileSync(join(folder, 'init.sql'), init, { mode: 0o600 });
  execFileSync('chown', ['-R', 'mysql', folder]);
  const ports: Ports[] = [];
  for (let node = 0; node < 3; node += 1)
    ports.push({ mysql: await freePort(), group: await freePort(), ist: await freePort(), sst: await freePort() });
  const start = (number: number, more: readonly string[] = []): GaleraNode => {
    const name = `node${number + 1}`;
    const home = join(folder, name);
    const { mysql, group, ist, sst } = ports[number]!;
    const members = ports.slice(0, Math.min(number, 1)).map((nodePorts) => `127.0.0.1:${nodePorts.group}`);
    const child = spawn(
      'setpriv',
      [
        ...asMysql,
        '/usr/sbin/mariadbd',
        ...optionsOf(home, mysql),
        ...more,
        ...wsrepOptions(name, members, { group, ist, sst }, home),
      ],
      { stdio: 'ignore', env: { ...process.env, TMPDIR: home } },
    );
    const root: MysqlOptions = { host: '127.0.0.1', port: mysql, user: 'root', password, schema: '', tls: 'off' };
    return new GaleraNode(name, root, child, join(home, 'log.err'));
  };
  const nodes: GaleraNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const number of ports.keys()) makeData(join(folder, `node${number + 1}`), number === 0);
    const first = start(0, [`--init-file=${folder}/init.sql`]);
    nodes.push(first);
    await first.untilSynced();
    const [second, third] = [start(1), start(2)];
    nodes.push(second, third);
    await Promise.all([second.untilSynced(), third.untilSynced()]);
    return { nodes: [first, second, third], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function makeData(home: string, isFirst: boolean): void {
  execFileSync('install', ['-d', '-o', 'mysql', home, join(home, 'data')]);
  // The others are sent theirs.
  if (!isFirst) return;
  const install = [
    '--no-defaults',
    `--datadir=${home}/data`,
    '--skip-test-db',
    '--auth-root-authentication-method=normal',
  ];
  execFileSync('mariadb-install-db', [...install, '--user=mysql', ...innodb], {
    stdio: 'pipe',
    env: { ...process.env, TMPDIR: home },
  });
}

const optionsOf = (home: string, port: number): string[] => [
  ...['--no-defaults', `--datadir=${home}/data`, ...innodb, `--socket=${home}/socket`, `--pid-file=${home}/pid`],
  ...[`--log-error=${home}/log.err`, `--tmpdir=${home}`, `--port=${port}`, '--bind-address=127.0.0.1'],
  ...[
    '--skip-name-resolve',
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    '--innodb-flush-log-at-trx-commit=0',
  ],
  ...['--innodb-buffer-pool-size=32M', '--innodb-buffer-pool-load-at-startup=0', '--performance-schema=OFF'],
];

const wsrepOptions = (
  name: string,
  members: readonly string[],
  { group, ist, sst }: Omit<Ports, 'mysql'>,
  home: string,
): string[] => [
  ...['--wsrep-on=ON', `--wsrep-provider=${provider}`, '--wsrep-cluster-name=stackward', `--wsrep-node-name=${name}`],
  ...[`--wsrep-cluster-address=gcomm://${members.join(',')}`, `--wsrep-node-address=127.0.0.1:${group}`],
  ...['--wsrep-sst-method=rsync', `--wsrep-sst-receive-address=127.0.0.1:${sst}`],
  `--wsrep-provider-options=base_port=${group};gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${ist};gcache.size=16M;gcache.dir=${home}/data`,
];
