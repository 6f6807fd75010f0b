/** The password and the token go to nobody but over TLS to a checked certificate, to this machine, or where plain http is allowed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { NeutronApi } from '../../adapters/openstack/neutron-api';
import { OpenStackSession, type SessionOptions } from '../../adapters/openstack/openstack-session';
import { Authority, type Certificate } from '../support/certificates';
import { CommandFolder } from '../support/command';
import { startMariadb } from '../support/mariadb';
import { manifestOf } from '../support/pool-command';
import { credentials, json, login, password, RogueServer, token } from '../support/rogue-cloud';

/** Linux connects it to this machine, and it is none of the loopback addresses. */
const elsewhere = '0.0.0.0';
const subnetId = '00000000-0000-4000-8000-000000000001';

let folder: string;
let authority: Authority;
let keystone: RogueServer;
let neutron: RogueServer;
beforeAll(async () => {
  folder = mkdtempSync('/tmp/stackward-keystone-');
  authority = new Authority(folder, 'ours');
  keystone = await RogueServer.start(authority.certificate('keystone', 'keystone', `IP:127.0.0.1,IP:${elsewhere}`));
  neutron = await RogueServer.start();
});
beforeEach(() => {
  neutron.received.length = keystone.received.length = 0;
  keystone.answer = login(neutron.url());
  neutron.answer = json({ subnets: [] });
});
afterAll(async () => {
  await keystone.stop();
  await neutron.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly error: string | undefined;
  readonly plainHttp: readonly string[];
}
async function ask(authUrl = keystone.url(), options?: SessionOptions): Promise<Asked> {
  let session: OpenStackSession | undefined;
  try {
    session = new OpenStackSession(credentials(authUrl, { caFile: authority.file }), options);
    await new NeutronApi(session).subnets([subnetId]);
    return { error: undefined, plainHttp: session.plainHttp };
  } catch (error) {
    return { error: String(error), plainHttp: session?.plainHttp ?? [] };
  } finally {
    await session?.close();
  }
}
const allReceived = (server: RogueServer): string => server.received.join('\n');

test('a certificate of a known CA for another name gets nothing, and no CA is asked for', async () => {
  const strange = await RogueServer.start(authority.certificate('other', 'other', 'DNS:keystone.example'));
  const { error } = await ask(strange.url());
  await strange.stop();
  expect(strange.received).toEqual([]);
  expect(error).toMatch(/is for another name/);
  expect(error).not.toMatch(/cacert/);
});

describe('an http:// endpoint in the catalogue of an https:// Keystone', () => {
  test('beyond this machine gets no token', async () => {
    keystone.answer = login(neutron.url(elsewhere));
    const { error } = await ask();
    expect(neutron.received).toEqual([]);
    expect(error).toMatch(
      /the public endpoint of "network" in the catalogue is http:\/\/.*token would travel in clear.*allowPlainHttp/,
    );
  });

  test('gets the token where stackward.yaml allows plain http, and a warning says so', async () => {
    keystone.answer = login(neutron.url(elsewhere));
    const { error, plainHttp } = await ask(undefined, { allowPlainHttp: true });
    expect(error).toBeUndefined();
    expect(allReceived(neutron)).toContain(token);
    expect(plainHttp).toEqual([new URL(neutron.url(elsewhere)).host]);
  });

  test('gets the token without a warning where it is on this machine', async () => {
    expect(await ask()).toEqual({ error: undefined, plainHttp: [] });
  });
});

test('an http:// auth_url beyond this machine gets no password, unless plain http is allowed', async () => {
  neutron.answer = login(neutron.url());
  const { error } = await ask(neutron.url(elsewhere));
  expect(neutron.received).toEqual([]);
  expect(error).toMatch(/"auth_url" is http:\/\//);
  await ask(neutron.url(elsewhere), { allowPlainHttp: true });
  expect(allReceived(neutron)).toContain(password);
});

test.each<[string, unknown]>([
  ['file:', 'file:///etc/passwd'],
  ['ftp:', 'ftp://127.0.0.1/'],
  ['data:', 'data:application/json,{"subnets":[]}'],
  ['a user and a password', 'https://admin:secret@127.0.0.1:1/'],
  ['a query', 'http://127.0.0.1:1/?x='],
  ['a fragment, which would swallow the path', 'http://127.0.0.1:1/#'],
  ['no address', 'network'],
  ['nothing', null],
  ['an object', { href: 'http://127.0.0.1/' }],
])('an endpoint with %s is refused before anything is sent there', async (_, url) => {
  keystone.answer = login(url);
  const { error } = await ask();
  expect(error).toMatch(/the public endpoint of "network" in the catalogue (is no|contains)|has an unknown form/);
  expect(error).not.toContain('secret');
  expect(neutron.received).toEqual([]);
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'with status %d of a service is not followed, neither to http:// nor elsewhere',
    async (status) => {
      const elsewhere = await RogueServer.start();
      neutron.answer = json({}, status, { location: elsewhere.url() });
      const { error } = await ask();
      expect(elsewhere.received).toEqual([]);
      expect(error).toMatch(
        new RegExp(`answered with ${status}, a redirect to ${elsewhere.url()}; stackward follows none`),
      );
      await elsewhere.stop();
    },
  );

  test('of Keystone takes no password along', async () => {
    keystone.answer = json({}, 307, { location: neutron.url() });
    const { error } = await ask();
    expect(neutron.received).toEqual([]);
    expect(error).toContain('stackward follows none');
  });
});

test.each([
  ['the token', token],
  ['the password', password],
])('%s that a service repeats in its refusal stands in no message', async (_, secret) => {
  neutron.answer = json({ NeutronError: { message: `debug: ${secret} is ${secret}` } }, 500);
  const { error } = await ask();
  expect(error).toContain('debug: *** is ***');
  expect(error).not.toContain(secret);
});

test.each<[string, unknown, Record<string, string>]>([
  ['no token', { token: {} }, {}],
  ['a token with a blank', { token: {} }, { 'x-subject-token': 'a b' }],
  ['no object', [], { 'x-subject-token': token }],
  ['a catalogue that is no list', { token: { catalog: { type: 'network' } } }, { 'x-subject-token': token }],
])('a login that is answered with %s fails in one sentence', async (_, body, headers) => {
  keystone.answer = json(body, 201, headers);
  const { error } = await ask();
  expect(error).toMatch(/Keystone's answer to POST \/v3\/auth\/tokens has an unknown form: /);
});

describe('NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  let command: CommandFolder;
  let certificate: Certificate;
  beforeAll(() => {
    certificate = new Authority(folder, 'theirs').certificate('x', 'x', 'IP:127.0.0.1');
  });
  beforeEach(() => {
    command = new CommandFolder({ NODE_TLS_REJECT_UNAUTHORIZED: '0', OS_CLOUD: 'example' });
  });
  afterEach(() => command.remove());

  async function plan(method: 'api' | 'database'): Promise<string> {
    const pools = [{ start: '192.0.2.10', end: '192.0.2.20' }];
    command.write(
      'm.json',
      manifestOf({ 'shared/y': { kind: 'allocation-pool', spec: { subnetId, method, pools }, dependsOn: [] } }),
    );
    const { code, stdout } = await command.run(['plan', '--manifest', 'm.json']);
    expect(stdout).toContain(
      'Warning: NODE_TLS_REJECT_UNAUTHORIZED\n  it is 0, and stackward checks every certificate',
    );
    expect(code).toBe(1);
    return stdout;
  }

  test('changes nothing for Keystone, and the plan says so', async () => {
    const strange = await RogueServer.start(certificate);
    command.write('clouds.yaml', {
      clouds: { example: { auth: { auth_url: strange.url(), username: 'u', password, project_id: 'p' } } },
    });
    expect(await plan('api')).toMatch(/certificate of 127\.0\.0\.1:\d+ is not trusted/);
    expect(strange.received).toEqual([]);
    await strange.stop();
  });

  test('changes nothing for the database, and the plan says so', async () => {
    const { cert, key } = certificate;
    const mariadb = await startMariadb(() => [`--ssl-cert=${cert}`, `--ssl-key=${key}`]);
    const { port } = mariadb.root;
    command.write('stackward.yaml', {
      databases: { neutron: { host: '127.0.0.1', port, user: 'root', password: '${OS_CLOUD}' } },
    });
    expect(await plan('database')).toMatch(/certificate of 127\.0\.0\.1:\d+ is signed by nobody/);
    await mariadb.stop();
  });
});
