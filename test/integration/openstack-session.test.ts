/** The session and Neutron's adapter against a server on loopback that answers as the services do, also with refusals. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NeutronApi } from '../../adapters/openstack/neutron-api';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import type { CloudCredentials } from '../../lib/openstack/credentials';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}
interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let base: string;
let requests: Request[] = [];
let answer: (request: Request) => Answer;

const token = (...endpoints: object[]): Answer => ({
  status: 201,
  headers: { 'x-subject-token': 'tok-1' },
  body: { token: { catalog: [{ type: 'network', endpoints }] } },
});
const publicEndpoint = () => ({ interface: 'public', region_id: 'RegionOne', url: `${base}/network/` });

beforeAll(async () => {
  server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const request = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body };
    requests.push(request);
    const {
      status,
      headers = {},
      body: reply,
    } = request.url === '/v3/auth/tokens' ? loginAnswer(request) : answer(request);
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

let loginAnswer: (request: Request) => Answer;
beforeEach(() => {
  requests = [];
  loginAnswer = () => token(publicEndpoint());
  answer = () => ({ status: 404, body: {} });
});

const credentials = (more: Partial<CloudCredentials> = {}): CloudCredentials => ({
  cloud: 'example',
  authUrl: `${base}/v3`,
  interface: 'public',
  identity: {
    method: 'password',
    userName: 'deployer',
    password: 'hunter2',
    userDomain: { id: 'default' },
    scope: { projectId: 'p1' },
  },
  ...more,
});

async function withApi<T>(work: (api: NeutronApi) => Promise<T>, more?: Partial<CloudCredentials>): Promise<T> {
  const session = new OpenStackSession(credentials(more));
  try {
    return await work(new NeutronApi(session));
  } finally {
    await session.close();
  }
}

/** Ids as Neutron makes them. */
const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const [a, b, network] = [idOf(1), idOf(2), idOf(3)];

const subnet = (id: string, more: object = {}) => ({
  id,
  name: 'green',
  network_id: network,
  ip_version: 4,
  cidr: '192.0.2.0/24',
  gateway_ip: '192.0.2.1',
  allocation_pools: [{ start: '192.0.2.10', end: '192.0.2.20' }],
  ...more,
});

test('one log-in serves all requests, and a question about many ids is asked in chunks', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => idOf(index));
  answer = ({ url }) => ({
    status: 200,
    body: { subnets: new URL(url, base).searchParams.getAll('id').map((id) => subnet(id)) },
  });
  const found = await withApi((api) => api.subnets(ids));
  expect(found.map((subnet) => subnet.id)).toEqual(ids);
  expect(requests.map((request) => request.url.split('?')[0])).toEqual([
    '/v3/auth/tokens',
    ...Array.from({ length: 3 }, () => '/network/v2.0/subnets'),
  ]);
  expect(requests[1]?.headers['x-auth-token']).toBe('tok-1');
});

test('ports at many addresses are asked for in short queries, and a port of another network is refused', async () => {
  const ip = (place: number): string => `2001:db8:ffff:ffff:ffff:ffff:ffff:${(place + 4096).toString(16)}`;
  const port = { id: a, name: '', network_id: network, mac_address: 'fa:16:3e:00:00:01', device_id: '', device_owner: '', status: 'DOWN', fixed_ips: [{ subnet_id: b, ip_address: ip(7) }] };
  answer = () => ({ status: 200, body: { ports: [port] } });
  const all = Array.from({ length: 120 }, (_, place) => ip(place));
  expect(await withApi((api) => api.portsAt(network, [...all, ip(7)]))).toMatchObject([{ id: a }]);
  const queries = requests.slice(1).map(({ url }) => new URLSearchParams(url.split('?')[1]));
  expect(queries.flatMap((query) => query.getAll('fixed_ips'))).toEqual(all.map((each) => `ip_address=${each}`));
  expect(queries.map((query) => query.get('network_id'))).toEqual([network, network, network]);
  for (const { url } of requests) expect(url.length).toBeLessThan(8_000);
  await expect(withApi((api) => api.portsAt(b, all.slice(0, 1)))).rejects.toThrow(/holds one of network .* not asked for/);
}); // prettier-ignore

