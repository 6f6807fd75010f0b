/** A Neutron that answers without end, elsewhere, or with what no Neutron answers: one sentence, soon, and nothing is written. */
import { defined } from '../../lib/basics/defined';
import type { ServerResponse } from 'node:http';
import { NeutronApi } from '../../adapters/openstack/neutron-api';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { credentials, json, login, RogueServer, type Answer } from '../support/rogue-cloud';

const id = '00000000-0000-4000-8000-000000000001';
const otherId = '00000000-0000-4000-8000-000000000002';
const subnet = {
  id,
  name: 'red',
  network_id: otherId,
  ip_version: 4,
  cidr: '192.0.2.0/24',
  gateway_ip: '192.0.2.1',
  allocation_pools: [{ start: '192.0.2.10', end: '192.0.2.20' }],
};

let server: RogueServer;
let answer: Answer;
let session: OpenStackSession;
beforeAll(async () => {
  server = await RogueServer.start();
});
beforeEach(() => {
  server.received.length = server.paths.length = 0;
  server.answer = (request, response) =>
    request.url === '/v3/auth/tokens' ? login(server.url())(request, response) : answer(request, response);
  session = new OpenStackSession(credentials(server.url()));
});
afterEach(() => session.close());
afterAll(() => server.stop());

const ask = (): Promise<string> =>
  new NeutronApi(session).subnets([id]).then(
    (found) => JSON.stringify(found),
    (error: unknown) => String(error),
  );
const page = (href: string | undefined, subnets: readonly object[] = []) =>
  json({ subnets, ...defined({ subnets_links: href === undefined ? undefined : [{ rel: 'next', href }] }) });
/** Writes until nobody reads any more. */
function pour(response: ServerResponse, part: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write(part));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

describe('pages of a listing', () => {
  test('end where they link to a page that was read before', async () => {
    answer = page(`${server.url()}/v2.0/subnets?marker=a`);
    expect(await ask()).toMatch(/answer to GET \/v2\.0\/subnets links to a page that was read before/);
    expect(server.paths).toHaveLength(3);
  });

  test('end at the 1,000th where each links to a new one', async () => {
    let number = 0;
    answer = (request, response) => page(`${server.url()}/v2.0/subnets?marker=${number++}`)(request, response);
    expect(await ask()).toMatch(/has more than 1000 pages/);
    expect(server.paths).toHaveLength(1_001);
  });

  test('end at 64 MiB where each is large and links to a new one', async () => {
    let number = 0;
    const many = Array.from({ length: 20 }, () => ({ ...subnet, description: 'x'.repeat(400_000) }));
    answer = (request, response) => page(`${server.url()}/v2.0/subnets?marker=${number++}`, many)(request, response);
    expect(await ask()).toMatch(/with more than \d+ KiB/);
    expect(server.paths.length).toBeLessThan(12);
  });

  test('that link to another host are asked for at the endpoint of the catalogue, so that the token goes nowhere else', async () => {
    const elsewhere = await RogueServer.start();
    answer = (request, response) =>
      page(request.url?.includes('marker') ? undefined : `${elsewhere.url()}/v2.0/subnets?marker=a`, [subnet])(
        request,
        response,
      );
    expect(await ask()).toContain(id);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  test.each(['/v2.0/ports?marker=a', '/v3/users', '//evil.example/x', 'file:///etc/passwd', 'x', ''])(
    'that link to something else than a page of the listing are refused: %s',
    async (href) => {
      answer = page(href.startsWith('/v') ? `${server.url()}${href}` : href);
      expect(await ask()).toMatch(/links to a next page that is not of this collection/);
    },
  );
});

describe('an answer of Neutron', () => {
  test('is cut at 16 MiB where it has no end', async () => {
    answer = (_, response) => pour(response, ' '.repeat(1 << 16));
    expect(await ask()).toMatch(/answered \/v2\.0\/subnets with more than 16384 KiB/);
  });

  test('is cut where its headers have no end', async () => {
    answer = (_, response) => {
      const headers = Object.fromEntries(Array.from({ length: 2_000 }, (__, index) => [`x-${index}`, 'x'.repeat(100)]));
      response.writeHead(200, headers).end('{}');
    };
    expect(await ask()).toMatch(/answered with more than 64 KiB of headers/);
  });

  test('is refused before it takes memory where it is nested without end', async () => {
    answer = (_, response) => void response.end('['.repeat(4 << 20));
    expect(await ask()).toMatch(/can't be read as JSON: it is nested deeper/);
  });

  test.each([
    ['an empty one', ''],
    ['a page of a proxy', '<html><script>alert(1)</script>'],
    ['half of one', '{"subnets":[{"id":'],
    ['a key twice', '{"subnets":[],"subnets":[]}'],
    ['__proto__', '{"subnets":[],"__proto__":{"x":1}}'],
  ])('that is no JSON of a service gives one sentence: %s', async (_, text) => {
    answer = (__, response) => void response.end(text);
    expect(await ask()).toMatch(/can't be read as JSON|has an unknown form/);
  });

  test.each<[string, object]>([
    ['id', { id: `${id}'; DROP TABLE subnets; --` }],
    ['id', { id: '../../v3/users' }],
    ['id', { id: 1 }],
    ['id', { id: { id } }],
    ['network_id', { network_id: 'n1' }],
    ['ip_version', { ip_version: 5 }],
    ['cidr', { cidr: '192.0.2.0/24\n-A FORWARD -j ACCEPT' }],
    ['gateway_ip', { gateway_ip: 'gateway' }],
    ['allocation_pools', { allocation_pools: null }],
    ['allocation_pools.0.end', { allocation_pools: [{ start: '192.0.2.10', end: '192.0.2.20; x' }] }],
    ['name', { name: 'x'.repeat(256) }],
    ['revision_number', { revision_number: '7\r\nx-evil: 1' }],
  ])('with a strange %s gives one sentence that names the field', async (field, more) => {
    answer = page(undefined, [{ ...subnet, ...more }]);
    expect(await ask()).toContain(`Neutron's answer to GET /v2.0/subnets has an unknown form: "subnets.0.${field}"`);
  });

  test('with a subnet that nobody asked for is refused, so that it is not taken for the wanted subnet', async () => {
    answer = page(undefined, [{ ...subnet, id: otherId }]);
    expect(await ask()).toContain(`holds one of id ${otherId}, which was not asked for`);
  });
});
