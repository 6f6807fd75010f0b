/**
 * `SqlReader` and `SqlWriter` over mysql2, for MySQL 5.5 to 8.4, MariaDB and Galera.
 *
 * One connection is opened at the first statement, and again after it was lost. Statements that are asked meanwhile
 * wait their turn. Syntax newer than MySQL 5.5's is used only with a fallback. Values travel inside the statement,
 * escaped by mysql2, because a server-side prepare costs a round trip each. Tested on MariaDB 10.11
 * (test/contract/sql-mysql.test.ts).
 */
import { defined } from '../../lib/basics/defined';
import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ConnectionOptions, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Cluster, SqlQuery, SqlReader, SqlTransaction, SqlValue, SqlWriter } from '../../lib/contract/ports';
import { greetingOf } from '../../lib/net/greeting';
import {
  connectError,
  heldDefinition,
  isConnectionLost,
  isLockWaitTimeout,
  isWorthAnotherTry,
  NoMysql,
  queryError,
  unknownOutcome,
  type Stage,
} from './mysql-errors';
import { UncheckedKeys } from './mysql-keys';
import { mysqlLimits, withinLimits, type MysqlLimits } from './mysql-limits';
import { lagError, prepare, type Access } from './mysql-settings';
import { openConnection, type TlsOptions } from './mysql-tls';
import { NotConnected, troubleOf } from './mysql-trouble';
import { checkedRows, checkedValues } from './mysql-values';

export type { TlsOptions } from './mysql-tls';

export interface MysqlOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly schema: string;
  readonly tls: 'off' | TlsOptions;
}

const attempts = 5;

/**
 * The socket is kept beside the connection because mysql2's `destroy` only stops sending: a server that never closes
 * its end would keep the process alive.
 */
interface Session {
  readonly connection: Connection;
  readonly socket: Socket;
  /** Set when the session is ready. */
  readonly cluster?: Cluster | undefined;
}

/** A server closes the connection when it is told to. If it doesn't, the socket is destroyed after this time. */
const closeTimeoutMs = 500;

/** Reads only; the server itself refuses writes on its session where it can (MySQL 5.6, MariaDB 10.0 and later). */
export class MysqlReader implements SqlReader {
  #session: Promise<Session> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  protected readonly access: Access = 'READ ONLY';

  private readonly limits: MysqlLimits;

  constructor(
    protected readonly options: MysqlOptions,
    limits: Partial<MysqlLimits> = {},
  ) {
    this.limits = { ...mysqlLimits, ...limits };
  }

