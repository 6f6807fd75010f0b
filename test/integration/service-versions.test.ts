/**
 * The versions that services of other releases than the lab's tell of their APIs, and answers of other programs in
 * their place. Each is a server over HTTP.
 */
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { ServiceVersions } from '../../adapters/openstack/service-versions';
import type { CloudApis } from '../../lib/contract/ports';
import { credentials, json, RogueServer, token } from '../support/rogue-cloud';

let server: RogueServer;
beforeAll(async () => {
  server = await RogueServer.start();
});
afterAll(() => server.stop());

interface Cloud {
  /** Catalogue type → path of its endpoint. */
  readonly catalogue?: Readonly<Record<string, string>>;
  /** Path → answer; everything else is 404. */
  readonly answers: Readonly<Record<string, unknown>>;
}

const catalogue = { compute: '/v2.1', network: '', volumev3: '/volume/v3/p1' };
const sound = {
  '/v3': { version: { id: 'v3.14' } },
  '/v2.0/extensions': { extensions: [{ alias: 'router', name: 'x' }] },
  '/volume/v3/': { versions: [{ id: 'v3.0', version: '3.70' }] },
  '/v2.1/': { version: { id: 'v2.1', version: '2.93', min_version: '2.1' } },
};

const without = <Value>(all: Readonly<Record<string, Value>>, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));

async function ask({ catalogue: services = catalogue, answers }: Cloud): Promise<CloudApis> {
  const catalog = Object.entries(services).map(([type, path]) => ({
    type,
    endpoints: [{ interface: 'public', region_id: 'RegionOne', url: `${server.url()}${path}` }],
  }));
  server.answer = (request, response) => {
    const path = request.url ?? '';
    if (path === '/v3/auth/tokens') json({ token: { catalog } }, 201, { 'x-subject-token': token })(request, response);
    else json(answers[path] ?? {}, path in answers ? 200 : 404)(request, response);
  };
  const session = new OpenStackSession(credentials(server.url()));
  try {
    return await new ServiceVersions(session).apis();
  } finally {
    await session.close();
  }
}

const novaOf = ({ answers }: CloudApis) => answers.find(({ service }) => service === 'nova');

test('each service is asked for its version at its endpoint, without the project in the path', async () => {
  expect(await ask({ answers: sound })).toEqual({
    answers: [
      { service: 'nova', version: '2.93' },
      { service: 'neutron', extensions: ['router'] },
      { service: 'cinder', version: '3.70' },
      { service: 'keystone', version: '3.14' },
    ],
    silent: [],
  });
});

test.each([
  ['Icehouse', '/v2/p1', { '/v2/': { version: { id: 'v2.0', status: 'CURRENT' } } }, ''],
  [
    'Kilo or later behind an endpoint of /v2',
    '/v2/p1',
    {
      '/v2/': { version: { id: 'v2.0', version: '', min_version: '' } },
      '/v2.1/': { version: { id: 'v2.1', version: '2.3' } },
    },
    '2.3',
  ],
  ['a release behind a path of its own', '/compute/v2.1', { '/compute/v2.1/': sound['/v2.1/'] }, '2.93'],
])('the version of Nova of %s is read', async (_, endpoint, answers, version) => {
  const others = without(sound, '/v2.1/');
  const apis = await ask({
    catalogue: { ...catalogue, compute: endpoint },
    answers: { ...others, ...answers },
  });
  expect(novaOf(apis)).toEqual({ service: 'nova', version });
});

test.each([
  ['a page of a proxy', 'Nova', { '/v2.1/': 'hello' }],
  ['a version that is none', 'Nova', { '/v2.1/': { version: { version: '2.93; rm -rf /' } } }],
  ['a major version that Nova never had', 'Nova', { '/v2.1/': { version: { version: '999.93' } } }],
  ['a version of another API', 'Cinder', { '/volume/v3/': { versions: [{ id: 'v2.0', version: '2.93' }] } }],
  ['an older API', 'Keystone', { '/v3': { version: { id: 'v2.0' } } }],
  ['a number too long', 'Nova', { '/v2.1/': { version: { version: `2.${'9'.repeat(400)}` } } }],
  ['no versions at all', 'Cinder', { '/volume/v3/': { versions: [] } }],
  ['a name instead of a version', 'Keystone', { '/v3': { version: { id: 'latest' } } }],
  ['aliases that are no texts', 'Neutron', { '/v2.0/extensions': { extensions: [{ alias: 1 }] } }],
])('%s is no answer of %s, and the others still count', async (_, name, answers) => {
  const apis = await ask({ answers: { ...sound, ...answers } });
  expect(apis.answers).toHaveLength(3);
  expect(apis.silent.map(({ service, why }) => [service, why.message])).toEqual([
    [name.toLowerCase(), expect.stringMatching(new RegExp(`^what ${name} says of its version has an unknown form`))],
  ]);
});

test('services that are missing or do not answer give no version, with the reason', async () => {
  const { silent } = await ask({
    catalogue: without(catalogue, 'compute'),
    answers: without(sound, '/v2.0/extensions'),
  });
  expect(silent.map(({ service }) => service)).toEqual(['nova', 'neutron']);
  expect(silent[0]?.why.message).toContain('the catalogue has no public endpoint of "compute"');
  expect(silent[1]?.why.message).toContain('404');
});
