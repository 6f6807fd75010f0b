/** Connections that the other side closes while a request is on its way, as servers do with kept ones that were idle. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { ManagementBroker } from '../../adapters/rabbitmq/management-broker';

type Ending = 'answers' | 'closes' | 'closes within its answer';

let server: Server;
let base: string;
/** Methods, in the order in which they came. The login is none of them. */
let asked: string[];
let endings: Ending[];

const ends: Readonly<Record<Ending, (incoming: IncomingMessage, outgoing: ServerResponse) => void>> = {
  answers: (_incoming, outgoing) => outgoing.end('[]'),
  closes: (incoming) => incoming.socket.destroy(),
  'closes within its answer': (incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-length': '100' });
    outgoing.write('[', () => incoming.socket.destroy());
  },
};

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    if (incoming.url === '/v3/auth/tokens') {
      const catalog = [{ type: 'network', endpoints: [{ interface: 'public', region_id: 'R', url: base }] }];
      outgoing.writeHead(201, { 'x-subject-token': 'tok-1' }).end(JSON.stringify({ token: { catalog } }));
      return;
    }
    asked.push(incoming.method ?? '');
    ends[endings.shift() ?? 'closes'](incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
});

async function call(method: 'GET' | 'PUT', ...wanted: Ending[]): Promise<unknown> {
  endings = wanted;
  const session = new OpenStackSession({
    cloud: 'example',
    authUrl: `${base}/v3`,
    interface: 'public',
    identity: { method: 'password', userName: 'deployer', password: 'hunter2', userDomain: { id: 'default' }, scope: { projectId: 'p1' } }, // prettier-ignore
  });
  try {
    return await session.call('network', '/v2.0/things', { method });
  } finally {
    await session.close();
  }
}

test('a question to a cloud is asked once more', async () => {
  expect(await call('GET', 'closes', 'answers')).toEqual([]);
  expect(asked).toEqual(['GET', 'GET']);
});

test('a question to a broker is asked once more', async () => {
  endings = ['closes', 'answers'];
  const broker = new ManagementBroker({ url: base, user: 'monitor', password: 'hunter2' });
  expect(await broker.queues()).toEqual([]);
  await broker.close();
  expect(asked).toEqual(['GET', 'GET']);
});

test.each<[string, 'GET' | 'PUT', Ending[], string[]]>([
  ['a question whose connection closes twice', 'GET', ['closes', 'closes', 'answers'], ['GET', 'GET']],
  ['a question whose answer had begun', 'GET', ['closes within its answer', 'answers'], ['GET']],
  ['a write, which the server may have done', 'PUT', ['closes', 'answers'], ['PUT']],
])('%s is not asked again', async (_what, method, wanted, expected) => {
  await expect(call(method, ...wanted)).rejects.toMatchObject({ reason: 'TransientError', detail: expect.stringMatching(/the connection to 127\.0\.0\.1:\d+ failed: /) as string }); // prettier-ignore
  expect(asked).toEqual(expected);
});
