/** A Keystone that asks for a certificate of the client's own, and a Neutron that the catalogue doesn't name. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { NeutronApi } from '../../adapters/openstack/neutron-api';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { Authority, type Certificate } from '../support/certificates';
import { json, login, password, RogueServer } from '../support/rogue-cloud';

let folder: string;
let authority: Authority;
let client: Certificate;
let keystone: Server;
let neutron: RogueServer;
let peers: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync('/tmp/stackward-client-');
  authority = new Authority(folder, 'ours');
  client = authority.certificate('client', 'deployer');
  const { cert, key } = authority.certificate('keystone', 'keystone', 'IP:127.0.0.1');
  const options = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(authority.file) };
  keystone = createServer({ ...options, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    peers.push((request.socket as TLSSocket).getPeerCertificate().subject.CN as string);
    request.resume();
    login('https://catalogue.invalid')(request, response);
  }).listen(0, '127.0.0.1');
  await once(keystone, 'listening');
  neutron = await RogueServer.start();
  neutron.answer = json({ subnets: [] });
});
beforeEach(() => {
  peers = [];
  neutron.paths.length = 0;
});
afterAll(async () => {
  keystone.close();
  await neutron.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(more: object): Promise<void> {
  const auth_url = `https://127.0.0.1:${(keystone.address() as AddressInfo).port}`;
  const auth = { auth_url, username: 'deployer', password, project_name: 'p' };
  const it = { auth, cacert: authority.file, network_endpoint_override: neutron.url(), ...more };
  const cloudsYaml = { path: 'clouds.yaml', text: JSON.stringify({ clouds: { it } }) };
  const session = new OpenStackSession(resolveCredentials('it', {}, { cloudsYaml, home: folder }));
  try {
    await new NeutronApi(session).subnets(['00000000-0000-4000-8000-000000000001']);
  } finally {
    await session.close();
  }
}

test('stackward shows Keystone the certificate of "cert" and "key", and asks Neutron at network_endpoint_override', async () => {
  await ask({ cert: client.cert.replace(folder, '~'), key: client.key });
  expect(peers).toEqual(['deployer']);
  expect(neutron.paths).toEqual([expect.stringMatching(/^\/v2\.0\/subnets\?/)]);
});

test('Keystone turns the client away without its certificate', async () => {
  await expect(ask({})).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) as string });
  expect([peers, neutron.paths]).toEqual([[], []]);
});

test('a missing key file of a client certificate is named', async () => {
  await expect(ask({ cert: client.cert, key: '~/none.pem' })).rejects.toThrow(
    `${folder}/none.pem: the key of the client's certificate can't be read: ENOENT`,
  );
});
