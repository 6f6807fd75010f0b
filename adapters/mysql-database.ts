/**
 * `SqlReader` and `SqlWriter` over mysql2, for MySQL 5.5 to 8.4, MariaDB and Galera.
 *
 * One connection, opened at the first statement and again after it was lost; what is asked meanwhile waits its turn.
 * Nothing above MySQL 5.5's syntax without a way back. Values travel inside the statement, escaped by mysql2: a
 * server-side prepare costs a round trip each. Proven on MariaDB 10.11 (test/contract/sql-mysql.test.ts).
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createConnection,
  type Connection,
  type ConnectionOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';
import { TransientError } from '../lib/errors';
import type { SqlQuery, SqlReader, SqlTransaction, SqlValue, SqlWriter } from '../lib/ports';
import { connectError, isConnectionLost, isWorthAnotherTry, queryError, type Stage } from './mysql-errors';
import { UncheckedKeys } from './mysql-keys';
import { checkedRows, checkedValues } from './mysql-values';

export interface TlsOptions {
  /** The oldest version that is accepted. Default: TLSv1.2. MySQL 5.5 knows only TLSv1. */
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** PEM text of the CA that signed the server's certificate. Default: the CAs of Node.js. */
  readonly ca?: string;
  /**
   * Whether the certificate must be for `host`: by its alternative names, by its common name where it has none, as
   * MySQL's own client does with --ssl-mode=VERIFY_IDENTITY. Default: true. False: any certificate of the CA will do,
   * for those that MySQL makes for itself, which carry no host name.
   */
  readonly verifyName?: boolean;
}

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
 * One round trip for the whole session. mysql2's escaping counts on two things, which a server may have set otherwise for
 * everybody: backslash escapes (`sql_mode`), and UTF-8 (`skip-character-set-client-handshake`: in GBK the last byte of a
 * character would swallow the backslash before a quote). `sql_mode` also makes too long values an error instead of
 * cutting them; a list by GROUP_CONCAT is not cut at 1,024 bytes.
 */
const session =
  `SET SESSION character_set_client = utf8mb4, SESSION character_set_results = utf8mb4, ` +
  `SESSION character_set_connection = utf8mb4, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION autocommit = 1, ` +
  `SESSION innodb_lock_wait_timeout = 2, SESSION group_concat_max_len = 67108864`;
const isolation = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ';
const syntaxError = 1064;

/** Reads only; the server itself refuses writes on its session where it can (MySQL 5.6, MariaDB 10.0 and later). */
export class MysqlReader implements SqlReader {
  #connection: Promise<Connection> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  protected readonly access: 'READ ONLY' | 'READ WRITE' = 'READ ONLY';

  /** @param connectTimeoutMs from the first packet to the end of the login */
  constructor(
    private readonly options: MysqlOptions,
    private readonly connectTimeoutMs = 10_000,
  ) {}

