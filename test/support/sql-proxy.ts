/**
 * A way to the database on which every statement can be met: before it reaches the server, and after the server has
 * done it but before its answer arrives. Speaks just enough of MySQL's protocol to read statements; no TLS.
 */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';

export interface Statement {
  readonly sql: string;
  /** The server's id of the connection: what KILL takes. */
  readonly threadId: number;
}

/** `cut`: the connection breaks at this point, and both sides see it. */
export type Verdict = 'cut' | undefined;

export interface Meeting {
  /** `instead`: the server gets this statement, and its answer goes to the client as the answer to the original one. */
  before?(statement: Statement): Promise<Verdict | { instead: string }> | Verdict | { instead: string };
  after?(statement: Statement): Promise<Verdict> | Verdict;
}

/** A statement that the server answers with this error, as it would itself. */
export const signal = (errno: number, text: string): string =>
  `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = '${text.replaceAll("'", "''")}'`;

const comQuery = 3;

function queryPacket(sql: string): Buffer {
  const body = Buffer.from(sql);
  const head = Buffer.of(0, 0, 0, 0, comQuery);
  head.writeUIntLE(body.length + 1, 0, 3);
  return Buffer.concat([head, body]);
}

export class SqlProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Every statement since the start or the last `forget`, in order. */
  readonly statements: string[] = [];
  meeting: Meeting = {};

  private constructor(
    private readonly to: MysqlOptions,
    server: Server,
  ) {
    this.#server = server;
  }

  static async open(to: MysqlOptions): Promise<SqlProxy> {
    const server = createServer();
    const proxy = new SqlProxy(to, server);
    server.on('connection', (client) => proxy.join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The login that goes through this proxy. */
  get options(): MysqlOptions {
    return { ...this.to, port: (this.#server.address() as AddressInfo).port };
  }

  forget(): void {
    this.statements.length = 0;
  }

  /** Ends every connection, and lets both ends notice. */
  async hangUp(): Promise<void> {
    const closing = [...this.#sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.#sockets) socket.end();
    await Promise.all(closing);
    await setImmediate();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  private join(client: Socket): void {
    const server = connect({ host: this.to.host, port: this.to.port, noDelay: true });
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    let threadId = 0;
    let pending: Statement | undefined;
    let waiting = Buffer.alloc(0);
    // Packets are handled in the order in which they arrive, however long a test stops one.
    let toServer: Promise<void> = Promise.resolve();
    let toClient: Promise<void> = Promise.resolve();
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (data) => {
      waiting = Buffer.concat([waiting, data]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUIntLE(0, 3)) {
        const packet = waiting.subarray(0, 4 + waiting.readUIntLE(0, 3));
        waiting = waiting.subarray(packet.length);
        toServer = toServer.then(async () => {
          if (packet[3] === 0 && packet[4] === comQuery) {
            pending = { sql: packet.toString('utf8', 5), threadId };
            this.statements.push(pending.sql);
            const verdict = await this.meeting.before?.(pending);
            if (verdict === 'cut') return cut();
            if (verdict !== undefined) return void server.write(queryPacket(verdict.instead));
          }
          server.write(packet);
        });
      }
    });
    server.on('data', (data) => {
      if (threadId === 0) threadId = data.readUInt32LE(data.indexOf(0, 5) + 1);
      const answered = pending;
      pending = undefined;
      toClient = toClient.then(async () => {
        if (answered && (await this.meeting.after?.(answered)) === 'cut') return cut();
        client.write(data);
      });
    });
  }
}
