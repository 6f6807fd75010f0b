/**
 * What the plan says of implied roles is what a real Keystone puts into tokens and what a real Neutron lets pass (Zed): each
 * role is given alone to a user, whose token and whose request are the oracle.
 */
import { readFileSync } from 'node:fs';
import type { Role } from '../../lib/contract/ports';
import { CommandFolder } from '../support/command';
import type { LabSubnet } from '../support/lab-cloud';
import { LabLock } from '../support/lab-lock';
import { LabRoles, type LabUser } from '../support/lab-roles';

const rule = 'create_port:fixed_ips:ip_address';
let policyFiles: LabLock;
let roles: LabRoles;
let command: CommandFolder;
let subnet: LabSubnet;
let addresses = 10;

beforeAll(async () => {
  policyFiles = await LabLock.take('policy-files');
  roles = await LabRoles.open('implied-roles');
  await roles.cloud.clean();
  command = new CommandFolder(roles.cloud.lab.environment);
  command.write('stackward.yaml', readFileSync(roles.cloud.lab.stackwardYaml, 'utf8'));
  await run('apply');
  subnet = await roles.cloud.subnet({ cidr: '10.68.0.0/24' });
});
afterAll(async () => {
  await run('apply');
  await roles.cloud.clean();
  await roles.close();
  command.remove();
});
// On its own, so that the next suite gets its turn even when this one's clean-up fails.
afterAll(() => policyFiles.release());

/** With the grant, or with none. */
function run(verb: 'plan' | 'apply', role?: Role) {
  const spec = { service: 'neutron', rule, role: role?.name, release: 'zed', reason: 'acceptance' };
  const resources = role === undefined ? {} : { 'shared/Grant': { kind: 'policy-rule', spec, dependsOn: [] } };
  const manifest = { schemaVersion: '1.0', owner: 'tests-implied-roles', stack: 'shared', resources };
  const approval = verb === 'apply' ? ['--auto-approve'] : [];
  return command.run([verb, '--manifest', '-', ...approval], JSON.stringify(manifest));
}

async function mayChooseAddress({ session }: LabUser): Promise<boolean> {
  const fixed = { subnet_id: subnet.id, ip_address: `10.68.0.${++addresses}` };
  const port = { name: roles.cloud.prefix, network_id: subnet.networkId, fixed_ips: [fixed] };
  return session.call('network', '/v2.0/ports', { method: 'POST', body: { port } }).then(
    () => true,
    (error: unknown) => {
      if (!/403|[Pp]olicy|not allowed/.test((error as Error).message)) throw error;
      return false;
    },
  );
}

test('the plan names exactly the roles whose tokens hold the granted role and whose holders Neutron lets pass', async () => {
  const [viewer, worker, lead, unrelated, desk, namesake] = [
    await roles.role('viewer'),
    await roles.role('worker'),
    await roles.role('lead'),
    await roles.role('other'),
    await roles.domainRole('desk'),
    // Bears the granted role's name in another case, in one domain alone.
    await roles.domainRole('VIEWER'),
  ];
  await roles.imply(worker, viewer);
  await roles.imply(lead, worker);
  await roles.imply(viewer, unrelated);
  await roles.imply(desk, lead);
  // A user without a global role gets no token at all.
  await roles.imply(namesake, unrelated);
  const users = new Map<Role, LabUser>();
  for (const role of [viewer, worker, lead, unrelated, desk, namesake]) users.set(role, await roles.userWith(role));

  const planned = await run('plan', viewer);
  expect([planned.stderr, planned.code]).toEqual(['', 2]);
  const said = /# any user with (.*) may do it too: in Keystone these roles imply (\S+)/.exec(planned.stdout);
  expect(said?.[2]).toBe(viewer.name);
  const named = said?.[1]?.split(/, | or /);
  expect(named).toEqual([`${desk.name} (domain-specific)`, lead.name, worker.name]);

  const gain = [viewer, worker, lead, desk];
  for (const [role, user] of users) {
    const held = await user.tokenRoles();
    expect([role.name, held.includes(viewer.name)]).toEqual([role.name, gain.includes(role)]);
    expect([role.name, held.includes(role.name)]).toEqual([role.name, role !== desk && role !== namesake]);
    expect([role.name, await mayChooseAddress(user)]).toEqual([role.name, false]);
  }

  const applied = await run('apply', viewer);
  expect([applied.stderr, applied.code]).toEqual(['', 0]);
  for (const [role, user] of users)
    expect([role.name, await mayChooseAddress(user)]).toEqual([role.name, gain.includes(role)]);
});

test("Keystone's own admin and member hold reader in their tokens, and the plan of a grant to reader says so", async () => {
  const [admin, member] = ['stackward-lab', 'stackward-lab-member'].map((cloud) => roles.user(cloud));
  expect(await admin?.tokenRoles()).toEqual(expect.arrayContaining(['admin', 'member', 'reader']));
  expect(await member?.tokenRoles()).toEqual(expect.arrayContaining(['member', 'reader']));
  const planned = await run('plan', { id: '', name: 'reader' });
  expect(planned.stdout).toMatch(
    /any user with .*admin.* or .*member.* may do it too: in Keystone these roles imply reader/,
  );
});
