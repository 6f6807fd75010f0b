/**
 * A Keystone and a Neutron that answer whatever a test wants, over http or https, with any bytes. They keep every
 * request.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { CloudCredentials } from '../../lib/openstack/credentials';
import type { Certificate } from './certificates';

export const token = 'gAAAAAB-token-of-the-test';
export const password = 'hunter2-keystone';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export class RogueServer {
  /** Request line, headers and body of each request. */
  readonly received: string[] = [];
  readonly paths: string[] = [];
  answer: Answer = json({}, 404);
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: 'http' | 'https',
  ) {
    server.on('connection', (socket: Socket) => this.#sockets.add(socket));
    server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      for await (const part of request) body += String(part);
      this.paths.push(request.url ?? '');
      this.received.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
      response.on('error', () => undefined);
      this.answer(request, response);
    });
  }

  static async start(certificate?: Certificate): Promise<RogueServer> {
    const server =
      certificate === undefined
        ? createServer()
        : createTlsServer({ cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) });
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    return new RogueServer(server, certificate === undefined ? 'http' : 'https');
  }

  /** @param host default: loopback */
  url(host = '127.0.0.1'): string {
    return `${this.scheme}://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/**
 * Keystone's answer to a login.
 * @param url of the network's endpoint
 */
export const login = (url: unknown): Answer =>
  json(
    { token: { catalog: [{ type: 'network', endpoints: [{ interface: 'public', region_id: 'RegionOne', url }] }] } },
    201,
    { 'x-subject-token': token },
  );

export const credentials = (authUrl: string, more: Partial<CloudCredentials> = {}): CloudCredentials => ({
  cloud: 'example',
  authUrl: `${authUrl}/v3`,
  interface: 'public',
  identity: {
    method: 'password',
    userName: 'deployer',
    password,
    userDomain: { id: 'default' },
    scope: { projectId: 'p1' },
  },
  ...more,
});