  query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.exclusively((session) => this.inStep(session, this.rows<Row>(session, sql, values)));
  }

  cluster(): Promise<Cluster | undefined> {
    return this.exclusively((session) => Promise.resolve(session.cluster));
  }

  /** Inside `work` only `view` may be used, because this reader answers again only when `work` has ended. */
  snapshot<T>(work: (view: SqlQuery) => Promise<T>): Promise<T> {
    return this.exclusively(async (session) => {
      await this.inStep(session, this.run(session, 'START TRANSACTION WITH CONSISTENT SNAPSHOT'));
      let result: T;
      try {
        result = await work({ query: (sql, values = []) => this.rows(session, sql, values) });
      } catch (error) {
        await this.rollBack(session, error);
        throw error;
      }
      await this.rollBack(session);
      return result;
    });
  }

  /** Ends the session; a later call opens a new one. */
  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    this.#session = undefined;
    if (!session) return;
    const { connection, socket } = session;
    const timer = setTimeout(() => socket.destroy(), closeTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
    await connection.end().catch(() => socket.destroy());
  }

  /** Runs `work` after everything that was asked before has ended. */
  protected exclusively<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#session ??= this.open();
      const session = await this.#session.catch((error: unknown) => {
        this.#session = undefined;
        throw error;
      });
      try {
        return await work(session);
      } catch (error) {
        if (isConnectionLost(error)) this.forget(session);
        throw queryError(error, this.options);
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Errors of mysql2 pass through unchanged; `exclusively` turns them into errors of stackward. */
  protected async rows<Row extends object>(
    session: Session,
    sql: string,
    values: readonly SqlValue[],
  ): Promise<readonly Row[]> {
    return checkedRows<Row>(await this.ask<RowDataPacket[]>(session, sql, values));
  }

  /**
   * Runs a statement that takes no locks. If the server nevertheless reports a lock wait time-out, it was waiting for the
   * rest of the cluster.
   */
  protected async inStep<T>({ cluster }: Session, asked: Promise<T>): Promise<T> {
    return asked.catch((error: unknown) => {
      if (!cluster || !isLockWaitTimeout(error)) throw error;
      throw lagError(`${this.options.host}:${this.options.port}`, cluster, error);
    });
  }

  protected async run(session: Session, sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.ask<ResultSetHeader>(session, sql, values)).affectedRows;
  }

  private async ask<Answer extends RowDataPacket[] | ResultSetHeader>(
    { connection, socket }: Session,
    sql: string,
    values: readonly SqlValue[],
  ): Promise<Answer> {
    const [answer] = await withinLimits(socket, this.limits, () =>
      connection.query<Answer>(sql, checkedValues(values)),
    );
    return answer;
  }

  /** @param error that ended the work; nothing more is sent over a connection that is lost */
  protected async rollBack(session: Session, error?: unknown): Promise<void> {
    if (error !== undefined && isConnectionLost(error)) this.forget(session);
    else await this.run(session, 'ROLLBACK').catch(() => this.forget(session));
  }

  protected forget({ connection, socket }: Session): void {
    this.#session = undefined;
    connection.destroy();
    socket.destroy();
  }

  private async open(): Promise<Session> {
    const { host, port, user, password, schema: database, tls } = this.options;
    let stage: Stage = 'connecting';
    let stranger: NoMysql | undefined;
    const keys = new UncheckedKeys(this.options);
    const socket = connectSocket({ host, port, noDelay: true, keepAlive: true });
    const stream = (): Socket => {
      // mysql2 3.24 names no host to tls.connect where `host` is an address, and Node would then accept a certificate for
      // `localhost`. Node takes the name of the socket before that (lib/_tls_wrap.js, onConnectSecure).
      Object.assign(socket, { _host: host });
      socket.once('connect', () => (stage = 'waiting for the greeting'));
      socket.once('data', (bytes: Buffer) => {
        stage = 'logging in';
        const greeting = greetingOf(bytes);
        // mysql2 makes another error of it.
        if (greeting.is === 'other') socket.destroy((stranger = new NoMysql(greeting.like)));
      });
      return socket;
    };
    try {
      const settings: ConnectionOptions = {
        host,
        port,
        user,
        password,
        database,
        stream,
        connectTimeout: this.limits.connectTimeoutMs,
        supportBigNumbers: true,
        dateStrings: true,
        stringifyObjects: true,
        disableEval: true,
        // mysql2's default is the older UTF-8 of three bytes.
        charset: 'UTF8MB4_UNICODE_CI',
        // Without this flag any server could ask the client for a file of this machine.
        flags: ['-LOCAL_FILES'],
        ...defined({ authPlugins: tls === 'off' ? keys.plugins : undefined }),
      };
      const connection = await openConnection(settings, host, tls);
      stage = 'open';
      // A server may close an idle connection. That must not end the process: the next statement opens a new
      // connection.
      connection.on('error', () => this.forget({ connection, socket }));
      const session = { connection, socket };
      const ask = { run: (sql: string) => this.run(session, sql), rows: (sql: string) => this.rows(session, sql, []) };
      return { ...session, cluster: await prepare(ask, this.access, `${host}:${port}`) };
    } catch (thrown) {
      socket.destroy();
      const error = stranger ?? thrown;
      const refusal = keys.refusal ?? connectError(error, stage, this.options, this.limits.connectTimeoutMs);
      throw new NotConnected(refusal, troubleOf(error, stage));
    }
  }
}

export class MysqlWriter extends MysqlReader implements SqlWriter {
  protected override readonly access = 'READ WRITE';

  transaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    return this.exclusively(async (session) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.attempt(session, work);
        } catch (error) {
          if (!isWorthAnotherTry(error) || attempt === attempts) throw error;
          await sleep(20 * attempt * (1 + Math.random()));
        }
      }
    });
  }

  define(statement: string): Promise<void> {
    return this.exclusively(async (session) => {
      // The default is a day or a year, and all later readers wait behind a waiting definition.
      await this.run(session, 'SET SESSION lock_wait_timeout = 2');
      await this.run(session, statement).catch((error: unknown) => {
        if (isLockWaitTimeout(error)) throw heldDefinition(error, this.options);
        if (!isConnectionLost(error)) throw error;
        this.forget(session);
        throw unknownOutcome(error, this.options, 'a statement that defines');
      });
    });
  }

  private async attempt<T>(session: Session, work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    await this.inStep(session, this.run(session, 'START TRANSACTION'));
    let result: T;
    try {
      result = await work({
        query: (sql, values = []) => this.rows(session, sql, values),
        execute: (sql, values = []) => this.run(session, sql, values),
      });
    } catch (error) {
      await this.rollBack(session, error);
      throw error;
    }
    await this.run(session, 'COMMIT').catch(async (error: unknown) => {
      // If COMMIT left a transaction open, the start of the next transaction would commit it.
      await this.rollBack(session, error);
      throw isWorthAnotherTry(error) ? error : unknownOutcome(error, this.options);
    });
    return result;
  }
}
