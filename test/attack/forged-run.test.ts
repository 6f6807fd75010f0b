/**
 * A run's folder is kept by CI as an artifact and passed around by people. Whoever may change it must not write, through the
 * next rollback, what no run of stackward could have found. Through the command, on hosts behind a real sshd.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HostWorld } from '../support/host-world';

let site: HostWorld;
beforeAll(async () => {
  site = await HostWorld.make(1);
});
afterAll(() => site.hosts.remove());

const name = '20260101T000000.000Z-abcdef';
const target = 'host:host0';
const [owner, stack] = ['acme-cloud', 'acme'];
const noRules = { mangle: [], filter: [] };
const by = { host: hostname(), pid: 1, identity: 'ended' };
const ended = { problems: [], found: [], interrupted: false, exitCode: 0 };

const folder = () => join(site.hosts.command.folder, 'runs', name);

const step = (kind: string, before: object, more: object = {}) => ({
  id: `${kind}.acme/X`,
  target,
  action: 'update',
  subject: 'x',
  because: 'x',
  changes: [],
  before,
  resource: { path: 'acme/X', stack, owner, kind },
  ...more,
});

const record = (steps: readonly object[], more: object = {}) => ({
  formatVersion: '1.0',
  version: '1',
  command: 'apply',
  by,
  startedAt: '2026-01-01T00:00:00.000Z',
  stacks: [stack],
  steps,
  ...more,
});

/** Puts the folder there, and rolls it back. */
function rollBack(run: object | string, options: readonly string[] = [], report: object | null = ended) {
  execFileSync('rm', ['-rf', folder()]);
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), 'run.json'), typeof run === 'string' ? run : JSON.stringify(run));
  writeFileSync(join(folder(), 'results.jsonl'), '');
  if (report !== null) writeFileSync(join(folder(), 'report.json'), JSON.stringify(report));
  return site.hosts.command.run(['rollback', name, '--auto-approve', ...options]);
}

const forge = (kind: string, before: object, more: object = {}) => rollBack(record([step(kind, before, more)]));

/** The run is refused with these words, and the host is as it was. */
async function expectRefused(work: () => ReturnType<typeof rollBack>, words: string | RegExp): Promise<void> {
  const before = site.at();
  const end = await work();
  expect(end.stdout + end.stderr).toMatch(words);
  expect(end.code).toBe(1);
  expect(site.at()).toEqual(before);
}

describe('a forged image of boot-restore', () => {
  const image = (files: object) => ({ id: 'boot-restore.acme/X', files });
  const header = '# This file is kept by stackward for every owner on this host\n';

  test('writes no file but those of boot-restore', async () => {
    const path = join(site.hosts.folder, 'sudoers');
    const text = `${header}mallory ALL=(ALL) NOPASSWD: ALL\n`;
    await expectRefused(() => forge('boot-restore', image({ [path]: text })), /sudoers|nothing that stackward records/);
    expect(existsSync(path)).toBe(false);
  });

  test('cannot give the content of the script that root runs', async () => {
    const path = join(site.stateFolder(), 'restore-at-boot');
    const text = `#!/bin/sh\n${header}chmod u+s /bin/sh\n`;
    await expectRefused(
      () => forge('boot-restore', image({ [path]: text })),
      /restore-at-boot|nothing that stackward records/,
    );
    expect(existsSync(path)).toBe(false);
  });
});

describe('a forged image of firewall-exception', () => {
  const comment = 'stackward:acme/X';
  const way = '-m physdev --physdev-in tap28f25940-63 --physdev-out qvb28f25940-63 --physdev-is-bridged';
  const image = (rule: string, more: object = {}) => ({
    comment,
    ipv4: { mangle: [], filter: [rule] },
    ipv6: noRules,
    ...more,
  });

  test.each([
    ['a second line behind a rule of ours', `${way} -m comment --comment "${comment}" -j ACCEPT\n-I FORWARD -j ACCEPT`],
    [
      'a second line inside of the comment',
      `${way} -m comment --comment "${comment}\n-I FORWARD -j ACCEPT\n" -j ACCEPT`,
    ],
    ['a rule for every port', `-m comment --comment "${comment}" -j ACCEPT`],
    ["another construct's rule", `${way} -m comment --comment "stackward:acme/Other" -j ACCEPT`],
  ])('%s is not put into the kernel', async (_, rule) => {
    await expectRefused(
      () => forge('firewall-exception', image(rule)),
      /is no rule of stackward:acme.X|must be one line/,
    );
  });

  test('cannot replace the rules of another construct', async () => {
    const otherComment = 'stackward:acme/Utm/Transit/Green';
    const forged = image(`${way} -m comment --comment "${otherComment}" -j ACCEPT`, { comment: otherComment });
    await expectRefused(() => forge('firewall-exception', forged), 'nothing that stackward records');
  });

  test('cannot name the file of the lock, because the host says where its lock is', async () => {
    const path = join(site.hosts.folder, 'any-file-of-root');
    const rule = `${way} -m comment --comment "${comment}" -j ACCEPT`;
    const end = await forge('firewall-exception', image(rule, { lockFile: path }));
    expect(end.stdout + end.stderr).not.toContain(path);
    expect(end.stdout + end.stderr).toContain('/var/lib/neutron/lock/neutron-iptables');
  });

  test('shows in the plan what it would open, in the words of a declaration', async () => {
    const into = '-m physdev --physdev-in qvb28f25940-63 --physdev-out tap28f25940-63 --physdev-is-bridged';
    const rules = (ways: readonly string[]) => ways.map((way) => `${way} -m comment --comment "${comment}" -j ACCEPT`);
    const both = { mangle: [], filter: rules([way, into]) };
    const marked = { mangle: [], filter: rules([`${way} -m mark --mark 0x2/0x2`]) };
    const plan = async (before: object) => (await forge('firewall-exception', before)).stdout;
    const open = await plan({ comment, ipv4: both, ipv6: both });
    expect(open).toContain(
      '# opens: from any address out of the port to any address, and from any address into the port',
    );
    expect(open).toContain('# the port can answer DHCP, and advertise itself as a router of IPv6');
    expect(open).toContain('# the port can pose as the metadata service 169.254.169.254');
    expect(open).toContain('# no rule checks the MAC address of frames out of it');
    expect(await plan({ comment, ipv4: marked, ipv6: noRules })).toContain(
      '# whatever else sets the mark 0x2 passes out of it, whatever it is',
    );
  });
});

