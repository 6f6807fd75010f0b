/** A false database server. It speaks MySQL's protocol and keeps every byte that a client sends. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { YasslSession, type Certified } from './yassl';

/** LONG_PASSWORD, CONNECT_WITH_DB, LOCAL_FILES, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH. */
const capabilities = 0x1 | 0x8 | 0x80 | 0x200 | 0x2000 | 0x8000 | 0x80000;
const tlsCapability = 0x800;
const salt = Buffer.from('abcdefghijklmnopqrst');
const zero = Buffer.of(0);
const word = (text: string): Buffer => Buffer.from(`${text}\0`);

/** A text shorter than 64 KiB, with its length before it. */
function counted(text: string): Buffer {
  const { length } = text;
  return Buffer.concat([
    length < 251 ? Buffer.of(length) : Buffer.of(0xfc, length & 0xff, length >> 8),
    Buffer.from(text),
  ]);
}

export const packets = {
  ok: Buffer.of(0, 0, 0, 2, 0, 0, 0),
  /** Another way to log in. */
  authSwitch: (plugin: string): Buffer => Buffer.concat([Buffer.of(0xfe), word(plugin), salt, zero]),
  /** The scheme of MySQL 4.0, which an eavesdropper can undo. */
  oldAuthSwitch: Buffer.of(0xfe),
  /** caching_sha2_password: the server has the account in no cache, so the client has to send the whole password. */
  fullAuthentication: Buffer.of(1, 4),
  publicKey: (pem: string): Buffer => Buffer.concat([Buffer.of(1), Buffer.from(pem)]),
  /** The start of an answer with rows: columns follow, an end, rows. */
  columnCount: (count: number): Buffer => Buffer.of(count),
  /** A VARCHAR. @param collation number of the server; default: utf8mb4_general_ci */
  column: (name: string, collation = 45): Buffer =>
    Buffer.concat([
      ...['def', '', '', '', name, name].map(counted),
      Buffer.of(12, collation, 0, 0, 1, 0, 0, 253, 0, 0, 0, 0, 0),
    ]),
  endOfFile: Buffer.of(0xfe, 0, 0, 2, 0),
  row: (value: string): Buffer => counted(value),
  /** LOAD DATA LOCAL INFILE. */
  wantFile: (path: string): Buffer => Buffer.concat([Buffer.of(0xfb), Buffer.from(path)]),
};

/** The answer to the client's nth packet, the first being its login. Undefined: no further answer. */
export type Script = readonly (Buffer | readonly Buffer[] | undefined)[];

export class RogueMysql {
  /** Payloads of the client's packets, of all connections. */
  readonly received: Buffer[] = [];
  readonly salt = salt;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    plugin: string,
    script: Script,
    private readonly yassl: Certified | undefined,
  ) {
    server.on('connection', (socket) => this.serve(socket, plugin, script));
  }

  /**
   * @param plugin the authentication plugin that the greeting names
   * @param yassl the certificate for TLS in the manner of Oracle's MySQL 5.5; absent: the server offers no TLS
   */
  static async start(plugin: string, script: Script, yassl?: Certified): Promise<RogueMysql> {
    const server = createServer();
    const rogue = new RogueMysql(server, plugin, script, yassl);
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    return rogue;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket, plugin: string, script: Script): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const send = (payload: Buffer, sequence: number): void => {
      const head = Buffer.alloc(4);
      head.writeUIntLE(payload.length, 0, 3);
      head[3] = sequence;
      const packet = Buffer.concat([head, payload]);
      if (session) session.write(packet);
      else socket.write(packet);
    };
    let session: YasslSession | undefined;
    send(greeting(plugin, this.yassl !== undefined), 0);
    let rest = Buffer.alloc(0);
    let turn = 0;
    const take = (data: Buffer): void => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3)) {
        const end = 4 + rest.readUIntLE(0, 3);
        const sequence = rest[3] ?? 0;
        this.received.push(rest.subarray(4, end));
        rest = rest.subarray(end);
        if (this.yassl && !session) {
          session = new YasslSession(this.yassl, { send: (sent) => socket.write(sent), data: take });
          const hello = rest;
          rest = Buffer.alloc(0);
          return session.receive(hello);
        }
        const answers = [script[turn++] ?? []].flat();
        answers.forEach((payload, index) => send(payload, sequence + 1 + index));
      }
    };
    socket.on('data', (data) => (session ? session.receive(data) : take(data)));
  }
}

function greeting(plugin: string, offersTls: boolean): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt16LE((capabilities & 0xffff) | (offersTls ? tlsCapability : 0), 0);
  numbers[2] = 45;
  numbers.writeUInt16LE(2, 3);
  numbers.writeUInt16LE(capabilities >>> 16, 5);
  numbers[7] = 21;
  return Buffer.concat([
    ...[Buffer.of(10), word('8.0.36'), Buffer.of(1, 0, 0, 0), salt.subarray(0, 8), zero],
    ...[numbers, Buffer.alloc(10), salt.subarray(8), zero, word(plugin)],
  ]);
}
