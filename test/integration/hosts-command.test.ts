/** The command on a host with all that a kind can change. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComputeHosts } from '../support/compute-hosts';
import { HostWorld, servicePassword } from '../support/host-world';
import { alikeTest } from '../support/moments';

let site: HostWorld;
let hosts: ComputeHosts;
let host: string;
beforeEach(async () => {
  site = await HostWorld.make();
  ({ hosts, host } = site);
});
afterEach(() => hosts.remove());

const world = () => site.at();
const { manifest, run, apply } = {
  manifest: (...args: Parameters<HostWorld['manifest']>) => site.manifest(...args),
  run: (...args: Parameters<HostWorld['run']>) => site.run(...args),
  apply: (...manifests: object[]) => site.apply(...manifests),
};
const applied = (stdout: string) => /Resources: .*\n/.exec(stdout)?.[0].trim();

test("all kinds are applied on a host without telling a secret of a service's configuration, a second run writes nothing, and a rollback brings back what was there", async () => {
  const before = world();
  const planned = await run(['plan', '--json'], manifest());
  expect([planned.stderr, planned.code]).toEqual(['', 2]);
  expect(world()).toEqual(before);

  const first = await apply(manifest());
  expect([first.stderr, first.code, applied(first.stdout)]).toEqual([
    '',
    0,
    expect.stringMatching(/^Resources: \d added, \d changed, 0 destroyed\.$/),
  ]);
  expect([planned, first].map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain(servicePassword);
  const folders = [join(hosts.command.folder, 'runs', site.runs[0] ?? ''), site.stateFolder()];
  for (const folder of folders)
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), 'utf8')).not.toContain(servicePassword);
  const after = world();
  expect(after.policy).toContain('"(role:admin) or role:member"');
  expect(after.hairpin).toBe('0');
  expect(after.tables).toContain('-s 10.99.0.0/24');

  const second = await apply(manifest());
  expect([second.code, second.stdout]).toEqual([0, expect.stringContaining('No changes.')]);
  expect(world()).toEqual(after);

  const [name = ''] = site.runs;
  const back = await hosts.command.run(['rollback', name, '--auto-approve']);
  expect([back.stderr, back.code]).toEqual(['', 0]);
  expect(world()).toEqual(before);
  expect(readdirSync(site.stateFolder())).toEqual([]);
});

test('things whose declaration leaves the code are removed, and a rollback brings them back', async () => {
  const before = world();
  await apply(manifest());
  const there = world();
  const removed = await apply(manifest({}));
  expect([removed.stderr, removed.code, applied(removed.stdout)]).toEqual([
    '',
    0,
    'Resources: 0 added, 0 changed, 3 destroyed.',
  ]);
  expect(world()).toEqual(before);
  const back = await hosts.command.run(['rollback', site.runs.at(-1) ?? '', '--auto-approve']);
  expect([back.stderr, back.code]).toEqual(['', 0]);
  expect(world()).toEqual(there);
});

test('a filtered run removes nothing, and destroy removes one stack, also when its manifest is gone', async () => {
  const before = world();
  await apply(manifest());
  const there = world();
  const empty = manifest({});
  expect((await run(['apply', '--auto-approve', '--stack', 'acme'], empty)).stdout).toContain('No changes.');
  const otherStack = manifest({}, 'acme-cloud', 'other');
  expect((await apply(otherStack)).stdout).toContain('No changes.');
  expect(world()).toEqual(there);
  const destroyed = await run(['destroy', '--stack', 'acme', '--auto-approve'], otherStack);
  expect([destroyed.stderr, destroyed.code]).toEqual(['', 0]);
  expect(destroyed.stdout).toContain('Destroy complete. Resources: 0 added, 0 changed, 3 destroyed.');
  expect(destroyed.stdout).toMatch(/\nNow run `cdktf destroy acme`\.\n$/);
  expect(world()).toEqual(before);
  // The journal knows it, though nothing is left of it.
  expect((await run(['destroy', '--stack', 'acme', '--auto-approve'], otherStack)).code).toBe(0);
  const misspelt = await run(['destroy', '--stack', 'amce', '--auto-approve'], otherStack);
  expect([misspelt.code, misspelt.stderr]).toEqual([1, expect.stringContaining('--stack amce names nothing here')]);
});

test("two pipelines on one host don't undo each other, whichever comes and goes first", async () => {
  const before = world();
  const ours = manifest();
  const theirs = manifest(
    { 'beta/Utm/Transit/Green': site.exception(), 'beta/Grant': site.grant('reader') },
    'beta-cloud',
    'beta',
  );
  for (const manifest of [ours, theirs]) expect((await apply(manifest)).code).toBe(0);
  for (const manifest of [ours, theirs])
    expect(await apply(manifest)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No changes.') as string,
    });
  expect((await apply(manifest({}))).code).toBe(0);
  expect(world().policy).toContain('role:reader');
  expect(world().policy).not.toContain('role:member');
  expect((await run(['plan'], theirs)).code).toBe(0);
  expect((await apply(manifest({}, 'beta-cloud', 'beta'))).code).toBe(0);
  expect(world()).toEqual(before);
});

test('a thing that changed since the plan is refused by name, and the rest is done', async () => {
  await run(['plan', '--out', 'saved.plan'], manifest());
  writeFileSync(site.policy, '"create_port:fixed_ips:ip_address": "role:operator"\n');
  const { code, stdout } = await run(['apply', 'saved.plan', '--auto-approve'], manifest());
  expect(code).toBe(1);
  expect(stdout).toContain('policy-rule.acme/Grant@host:host0');
  expect(stdout).toMatch(/the plan says .*role:admin.* it would be .*role:operator/);
  expect(readFileSync(site.policy, 'utf8')).toBe('"create_port:fixed_ips:ip_address": "role:operator"\n');
  expect(world().hairpin).toBe('0');
  expect(world().tables).toContain('-s 10.99.0.0/24');
});

alikeTest('a machine that stackward.yaml and Neutron call by two names keeps its things', async () => {
  const full = `${host}.example.net`;
  hosts.addName(full, host);
  hosts.neutron.network.putPort({ id: site.portId, hostId: full });
  const first = await apply(manifest());
  expect([first.stderr, first.code]).toEqual(['', 0]);
  const there = world();
  for (const again of [await apply(manifest()), await run(['plan'], manifest())])
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('No changes.')]);
  expect(world()).toEqual(there);
  site.configure({ serving: [host, full] });
  const twice = await run(['plan'], manifest());
  expect([twice.code, twice.stdout]).toEqual([
    1,
    expect.stringContaining(`host:${host} and host:${full} are one machine`),
  ]);
});

alikeTest('destroy is not done while a host does not answer, and says so', async () => {
  await apply(manifest());
  hosts.sshd.addWay('gone', { port: 1 });
  hosts.neutron.network.addAgent({ host: 'gone', type: 'Open vSwitch agent', isAlive: false });
  const planned = await run(['plan'], manifest());
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringMatching(/Warning: host:gone\n {2}leftovers can't/)]);
  const { code, stdout } = await run(['destroy', '--stack', 'acme', '--auto-approve'], manifest());
  expect(code).toBe(1);
  expect(
    stdout.match(/^ {2}host:gone\n {2}leftovers can't be looked for there, and some may still be in force/gm),
  ).toHaveLength(1);
  expect(stdout).toContain('3 destroyed, 1 problem.');
  expect(stdout).toMatch(/\nNot done: mend what is said above and run this again before `cdktf destroy acme`\.\n$/);
});

alikeTest('destroy asks on a terminal; where nobody can answer, it names the command to give', async () => {
  await apply(manifest());
  const there = world();
  const args = ['destroy', '--stack', 'acme'];
  expect((await run(args, manifest())).stderr).toContain(
    'run `stackward destroy --manifest 0.json --stack acme --auto-approve`',
  );
  const onTerminal = (typed: string) => hosts.command.runOnTerminal([...args, '--manifest', '0.json'], typed);
  const cancelled = await onTerminal('\u0004');
  expect([cancelled.code, cancelled.stdout]).toEqual([1, expect.stringContaining('Cancelled; nothing was changed.')]);
  expect(cancelled.stdout).not.toContain('Not done');
  expect(world()).toEqual(there);
  const destroyed = await onTerminal('yes\n');
  expect([destroyed.code, destroyed.stdout]).toEqual([0, expect.stringContaining('Now run `cdktf destroy acme`.')]);
});

test('a grant needs no OpenStack, and the plan says where leftovers were not looked for', async () => {
  const grants = manifest({ 'acme/Grant': site.grant() });
  hosts.command.env = {};
  const { code, stdout, stderr } = await apply(grants);
  expect([code, stderr, applied(stdout)]).toEqual([0, '', 'Resources: 1 added, 0 changed, 0 destroyed.']);
  expect(stdout.match(/Warning:/g)).toHaveLength(1);
  expect(stdout).toContain(`leftovers are looked for on ${host} alone, because Neutron can't be asked for its agents`);
});

test("a plan gives Neutron's own refusal, and does not call the target unknown", async () => {
  hosts.neutron.failing = 503;
  const { code, stdout, stderr } = await run(['plan', '--target', `host:${host}`], manifest());
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toContain('503');
  expect(stdout).not.toContain('names nothing here');
});
