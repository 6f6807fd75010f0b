/** Removals that Neutron refuses in the wrong order: of a shared network under a tenant's port, and of a whole tenant. */
import type { RiskName } from '../../review/risks/classes';
import { LabProjects, type Named } from '../support/lab-projects';
import { TerraformApp, type Ended } from '../support/terraform-app';

const lab = new LabProjects('test-destroy');
const app = new TerraformApp('test/acceptance/apps/destroyed.ts', lab.lab.environment);
let project: string;
let network: string;

beforeAll(async () => {
  await lab.clean();
  await app.synth({ DESTROYED_RUN: lab.run });
  expect(await app.deploy(lab.lab.folder)).toMatchObject({ code: 0 });
  project = (await lab.projects())['acme'] ?? '';
  network = (await list('networks'))[0]?.id ?? '';
}, 300_000);

afterAll(async () => {
  app.remove();
  await lab.clean();
  await lab.close();
});

const list = async (collection: string): Promise<Named[]> =>
  (await lab.get<Record<string, Named[]>>('network', `/v2.0/${collection}?project_id=${project}`))[collection] ?? [];
const destroy = (): Promise<Ended> => app.destroyBothHalves(lab.lab.folder, 'acme');
const make = async (kind: 'port' | 'router', body: object): Promise<string> => {
  const answer = await lab.call<Record<string, Named>>('network', `/v2.0/${kind}s`, { method: 'POST', body: { [kind]: body } }); // prettier-ignore
  return answer[kind]?.id ?? '';
};
const risksIn = ({ output }: Ended, name: RiskName): string[] =>
  (JSON.parse(output) as { risks: { class: string; message: string }[] }).risks
    .filter((risk) => risk.class === name)
    .map(({ message }) => message);
const router = (id: string, action: string, port: string): Promise<unknown> =>
  lab.call('network', `/v2.0/routers/${id}/${action}`, { method: 'PUT', body: { port_id: port } });

test('ports that no code made are named with the commands that remove them, also for an address that new code names, and nothing is destroyed', async () => {
  const before = await app.addresses('acme');
  const byHand = await make('router', { name: 'by-hand', project_id: project });
  // Every address is named: Neutron could pick the one that the next port names.
  const leg = await make('port', {
    network_id: network,
    project_id: project,
    fixed_ips: [{ ip_address: '10.93.0.76' }],
  });
  await router(byHand, 'add_router_interface', leg);
  const legacy = await make('port', { name: 'legacy', network_id: network, fixed_ips: [{ ip_address: '10.93.0.77' }] });
  // Neutron deletes a port of DHCP with its network.
  await make('port', { network_id: network, device_owner: 'network:dhcp', device_id: 'dhcp-by-hand' });
  const { code, output } = await destroy();
  expect(code).toBe(1);
  expect(output).toContain('    port legacy (10.93.0.77) in project admin, in network Green\n');
  expect(output).toContain(`        openstack port delete ${legacy}\n`);
  expect(output).toMatch(
    new RegExp(`interface \\(10\\.93\\.0\\.\\d+\\) of router by-hand in project ${lab.run}-acme, in network Green\n`),
  );
  expect(output).toContain(`        openstack router remove port ${byHand} ${leg}\n`);
  expect(output.replace(/\s+/g, ' ')).toContain(
    'Neutron would not delete network Green because of 2 ports that no plan of this destruction deletes',
  );
  expect(output).toContain('nothing was changed');
  expect(await app.addresses('acme')).toEqual(before);
  const review = await app.review(lab.lab.folder, { DESTROYED_RUN: lab.run, DESTROYED_NETWORK: 'no' });
  expect(risksIn(review, 'not-empty')).toEqual([
    expect.stringMatching(
      new RegExp(
        `^network Green has 2 ports that no plan here deletes: (?=.*port legacy \\(10\\.93\\.0\\.77\\) in project admin)(?=.*interface \\(10\\.93\\.0\\.\\d+\\) of router by-hand in project ${lab.run}-acme)`,
      ),
    ),
  ]);
  const named = await app.review(lab.lab.folder, { DESTROYED_RUN: lab.run, DESTROYED_PORTS: '10.93.0.77,10.93.0.78' });
  expect(risksIn(named, 'address-taken')).toEqual([
    `port At-77 (10.93.0.77) in project ${lab.run}-acme needs 10.93.0.77 in network Green, and port legacy (10.93.0.77) in project admin has it: Neutron refuses that with 409, and a deploy stops there. Name another address, or let the present owner of 10.93.0.77 free it: \`openstack port delete ${legacy}\``,
  ]);
  const again = { network_id: network, fixed_ips: [{ ip_address: '10.93.0.77' }] };
  await expect(make('port', again)).rejects.toMatchObject({ status: 409 });
  await app.synth({ DESTROYED_RUN: lab.run });
  await router(byHand, 'remove_router_interface', leg);
  await lab.call('network', `/v2.0/ports/${legacy}`, { method: 'DELETE' });
});