test('names of networks are asked for in short queries, and a network of a like name is no answer', async () => {
  // MySQL's collation equates case, accents, and blanks at the end.
  const like = ['Grün', 'GRÜN', 'Grun', 'Grün '].map((name, place) => ({ id: idOf(place + 1), name }));
  answer = () => ({ status: 200, body: { networks: like } });
  const named = async (...names: string[]) => (await withApi((api) => api.networks('name', names))).map(({ id }) => id);
  expect(await named('Grün')).toEqual([idOf(1)]);
  expect(await named('Grün ', 'other')).toEqual([idOf(4)]);
  expect(await named('gruen')).toEqual([]);
  requests = [];
  const long = Array.from({ length: 30 }, (_, place) => '😀'.repeat(253) + String(place).padStart(2, '0'));
  const short = Array.from({ length: 300 }, (_, place) => `net ${place}&`);
  expect(await named(...long, ...short, 'Grün', 'Grün')).toEqual([idOf(1)]);
  const urls = requests.slice(1).map(({ url }) => url);
  for (const url of urls) expect(url.length).toBeLessThan(8_000);
  expect(urls.flatMap((url) => new URLSearchParams(url.split('?')[1]).getAll('name'))).toEqual([...long, ...short, 'Grün']); // prettier-ignore
  expect(urls.length).toBeLessThanOrEqual(32);
  await expect(withApi((api) => api.networks('id', [idOf(9)]))).rejects.toThrow(/not asked for/);
});

test("a network's ports are told whole to an administrator and to its own project", async () => {
  const row = (id: string, more: object) => ({ id, name: `n${id.slice(-1)}`, tenant_id: 'p2', ...more });
  const networks = [row(a, { 'provider:network_type': 'vxlan' }), row(b, { tenant_id: 'p1' }), row(network, {})];
  answer = () => ({ status: 200, body: { networks } });
  loginAnswer = () => ({ status: 201, headers: { 'x-subject-token': 'tok-1' }, body: { token: { project: { id: 'p1' }, catalog: [{ type: 'network', endpoints: [publicEndpoint()] }] } } }); // prettier-ignore
  const shown = (): Promise<readonly boolean[]> =>
    withApi(async (api) => (await api.networks('id', [a, b, network])).map(({ showsAllPorts }) => showsAllPorts));
  expect(await shown()).toEqual([true, true, false]);
  loginAnswer = () => token(publicEndpoint());
  answer = () => ({ status: 200, body: { networks: networks.map(({ tenant_id: _, ...rest }) => rest) } });
  expect(await shown()).toEqual([true, false, false]);
});

test('a session reads all pages of a server that limits its pages', async () => {
  answer = ({ url }) =>
    url.includes('marker')
      ? { status: 200, body: { subnets: [subnet(b)] } }
      : {
          status: 200,
          body: {
            subnets: [subnet(a)],
            subnets_links: [{ rel: 'next', href: `${base}/network/v2.0/subnets?id=${a}&id=${b}&marker=${a}` }],
          },
        };
  expect((await withApi((api) => api.subnets([a, b]))).map((subnet) => subnet.id)).toEqual([a, b]);
});

test('a write names the revision that was read, and a changed subnet makes it stale', async () => {
  answer = ({ method }) =>
    method === 'GET'
      ? { status: 200, body: { subnets: [subnet(a, { revision_number: 7 })] } }
      : { status: 412, body: { NeutronError: { message: 'Constrained to 7, but current revision is 8' } } };
  await withApi(async (api) => {
    const [read] = await api.subnets([a]);
    await expect(api.setAllocationPools(read!, [{ start: '192.0.2.10', end: '192.0.2.30' }])).rejects.toMatchObject({
      reason: 'StalePlan',
    });
  });
  const put = requests.at(-1);
  expect([put?.method, put?.headers['if-match'], put?.body]).toEqual([
    'PUT',
    'revision_number=7',
    '{"subnet":{"allocation_pools":[{"start":"192.0.2.10","end":"192.0.2.30"}]}}',
  ]);
});

test('a subnet of a release without revisions is read again right before the write', async () => {
  let reads = 0;
  answer = () => ({
    status: 200,
    body: { subnets: [subnet(a, { gateway_ip: (reads += 1) === 1 ? '192.0.2.1' : '192.0.2.2' })] },
  });
  await withApi(async (api) => {
    const [read] = await api.subnets([a]);
    await expect(api.setAllocationPools(read!, [])).rejects.toMatchObject({ reason: 'StalePlan' });
  });
  expect(requests.filter((request) => request.method === 'PUT')).toEqual([]);
});