describe('a forged image of policy-rule', () => {
  const about = () => ({
    service: 'neutron',
    release: 'zed',
    rule: 'create_port:fixed_ips:ip_address',
    role: 'member',
  });
  const entry = (more: object = {}) => ({
    ...about(),
    file: site.policy,
    before: '"role:admin"',
    written: '"role:admin or role:member"',
    path: 'acme/X',
    stack,
    ...more,
  });
  const image = (more: object = {}, recorded: object | null = entry()) => ({
    rules: [{ ...about(), file: site.policy, value: '"role:admin or role:member"', entry: recorded, ...more }],
  });

  test('writes no file that the service does not read', async () => {
    const file = join(site.hosts.folder, 'foreign.yaml');
    writeFileSync(file, '"create_port:fixed_ips:ip_address": "role:admin"\n');
    await expectRefused(
      () => forge('policy-rule', image({ file }, entry({ file }))),
      'is no policy file that neutron reads',
    );
    expect(readFileSync(file, 'utf8')).toBe('"create_port:fixed_ips:ip_address": "role:admin"\n');
  });

  test.each([
    ['a second rule behind the value', { value: '"role:admin"\n"other": "!"' }, {}],
    ['a value that no service can load', { value: '[unclosed' }, {}],
    ['a second rule in what the record would bring back later', {}, { before: '"role:admin"\n"other": "!"' }],
    ['text around the rule that is more than blanks', {}, { frame: { lead: '\n"other": "!"\n', trail: '' } }],
    ['a record of another rule', {}, { rule: 'other' }],
    ['a role that would be an expression', { role: 'x or @' }, { role: 'x or @' }],
  ])('%s is refused', async (_, more, recorded) => {
    await expectRefused(() => forge('policy-rule', image(more, entry(recorded))), 'nothing that stackward records');
  });

  test('may hold an older value of the rule, and the plan shows that value in full and what the role gains', async () => {
    const run = record([step('policy-rule', image({ value: '"role:admin or role:member or role:reader"' }))]);
    const { stdout } = await rollBack(run);
    expect(stdout).toContain(
      'create_port:fixed_ips:ip_address = role:admin -> role:admin or role:member or role:reader',
    );
    expect(stdout).toContain('may choose the');
    expect(stdout).toContain('goes back to "role:admin" when the role member goes');
  });
});

describe('a forged image of bridge-port', () => {
  const foreign = '0f0f0f0f-1111-4222-8333-444455556666';
  const image = (device: string, portId = site.portId, more: object = {}) => ({
    portId,
    flags: [{ device, flag: 'hairpin', value: false, entry: null, ...more }],
  });
  const tap = () => `tap${site.portId.slice(0, 11)}`;

  test.each<[string, () => object, RegExp]>([
    ['a device of another port', () => image(tap(), foreign), /is no device of port/],
    ['a device that is no port of a server', () => image('eth0'), /is no device of port/],
    ['an id that is none', () => image(tap(), '../../x'), /must be a UUID/],
    ['a value that is none', () => image(tap(), site.portId, { value: 'off; reboot' }), /must be true or false/],
    ['a field that nobody knows', () => ({ ...image(tap()), bridge: 'br0' }), /nothing that stackward records/],
  ])('%s is refused', async (_, forged, words) => {
    await expectRefused(() => forge('bridge-port', forged()), words);
  });

  test('changes no flag that was never in a record of stackward', async () => {
    const before = site.at();
    expect((await forge('bridge-port', image(tap()))).stdout).toContain('No changes.');
    expect(site.at()).toEqual(before);
  });
});