const legacies = async (): Promise<number> =>
  (await lab.get<{ networks: Named[] }>('network', `/v2.0/networks?name=${lab.run}-Legacy`)).networks.length;

test('a shared network whose port needs another new network first is left with the way out, and nothing is begun', async () => {
  const before = await app.addresses('acme');
  await app.synth({ DESTROYED_RUN: lab.run, DESTROYED_LEGACY: 'moved' });
  const { code, output } = await app.deploy(lab.lab.folder);
  const said = output.replace(/\s+/g, ' ');
  expect(said).toContain(
    `high needs-two-deploys: network ${lab.run}-Legacy can't be removed in this deploy, and stack shared is left: port Old (10.94.0.20) in project ${lab.run}-acme of stack acme uses it, and acme has no plan. Keep network ${lab.run}-Legacy in the code and deploy; then take it out and deploy again.`,
  );
  expect(said).not.toContain('not-empty');
  expect([code, await app.addresses('acme'), await legacies()]).toEqual([1, before, 1]);
});

test("a shared network and the tenant's port in it go in one deploy, the port first", async () => {
  await app.synth({ DESTROYED_RUN: lab.run, DESTROYED_LEGACY: 'no' });
  const { code, output } = await app.deploy(lab.lab.folder);
  expect(output.replace(/\s+/g, ' ')).toContain(
    ` Order: acme before shared: first port Old (10.94.0.20) in project ${lab.run}-acme, then network ${lab.run}-Legacy. `,
  );
  expect(output.match(/^Stack .*$/gm)).toEqual(['Stack acme', 'Stack shared']);
  expect(code).toBe(0);
  expect(await legacies()).toBe(0);
});

test('what Neutron keeps of the project is named, and its command is the right one', async () => {
  const { code, output } = await destroy();
  expect(code).toBe(0);
  expect(await lab.projects()).toEqual({});
  expect(output).toContain(
    `list 2 things of project ${lab.run}-acme (${project}), which no plan of this destruction deleted:`,
  );
  const [, byHand = ''] = /\n {2}router by-hand: openstack router delete (\S+)\n/.exec(output) ?? [];
  const [, group = ''] = /\n {2}security group default, .*: openstack security group delete (\S+)\n/.exec(output) ?? [];
  expect(output).toMatch(/\nNobody looked for anything but servers, volumes, floating IPs, .* and security groups\.\n/);
  expect(output).toContain('Terraform forgets quotas and deletes none');
  await lab.call('network', `/v2.0/routers/${byHand}`, { method: 'DELETE' });
  await lab.call('network', `/v2.0/security-groups/${group}`, { method: 'DELETE' });
  const all = '/v2.0/security-groups?fields=project_id';
  const { security_groups: left } = await lab.get<{ security_groups: { project_id: string }[] }>('network', all);
  expect(left.filter((each) => each.project_id === project)).toEqual([]);
});