describe('a refusal of the cloud says what to do', () => {
  const first = () => withApi((api) => api.subnets([a]));

  test.each<[number, unknown, string, string]>([
    [401, { error: { message: 'Expired' } }, 'InvalidConfiguration', 'check the credentials'],
    [
      403,
      { NeutronError: { message: 'not allowed' } },
      'Blocked',
      'GET /network/v2.0/subnets was answered with 403: not allowed; the credentials lack the role',
    ],
    [503, 'gone', 'TransientError', 'was answered with 503'],
    [
      500,
      { NeutronError: 'Request Failed: internal server error' },
      'UnrecoverableError',
      'Request Failed: internal server error',
    ],
  ])('about status %d', async (status, body, reason, message) => {
    answer = () => ({ status, body });
    await expect(first()).rejects.toMatchObject({ reason, message: expect.stringContaining(message) as string });
  });

  test('about a wrong password, which no message shows', async () => {
    loginAnswer = () => ({
      status: 401,
      body: { error: { message: 'The request you have made requires authentication.' } },
    });
    const error = await withApi((api) => api.subnets([a]), { secretFrom: 'OS_PASSWORD' }).catch(String);
    expect(error).toContain(
      `logging in at ${base}/v3 was answered with 401: The request you have made requires authentication; correct user deployer, its project, or its password, which comes from OS_PASSWORD`,
    );
    expect(error).not.toContain('hunter2');
  });

  test('about a region that the catalogue does not have', async () => {
    await expect(withApi((api) => api.subnets([a]), { region: 'RegionTwo' })).rejects.toThrow(
      'cloud example: the catalogue has no public endpoint of "network" in region RegionTwo; there is: public in RegionOne',
    );
  });

  test('where nothing listens', async () => {
    await expect(withApi((api) => api.subnets([a]), { authUrl: 'http://127.0.0.1:1/v3' })).rejects.toMatchObject({
      reason: 'TransientError',
      message: expect.stringContaining('nothing listens at 127.0.0.1:1') as string,
    });
  });

  test('about a missing CA bundle', async () => {
    await expect(withApi((api) => api.subnets([a]), { caFile: '/nowhere/ca.pem' })).rejects.toThrow(
      "/nowhere/ca.pem: the CA bundle can't be read",
    );
  });
});

test('a question that two kinds ask at once is one request, and a later question is asked again', async () => {
  const session = new OpenStackSession(credentials());
  const neutron = new NeutronApi(session);
  answer = () => ({
    status: 200,
    body: { agents: [{ host: 'cnode01', agent_type: 'Open vSwitch agent', alive: true }] },
  });
  const [first, second] = await Promise.all([neutron.agents(), neutron.agents()]);
  expect(second).toEqual(first);
  const asked = () => requests.filter(({ url }) => url.includes('/agents')).length;
  expect(asked()).toBe(1);
  await neutron.agents();
  expect(asked()).toBe(2);
  await session.close();
});

test('a request that waits for its turn has the whole deadline when it is sent', async () => {
  const deadlines: AbortController[] = [];
  const timer = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    deadlines.push(new AbortController());
    return deadlines.at(-1)!.signal;
  });
  const held = createServer();
  const asked: ServerResponse[] = [];
  const isFull = new Promise<void>((resolve) =>
    held.on('request', (_, response: ServerResponse) => {
      if (asked.push(response) === 8) resolve();
      if (asked.length > 8) response.end('{"subnets":[]}');
    }),
  );
  await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(held.address() as AddressInfo).port}`;
  loginAnswer = () => token({ ...publicEndpoint(), url });
  const session = new OpenStackSession(credentials());
  try {
    const asking = Array.from({ length: 20 }, () => session.call('network', '/v2.0/subnets'));
    const ended = Promise.allSettled(asking);
    await isFull;
    const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    for (const deadline of deadlines) deadline.abort(late);
    const answers = await ended;
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 8 }, () => 'rejected'),
      ...Array.from({ length: 12 }, () => 'fulfilled'),
    ]);
  } finally {
    timer.mockRestore();
    await session.close();
    held.closeAllConnections();
    held.close();
  }
});
