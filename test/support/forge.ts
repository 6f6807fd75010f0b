/**
 * A forge in this process, for the real `gh` and `glab`. They reach it by HTTPS_PROXY, under the names of the real
 * forges, and trust its certificate by SSL_CERT_FILE, as each program in Go does. So no name and no port of theirs has to
 * be bent, and `strangers` has each other host that a client wanted.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from './certificates';

export interface Asked {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** A Buffer goes out as it is, a string as HTML, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection breaks off before the end of the body. */
  readonly isCut?: boolean;
}

export class Forge {
  readonly asked: Asked[] = [];
  /** Hosts that a client wanted and that are not here. */
  readonly strangers: string[] = [];
  /** The forge of this test. */
  answer: (asked: Asked) => Answer = () => ({ status: 404, body: {} });
  /** What a test has the forge answer in place of `answer`. */
  instead: (asked: Asked, index: number) => Answer | undefined = () => undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly folder: string,
    private readonly authority: Authority,
    private readonly proxy: Server,
  ) {}

  static async start(hosts: readonly string[]): Promise<Forge> {
    const folder = mkdtempSync(join(tmpdir(), 'stackward-forge-'));
    const authority = new Authority(folder, 'forge');
    const { cert, key } = authority.certificate('forge', 'forge', hosts.map((host) => `DNS:${host}`).join(','));
    const proxy = createServer((_, response) => void response.writeHead(501).end());
    const forge = new Forge(folder, authority, proxy);
    const tls = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      void forge.#receive(request, response);
    });
    proxy.on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
      if (!hosts.some((host) => url === `${host}:443`)) {
        forge.strangers.push(url);
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      forge.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tls.emit('connection', socket);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    return forge;
  }

  /** The variables by which a client gets here. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.proxy.address() as AddressInfo;
    return { HTTPS_PROXY: `http://127.0.0.1:${String(port)}`, SSL_CERT_FILE: this.authority.file };
  }

  /** Another test begins. */
  reset(answer: (asked: Asked) => Answer): void {
    this.asked.length = 0;
    this.strangers.length = 0;
    this.answer = answer;
    this.instead = () => undefined;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.proxy.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    request.setEncoding('utf8');
    for await (const part of request) body += String(part);
    const host = request.headers.host ?? '';
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', `https://${host}`);
    const asked = { host, method: request.method ?? '', path, query, headers: request.headers, body };
    this.asked.push(asked);
    const {
      status,
      body: said,
      headers,
      isCut = false,
    } = this.instead(asked, this.asked.length - 1) ?? this.answer(asked);
    const type = Buffer.isBuffer(said) ? 'application/octet-stream' : typeof said === 'string' ? 'text/html' : 'application/json'; // prettier-ignore
    const bytes = Buffer.isBuffer(said)
      ? said
      : Buffer.from(typeof said === 'string' ? said : (JSON.stringify(said) ?? ''));
    response.writeHead(status, { 'content-type': type, 'content-length': bytes.length + (isCut ? 1 : 0), ...headers });
    if (isCut) response.write(bytes, () => response.destroy());
    else response.end(bytes);
  }
}

/**
 * A page of a list, with the header Link (RFC 8288), by which both clients find the next page.
 *
 * @param url the list's own address, as the forge writes it in Link
 * @param usual items on a page for which nobody asked a size
 */
export function pageOf(items: readonly unknown[], { query }: Asked, url: string, usual: number): Answer {
  const size = Math.min(Number(query.get('per_page') ?? usual), 100);
  const page = Number(query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (relation: string, to: number) => {
    const words = new URLSearchParams(query);
    words.set('page', String(to));
    return `<${url}?${words.toString()}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link('prev', page - 1)] : []),
    ...(page < last ? [link('next', page + 1), link('last', last)] : []),
  ];
  const headers = links.length === 0 ? {} : { link: links.join(', ') };
  return { status: 200, body: items.slice((page - 1) * size, page * size), headers };
}