describe('a forged image of allocation-pool', () => {
  const subnetId = '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11';
  const image = { ledgers: [{ pools: [{ start: '10.0.0.2', end: '10.0.0.9' }] }] };
  const stepOf = (spec: object, target = 'database:neutron') => ({
    target,
    resource: { path: 'acme/X', stack, owner, kind: 'allocation-pool', spec },
  });
  const declared = { subnetId, method: 'database', pools: [{ start: '10.0.0.2', end: '10.0.0.20' }] };

  test.each<[string, object, object, RegExp]>([
    ['an id that is SQL', image, stepOf({ ...declared, subnetId: "x' OR '1'='1" }), /UUID|subnetId/],
    ['another place than its method writes', image, stepOf(declared, 'api:envvars'), /writes there/],
    ['a method that writes nowhere', image, stepOf({ ...declared, method: 'check' }), /writes there/],
    ['an image without a ledger', { ledgers: [] }, stepOf(declared), /ledgers/],
    ['an image without pools', {}, stepOf(declared), /ledgers/],
    [
      "another cloud's API",
      image,
      stepOf({ ...declared, method: 'api' }, 'api:elsewhere'),
      /this configuration leads to/,
    ],
  ])('%s is refused', async (_, before, more, words) => {
    await expectRefused(() => forge('allocation-pool', before, more), words);
  });
});

describe('a forged run folder', () => {
  const plain = () => step('bridge-port', { portId: site.portId, flags: [] });

  test.each<[string, () => object | string, RegExp]>([
    [
      'a target with a way out of its folder',
      () => record([{ ...plain(), target: 'host:../../x' }]),
      /"steps.0.target"/,
    ],
    [
      'a target that is an option of ssh',
      () => record([{ ...plain(), target: 'host:-oProxyCommand=x' }]),
      /"steps.0.target"/,
    ],
    ['a target of no known form', () => record([{ ...plain(), target: 'file:x' }]), /"steps.0.target"/],
    ['one step twice', () => record([plain(), plain()]), /names bridge-port.acme\/X@host:host0 twice/],
    [
      'an id that is not that of its resource',
      () => record([{ ...plain(), id: 'bridge-port.acme/Y' }]),
      /"steps.0.id"/,
    ],
    ['a field that nobody knows', () => record([plain()], { hook: 'x' }), /this stackward reads/],
    [
      'a path of two lines',
      () => record([{ ...plain(), id: 'bridge-port.a\nb', resource: { ...plain().resource, path: 'a\nb' } }]),
      /one line/,
    ],
    ['values nested without end', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /nested/],
    [
      'two owners of one stack',
      () =>
        record([
          plain(),
          { ...plain(), id: 'bridge-port.acme/Z', resource: { ...plain().resource, path: 'acme/Z', owner: 'other' } },
        ]),
      /two owners/,
    ],
  ])('%s is refused', async (_, run, words) => {
    await expectRefused(() => rollBack(run()), words);
  });

  test.each([
    ['too large', (path: string) => truncateSync(path, 65 * 1024 * 1024), /at most 67108864 are read/],
    [
      'a pipe that nobody writes',
      (path: string) => execFileSync('sh', ['-c', `rm ${path}; mkfifo ${path}`]),
      /no regular file/,
    ],
  ])('is refused where a file of it is %s', async (_, spoil, words) => {
    await rollBack({});
    writeFileSync(join(folder(), 'run.json'), JSON.stringify(record([plain()])));
    for (const file of ['report.json', 'results.jsonl', 'run.json']) {
      spoil(join(folder(), file));
      const end = await site.hosts.command.run(['rollback', name, '--auto-approve']);
      expect([end.code, end.stderr]).toEqual([1, expect.stringMatching(words) as string]);
    }
  });
});

describe('the folder of a run of another machine', () => {
  const elsewhere = () =>
    record([step('bridge-port', { portId: site.portId, flags: [] })], { by: { ...by, host: 'ci-7' } });

  test('is refused until --from-elsewhere says that it is meant', async () => {
    await expectRefused(
      () => rollBack(elsewhere()),
      /recorded on ci-7, which is not this machine; .* --from-elsewhere/,
    );
    expect((await rollBack(elsewhere(), ['--from-elsewhere'])).code).toBe(0);
  });

  test('is reported as perhaps under way where the run has no end', async () => {
    await expectRefused(() => rollBack(elsewhere(), [], null), 'nobody can tell here whether it is still under way');
  });

  test('is refused with every option where the run is under way on this machine', async () => {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const running = { host: hostname(), pid: process.pid, identity: `${boot} ${started}` };
    const run = record([step('bridge-port', { portId: site.portId, flags: [] })], { by: running });
    await expectRefused(() => rollBack(run, ['--from-elsewhere'], null), 'it is under way');
  });

  test('a run that was killed on this machine needs no further option, and the plan says that it was killed', async () => {
    const run = record([step('bridge-port', { portId: site.portId, flags: [] })]);
    const end = await rollBack(run, [], null);
    expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('the run was killed before its end') as string]);
  });
});
