/** The command asks no other region, endpoint or CA than the manifest says that Terraform uses. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFolder } from '../support/command';
import { json, login, password, RogueServer } from '../support/rogue-cloud';

let command: CommandFolder;
let cloud: RogueServer;
const subnetId = '00000000-0000-4000-8000-000000000001';
const subnet = {
  id: subnetId,
  name: 'red',
  ip_version: 4,
  cidr: '192.0.2.0/24',
  gateway_ip: '192.0.2.1',
  network_id: subnetId,
  allocation_pools: [{ start: '192.0.2.10', end: '192.0.2.20' }],
};

beforeAll(async () => {
  cloud = await RogueServer.start();
  cloud.answer = (request, response) => {
    const collection = /^\/v2\.0\/(\w+)/.exec(request.url ?? '')?.[1];
    const items = { [String(collection)]: collection === 'subnets' ? [subnet] : [] };
    (collection === undefined ? login(cloud.url()) : json(items))(request, response);
  };
});
beforeEach(() => {
  command = new CommandFolder();
  command.write('stackward.yaml', 'cloud: it\n');
  cloud.received.length = 0;
});
afterEach(() => command.remove());
afterAll(() => cloud.stop());

interface Said {
  readonly entry?: object;
  readonly env?: Record<string, string>;
  readonly manifest?: object;
}

/** The plan for a subnet whose pool is as it is declared. */
async function plan({ entry = {}, env = {}, manifest }: Said) {
  const auth = { auth_url: cloud.url(), username: 'deployer', password, project_name: 'p', domain_id: 'default' };
  command.write('clouds.yaml', { clouds: { it: { auth, ...entry } } });
  const spec = { subnetId, method: 'api', pools: [{ start: '192.0.2.10', end: '192.0.2.20' }] };
  const resources = { 'shared/Red/AllocationPools': { kind: 'allocation-pool', spec, dependsOn: [] } };
  const base = { schemaVersion: '1.1', owner: 'tests', stack: 'shared', resources };
  command.write('manifest.json', manifest === undefined ? base : { ...base, cloud: manifest });
  command.env = env;
  return command.run(['plan', '--manifest', 'manifest.json']);
}

const blocked = 'Left alone, because going on would be unsafe';

test.each<[string, Said, string]>([
  [
    'another region',
    { entry: { region_name: 'RegionOne' }, manifest: { region: 'two' } },
    'stack shared: OpenStackCloud gives Terraform the region two, and the credentials of stackward (cloud it) name RegionOne; say region_name: two in clouds.yaml, or OS_REGION_NAME=two',
  ],
  ['no region', { manifest: { region: 'two' } }, 'name no region, so it would ask the first of the catalogue'],
  [
    'another kind of endpoint',
    { entry: { interface: 'admin' }, manifest: { endpointType: 'internalURL' } },
    'OpenStackCloud gives Terraform the endpointType internal, and the credentials of stackward (cloud it) name admin; say interface: internal in clouds.yaml, or OS_ENDPOINT_TYPE=internal',
  ],
  [
    'another CA',
    { entry: { cacert: '/etc/ours.pem' }, manifest: { cacertFile: '/etc/theirs.pem' } },
    'OpenStackCloud gives Terraform the cacertFile /etc/theirs.pem, and the credentials of stackward (cloud it) name /etc/ours.pem; say cacert: /etc/theirs.pem in clouds.yaml, or OS_CACERT=/etc/theirs.pem',
  ],
  [
    'another Keystone',
    { manifest: { authUrl: 'https://other.example:5000/v3/' } },
    'OpenStackCloud gives Terraform the authUrl https://other.example:5000, and the credentials of stackward (cloud it) name http://127.0.0.1:',
  ],
  [
    'a Neutron that the catalogue doesn’t name',
    { manifest: { networkUrl: 'https://neutron.example/v2.0/' } },
    "OpenStackCloud gives Terraform the network endpoint https://neutron.example, and the credentials of stackward (cloud it) name none, so it would ask the catalogue's; say network_endpoint_override: https://neutron.example/v2.0/ in clouds.yaml",
  ],
])('%s is Blocked before the cloud is asked', async (_, said, sentence) => {
  const { code, stdout } = await plan(said);
  expect(code).toBe(1);
  expect(stdout).toContain(blocked);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(sentence);
  expect(cloud.received).toEqual([]);
});

test.each<[string, Said]>([
  ['a manifest that says nothing of it', { entry: { region_name: 'RegionOne' } }],
  ['the region of the entry', { entry: { region_name: 'RegionOne' }, manifest: { region: 'RegionOne' } }],
  ['the region of OS_REGION_NAME', { env: { OS_REGION_NAME: 'RegionOne' }, manifest: { region: 'RegionOne' } }],
  ['the same kind of endpoint by its other name', { manifest: { endpointType: 'publicURL' } }],
])('%s lets stackward ask the cloud', async (_, said) => {
  const { code, stdout } = await plan(said);
  expect([code, stdout]).toEqual([0, expect.not.stringContaining('Warning')]);
  expect(cloud.received).not.toEqual([]);
});

test("one CA file that Terraform's folder and the project name by two paths counts as one", async () => {
  mkdirSync(join(command.folder, 'cdktf.out/stacks/shared'), { recursive: true });
  const { stdout } = await plan({ entry: { cacert: 'ca.pem' }, manifest: { cacertFile: '../../../ca.pem' } });
  expect(stdout).not.toContain(blocked);
  expect(stdout).toContain("ca.pem: the CA bundle can't be read");
});

test("an entry that Terraform's provider reads in another way is a warning, until OpenStackCloud says it too", async () => {
  const entry = { regions: ['RegionOne'], network_endpoint_override: cloud.url() };
  const { code, stdout } = await plan({ entry });
  expect([code, stdout]).toEqual([0, expect.stringContaining('of "regions" stackward takes RegionOne')]);
  expect(stdout).toContain('stackward follows the key "network_endpoint_override"');
  const manifest = { region: 'RegionOne', networkUrl: `${cloud.url()}/v2.0/`, authUrl: cloud.url() };
  expect((await plan({ entry, manifest })).stdout).not.toContain('Warning');
});
