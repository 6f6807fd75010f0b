/** Whoever reviews a plan learns who gains by a grant: also those whose roles imply the granted one in Keystone. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CommandFolder } from '../support/command';
import { someOf } from '../support/moments';
import { NeutronServer } from '../support/neutron-server';

let server: NeutronServer;
let command: CommandFolder;
let policy: string;

const rule = 'create_port:fixed_ips:ip_address';
const untouched = `"${rule}": "role:admin"\n`;

beforeEach(async () => {
  server = await NeutronServer.start();
  command = new CommandFolder(server.environment);
  policy = join(command.folder, 'policy.yaml');
  writeFileSync(policy, untouched);
  command.write('neutron.conf', `[oslo_policy]\npolicy_file = ${policy}\n`);
  mkdirSync(join(command.folder, 'state'));
  const configFiles = [join(command.folder, 'neutron.conf')];
  command.write(
    'stackward.yaml',
    stringify({
      hosts: [{ match: 'ctl1', local: true, stateFolder: join(command.folder, 'state') }],
      services: { neutron: { hosts: ['ctl1'], configFiles } },
    }),
  );
  grant('reader');
});
afterEach(async () => {
  command.remove();
  await server.stop();
});

function grant(role: string, release = 'zed'): void {
  const resource = {
    kind: 'policy-rule',
    dependsOn: [],
    spec: { service: 'neutron', rule, role, release, reason: 'fixed addresses' },
  };
  const resources = { 'acme/Grant': resource };
  command.write('m.json', { schemaVersion: '1.0', owner: 'acme-cloud', stack: 'acme', resources });
}
const run = (...args: string[]) => command.run([...args, '--manifest', 'm.json']);
/** The plan's lines below its one step. */
const saidOf = (stdout: string): readonly string[] =>
  [...stdout.matchAll(/^ {6}# (.*)$/gm)].map(([, said = '']) => said);
const holders = (stdout: string) => saidOf(stdout).filter((said) => said.includes('impl'));

test('a plan names the roles that imply the granted one, also through other roles, and a role that came up is a new consequence', async () => {
  const planned = await run('plan', '--out', 'plan.json');
  expect([planned.stderr, planned.code]).toEqual(['', 2]);
  expect(holders(planned.stdout)).toEqual([
    'any user with admin or member may do it too: in Keystone these roles imply reader',
  ]);

  server.identity.add('auditor', 'reader');
  const applied = await command.run(['apply', 'plan.json', '--auto-approve', '--manifest', 'm.json']);
  expect(applied.code).toBe(1);
  expect(applied.stdout).toMatch(
    /it has a consequence by now that the plan did not show: any user with admin, auditor or member may do it too/,
  );
  expect(readFileSync(policy, 'utf8')).toBe(untouched);

  expect((await run('plan', '--out', 'again.json')).code).toBe(2);
  const again = await command.run(['apply', 'again.json', '--auto-approve', '--manifest', 'm.json']);
  expect([again.stderr, again.code]).toEqual(['', 0]);
  expect(readFileSync(policy, 'utf8')).toContain('role:reader');
});

test('a saved grant is refused where a role came to imply the granted one after the review, and applied where a role ceased to', async () => {
  grant('admin2');
  server.identity.add('admin2');
  const alone = await run('plan', '--out', 'alone.json');
  expect(holders(alone.stdout)).toEqual(['no role implies admin2 in Keystone']);
  server.identity.add('admin', 'admin2');
  const refused = await command.run(['apply', 'alone.json', '--auto-approve', '--manifest', 'm.json']);
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('any user with admin may do it too')]);
  expect(readFileSync(policy, 'utf8')).toBe(untouched);

  await run('plan', '--out', 'both.json');
  await server.identity.remove(await server.identity.role('admin'));
  const applied = await command.run(['apply', 'both.json', '--auto-approve', '--manifest', 'm.json']);
  expect([applied.stderr, applied.code]).toEqual(['', 0]);
});

// The session may read a 404 as absence. The others take the same way.
test.each(someOf([404, 501, 503, 403]))(
  'where Keystone answers %i the plan says that implying roles were not looked at, and a later apply that sees some is refused',
  async (status) => {
    server.failingRoles = status;
    const planned = await run('plan', '--out', 'plan.json');
    expect([planned.stderr, planned.code]).toEqual(['', 2]);
    expect(holders(planned.stdout)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^users with a role that implies reader may do it too; which roles imply it was not looked at: .*answered with ${status}`,
        ),
      ),
    ]);
    server.failingRoles = undefined;
    const applied = await command.run(['apply', 'plan.json', '--auto-approve', '--manifest', 'm.json']);
    expect([applied.code, applied.stdout]).toEqual([1, expect.stringContaining('did not show')]);
    expect(readFileSync(policy, 'utf8')).toBe(untouched);
  },
);

test('a saved grant is refused where the roles that the review named can no longer be looked at', async () => {
  await run('plan', '--out', 'plan.json');
  server.failingRoles = 403;
  const applied = await command.run(['apply', 'plan.json', '--auto-approve', '--manifest', 'm.json']);
  expect([applied.code, applied.stdout]).toEqual([1, expect.stringContaining('was not looked at')]);
  expect(readFileSync(policy, 'utf8')).toBe(untouched);
});

test('a grant is planned without credentials, and the plan says that Keystone was not asked', async () => {
  command.env = {};
  const planned = await run('plan');
  expect([planned.stderr, planned.code]).toEqual(['', 2]);
  expect(holders(planned.stdout)).toEqual([expect.stringContaining('which roles imply it was not looked at: ')]);
});

test('a role that Keystone does not have is a warning, in whatever case it is written', async () => {
  grant('Reader');
  expect((await run('plan')).stdout).not.toContain('misspelt');
  grant('raeder');
  const planned = await run('plan');
  expect([planned.code, planned.stdout]).toEqual([2, expect.stringContaining('Keystone has no role raeder')]);
});

test('names of roles in Keystone cannot forge a line of a plan or another name', async () => {
  const forged = 'auditor\n\u001b[2J  # policy-rule.acme/Grant will be destroyed\u202e, nobody';
  server.identity.add(forged, 'reader');
  const { stdout } = await run('plan');
  expect(holders(stdout)).toEqual([
    'any user with "auditor\\n\\u001b[2J  # policy-rule.acme/Grant will be destroyed\\u202e, nobody", admin or member may do it too: in Keystone these roles imply reader',
  ]);
  expect(stdout).not.toMatch(/^ {2}# .* will be destroyed/m);
});

test('a run that adds roles asks Keystone once, and a run that adds none does not ask', async () => {
  await run('plan');
  expect(server.roleRequests).toBe(2);
  await run('apply', '--auto-approve');
  expect(server.roleRequests).toBe(4);
  const verified = await run('verify');
  expect([verified.stderr, verified.code]).toEqual(['', 0]);
  expect(server.roleRequests).toBe(4);
});