  query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.exclusively((connection) => this.rows<Row>(connection, sql, values));
  }

  /** Inside `work` only `view` may be used: this reader answers again when `work` has ended. */
  snapshot<T>(work: (view: SqlQuery) => Promise<T>): Promise<T> {
    return this.exclusively(async (connection) => {
      await this.run(connection, 'START TRANSACTION WITH CONSISTENT SNAPSHOT');
      try {
        return await work({ query: (sql, values = []) => this.rows(connection, sql, values) });
      } finally {
        await this.run(connection, 'ROLLBACK').catch(() => this.forget(connection));
      }
    });
  }

  /** Ends the session; a later call opens a new one. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    this.#connection = undefined;
    await connection?.end().catch(() => connection.destroy());
  }

  /** Runs `work` when all that was asked before it has ended. */
  protected exclusively<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#connection ??= this.open();
      const connection = await this.#connection.catch((error: unknown) => {
        this.#connection = undefined;
        throw error;
      });
      try {
        return await work(connection);
      } catch (error) {
        if (isConnectionLost(error)) this.forget(connection);
        throw queryError(error, this.options);
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** mysql2's own errors leave here untouched: `exclusively` turns them into ours. */
  protected async rows<Row extends object>(
    connection: Connection,
    sql: string,
    values: readonly SqlValue[],
  ): Promise<readonly Row[]> {
    const [rows] = await connection.query<RowDataPacket[]>(sql, checkedValues(values));
    return checkedRows<Row>(rows);
  }

  protected async run(connection: Connection, sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const [result] = await connection.query<ResultSetHeader>(sql, checkedValues(values));
    return result.affectedRows;
  }

  protected forget(connection: Connection): void {
    this.#connection = undefined;
    connection.destroy();
  }

  private async open(): Promise<Connection> {
    const { host, port, user, password, schema: database, tls } = this.options;
    let stage: Stage = 'connecting';
    const keys = new UncheckedKeys(this.options);
    const stream = (): Socket => {
      const socket = connectSocket({ host, port, noDelay: true, keepAlive: true });
      // mysql2 3.24 names no host to tls.connect where `host` is an address, and Node would then accept a certificate for
      // `localhost`. Node takes the name of the socket before that (lib/_tls_wrap.js, onConnectSecure).
      Object.assign(socket, { _host: host });
      socket.once('connect', () => (stage = 'waiting for the greeting'));
      socket.once('data', () => (stage = 'logging in'));
      return socket;
    };
    try {
      const connection = await createConnection({
        ...{ host, port, user, password, database, stream, connectTimeout: this.connectTimeoutMs },
        ...{ supportBigNumbers: true, dateStrings: true, stringifyObjects: true, disableEval: true },
        // A server may ask any client that offers it for a file of this machine.
        flags: ['-LOCAL_FILES'],
        ...(tls === 'off' ? { authPlugins: keys.plugins } : { ssl: sslOf(tls) }),
      });
      stage = 'open';
      // An idle connection that the server closes must not end the process: the next statement opens a new one.
      connection.on('error', () => this.forget(connection));
      await this.prepare(connection);
      return connection;
    } catch (error) {
      throw keys.refusal ?? connectError(error, stage, this.options, this.connectTimeoutMs);
    }
  }

  private async prepare(connection: Connection): Promise<void> {
    await this.run(connection, session);
    try {
      await this.run(connection, `${isolation}, ${this.access}`);
    } catch (error) {
      // MySQL 5.5 knows no access mode.
      if ((error as { errno?: number }).errno !== syntaxError) throw error;
      await this.run(connection, isolation);
    }
  }
}

export class MysqlWriter extends MysqlReader implements SqlWriter {
  protected override readonly access = 'READ WRITE';

  transaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    return this.exclusively(async (connection) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.attempt(connection, work);
        } catch (error) {
          if (!isWorthAnotherTry(error) || attempt === attempts) throw error;
          await sleep(20 * attempt * (1 + Math.random()));
        }
      }
    });
  }

  private async attempt<T>(connection: Connection, work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    await this.run(connection, 'START TRANSACTION');
    let result: T;
    try {
      result = await work({
        query: (sql, values = []) => this.rows(connection, sql, values),
        execute: (sql, values = []) => this.run(connection, sql, values),
      });
    } catch (error) {
      await this.run(connection, 'ROLLBACK').catch(() => this.forget(connection));
      throw error;
    }
    await this.run(connection, 'COMMIT').catch((error: unknown) => {
      if (!isConnectionLost(error)) throw error;
      this.forget(connection);
      throw new TransientError('the connection was lost at COMMIT: the outcome is unknown, so observe again', {
        cause: error,
      });
    });
    return result;
  }
}

/** OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1 unless its security level is lowered as well. */
function sslOf({ minVersion = 'TLSv1.2', ca, verifyName = true }: TlsOptions): NonNullable<ConnectionOptions['ssl']> {
  return {
    minVersion,
    // Said, so that NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing.
    rejectUnauthorized: true,
    verifyIdentity: verifyName,
    ...(ca === undefined ? {} : { ca }),
    ...(minVersion === 'TLSv1' || minVersion === 'TLSv1.1' ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
  };
}
