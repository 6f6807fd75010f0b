/**
 * Full firewalls from the code to the packet: Terraform makes them, stackward does the rest, and what stands on green reaches what
 * stands on orange. Their ports are plugged as Nova would; the namespace behind the taps forwards, or bridges, as a UTM does.
 */
import { LabFirewall } from '../support/lab-firewall';
import type { LabPort } from '../support/lab-guests';
import { LabProjects, type Named } from '../support/lab-projects';
import { connects } from '../support/packet-flows';
import { TerraformApp } from '../support/terraform-app';

const host = 'cnode01';

let lab: LabFirewall;
let projects: LabProjects;
let app: TerraformApp;
let ports: Record<string, LabPort>;

beforeAll(async () => {
  projects = new LabProjects('test-utm-transit');
  lab = await LabFirewall.start('utm-transit');
  await lab.apply({});
  await projects.clean();
  app = new TerraformApp('test/acceptance/apps/firewalls.ts', lab.cloud.lab.environment);
  await app.synth({ FIREWALLS_RUN: projects.run });
  await app.apply('acme');
  ports = await readPorts();
});
afterAll(async () => {
  for (const port of Object.values(ports ?? {})) await lab.guests.unplug(host, port);
  await projects.clean();
  await projects.close();
  app.remove();
  await lab.stop();
});

interface ApiPort extends Named {
  readonly mac_address: string;
  readonly network_id: string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
}

/** By the end of their names, after the run's prefix: `routed-green`, `client`. */
async function readPorts(): Promise<Record<string, LabPort>> {
  const project = (await projects.projects())['acme'] ?? '';
  const answer = await projects.get<{ ports: ApiPort[] }>('network', `/v2.0/ports?project_id=${project}`);
  return Object.fromEntries(
    answer.ports.map(({ id, name, mac_address: mac, network_id: networkId, fixed_ips }) => [
      name.slice(projects.run.length + 1),
      { id, mac, networkId, ipv6: undefined, address: fixed_ips[0]!.ip_address },
    ]),
  );
}

const port = (name: string): LabPort => {
  const found = ports[name];
  if (!found) throw new Error(`there is no port ${name}; there are ${Object.keys(ports).join(', ')}`);
  return found;
};

/** A guest at a port that no server has. */
async function bootAt(name: string): Promise<string> {
  await lab.guests.change(port(name), { 'binding:host_id': host, device_owner: 'compute:nova' });
  return lab.guests.boot(host, port(name));
}

/** All NICs of a firewall, in Nova's order: eth1 is green, eth2 orange. */
async function bootUtm(name: string): Promise<string> {
  const nics = ['guest', 'green', 'orange', 'red'].map((nic) => port(`${name}-${nic}`));
  const guest = await lab.guests.boot(host, ...nics);
  await lab.guests.untilActive(nics);
  return guest;
}

const manifest = async () => (await app.output('acme', 'stackward_manifest')) as { resources: object };

test('a routed UTM passes transit by exceptions in the packet filter, whatever the groups of its ports let in (cases 1011, 1014 a)', async () => {
  const [client, server] = [await bootAt('client'), await bootAt('server')];
  await lab.guests.forward(await bootUtm('routed'));
  await lab.guests.untilActive([port('client'), port('server')]);
  await lab.guests.route(client, '10.94.2.0/24', port('routed-green').address);
  await lab.guests.route(server, '10.94.1.0/24', port('routed-orange').address);
  const [from, to] = [port('client').address, port('server').address];
  expect(await connects(client, from, server, to)).toBe(false);

  const applied = await lab.run('apply', await manifest());
  expect(applied).toMatchObject({ code: 0 });
  expect(await connects(client, from, server, to)).toBe(true);
  expect(await connects(server, to, client, from)).toBe(true);
  expect(await lab.run('plan', await manifest())).toMatchObject({ code: 0 });
  expect(await lab.run('apply', { ...(await manifest()), resources: {} })).toMatchObject({ code: 0 });
  expect(await connects(client, from, server, to)).toBe(false);
});

test("a bridged UTM passes transit by address pairs with the clients' MAC addresses, which Terraform alone sets (case 1011)", async () => {
  const [near, far] = [await bootAt('near'), await bootAt('far')];
  await lab.guests.bridge(await bootUtm('bridged'), 'eth1', 'eth2');
  await lab.guests.untilActive([port('near'), port('far')]);
  const [from, to] = [port('near').address, port('far').address];
  expect(await connects(near, from, far, to)).toBe(true);
  expect(await connects(far, to, near, from)).toBe(true);
});
