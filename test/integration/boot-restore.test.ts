/**
 * The unit that brings exceptions back when a host starts: written, run with the real packet filter, and removed with
 * the last exception.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownerMark, type TableVariant } from '../../lib/hosts/host';
import { all, copy, job, nobody, target, unit, wish } from '../support/boot-files';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { portId } from '../support/firewall-texts';
import { anyOf } from '../support/moments';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

let world: FirewallHosts;
let machine: FirewallMachine;
afterEach(async () => {
  await machine.stop();
  world.remove();
  for (const path of [unit, target, job, copy]) expect([path, existsSync(path)]).toEqual([path, false]);
});

async function make(init: 'systemd' | 'upstart' | 'other' = 'systemd', variant: TableVariant = 'nft'): Promise<void> {
  world = new FirewallHosts(['cnode01'], { variant, open: (host) => machine.host(host.name) });
  machine = await FirewallMachine.start(world.get().namespace.name, init);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  use(variant);
}

/** Chooses the variant of `iptables` from now on. */
function use(variant: TableVariant): void {
  const links = ['iptables', 'ip6tables'].flatMap((tool) =>
    ['', '-restore', '-save'].map((end) => `ln -sf /usr/sbin/${tool}-${variant}${end} /etc/alternatives/${tool}${end}`),
  );
  machine.run('sh', '-ec', links.join('\n'));
}

const boot = () => expect(machine.boot()).toEqual({ code: 0, stderr: '' });

describe.each(anyOf(['nft', 'legacy'] as const))('with iptables-%s,', (variant) => {
  test('chains and jumps are back before the agent after a restart, a second run changes nothing, and the agent keeps them', async () => {
    await make('systemd', variant);
    const host = world.get();
    const { outcomes, problems } = await world.run(wish());
    expect([outcomes.length, problems]).toEqual([2, []]);
    const ours = [host.ours(4), host.ours(6)];
    host.emptyTables();
    expect([host.ours(4), host.ours(6)]).toEqual([[], []]);
    boot();
    expect([host.ours(4), host.ours(6)].map((lines) => lines.sort())).toEqual(ours.map((lines) => lines.sort()));
    expect(host.lines(4)).toContain(':neutron-filter-top -');
    const restored = [host.lines(4), host.lines(6)];
    boot();
    expect([host.lines(4), host.lines(6)]).toEqual(restored);
    // A starting agent does the same: it puts its own jumps in front, in a chain that exists.
    for (const family of [4, 6] as const)
      host.restore(
        family,
        '*filter\n:neutron-openvswi-local - [0:0]\n-I FORWARD 1 -j neutron-filter-top\n-I neutron-filter-top 1 -j neutron-openvswi-local\nCOMMIT\n',
        '-n',
      );
    expect((await world.plan(wish(), all('team-a'))).steps).toEqual([]);
  });

  test('a late run beside a running agent adds only the rules that are missing', async () => {
    await make('systemd', variant);
    const host = world.get();
    await world.run(wish());
    const right = host.lines().sort();
    for (const [table, from] of [
      ['mangle', 'FORWARD'],
      ['filter', 'neutron-filter-top'],
    ] as const) {
      host.iptables('-t', table, '-D', from, '-j', `stackward-${ownerMark('team-a')}`);
      boot();
      expect([table, host.lines().sort()]).toEqual([table, right]);
    }
  });
});

/** Our lines of IPv4 in either variant, after a restart. */
function restarted(): Record<string, number> {
  const savedBy = (variant: string) => world.get().namespace.run(`iptables-${variant}-save`).split('\n');
  for (const variant of ['nft', 'legacy'])
    for (const [table, what] of [
      ['mangle', '-F'],
      ['mangle', '-X'],
      ['filter', '-F'],
      ['filter', '-X'],
    ] as const)
      for (const tool of ['iptables', 'ip6tables']) world.get().namespace.run(`${tool}-${variant}`, '-t', table, what);
  boot();
  return Object.fromEntries(
    ['nft', 'legacy'].map((variant) => [
      variant,
      savedBy(variant).filter((line) => /stackward-|:neutron-filter-top/.test(line)).length,
    ]),
  );
}

const turns = [
  ['legacy', 'nft'],
  ['nft', 'legacy'],
] as const;
test.each(anyOf(turns))(
  'where iptables was %s and is %s, all rules come back where the agent will be, and every owner goes on',
  async (was, is) => {
    await make('systemd', was);
    await world.run(wish());
    use(is);
    const { [was]: before, [is]: now } = restarted();
    expect([before, now]).toEqual([0, expect.any(Number)]);
    expect(now).toBeGreaterThan(0);
    expect((await world.run(wish(), { sweep: all('team-a') })).problems).toEqual([]);
    expect((await world.run(wish('team-b', 'other'), { sweep: all('team-b') })).problems).toEqual([]);
    await world.run(nobody('team-b'), { sweep: all('team-b') });
  },
);

test("where an agent in a container has an iptables of its own, the variant of the stored file is used and not the host's", async () => {
  await make('systemd', 'legacy');
  expect((await world.run(wish())).problems).toEqual([]);
  use('nft');
  machine.run('mkdir', '/etc/kolla');
  expect(restarted()).toEqual({ nft: 0, legacy: expect.any(Number) as number });
  expect(world.get().ours().length).toBeGreaterThan(0);
});

test('a late run makes no second chain where the agent has its chain in another variant than iptables is now', async () => {
  await make('systemd', 'legacy');
  const host = world.get();
  expect((await world.run(wish())).problems).toEqual([]);
  use('nft');
  const right = host.lines().sort();
  host.iptables('-D', 'neutron-filter-top', '-j', `stackward-${ownerMark('team-a')}`);
  boot();
  expect(host.lines().sort()).toEqual(right);
  expect(host.namespace.run('iptables-nft-save')).not.toContain('neutron-filter-top');
});

test('the restore at boot gives up while somebody holds the lock of the tables, and does its work the next time', async () => {
  await make('systemd', 'legacy');
  const host = world.get();
  await world.run(wish('team-a', 'acme', ['10.99.0.0/24']));
  const ours = host.ours().sort();
  host.emptyTables();
  const held = ['timeout', '--kill-after=1', '60', 'flock', '/run/xtables.lock', 'python3', copy, '--restore-at-boot'];
  expect(machine.run('sh', '-c', `${held.join(' ')} /var/lib/stackward 2>&1; echo "ended with $?"`)).toMatch(
    /\.ipv4 is left out: .*lock[^]*\nended with 1\n$/,
  );
  boot();
  expect(host.ours().sort()).toEqual(ours);
});

test('the unit serves every owner: a second pipeline finds it in place, and it goes with the last exception of any owner', async () => {
  await make();
  const host = world.get();
  await world.run(wish('team-a'), { sweep: all('team-a') });
  const files = [unit, target, copy].map((path) => machine.read(path));
  const second = await world.run(wish('team-b', 'other', ['10.97.0.0/24']), { sweep: all('team-b') });
  expect(second.outcomes.map(([id]) => id)).toEqual(['firewall-exception.other/Branch']);
  host.emptyTables();
  boot();
  expect([host.ours(4, 'team-a').length > 0, host.ours(4, 'team-b').length > 0]).toEqual([true, true]);

  const first = await world.run(nobody('team-a'), { sweep: all('team-a') });
  expect(first.outcomes.map(([id]) => id)).toEqual(['firewall-exception.acme/Branch']);
  expect([unit, target, copy].map((path) => machine.read(path))).toEqual(files);
  const last = await world.run(nobody('team-b'), { sweep: all('team-b') });
  expect(last.outcomes).toEqual([
    ['boot-restore.other/BootRestore', 'applied'],
    ['firewall-exception.other/Branch', 'applied'],
  ]);
  expect([unit, target, copy].map((path) => machine.read(path))).toEqual([undefined, undefined, undefined]);
  expect(machine.run('ls', '-A', '/var/lib/stackward')).toBe('');
});

test('two pipelines that come to a host for the first time at once both succeed', async () => {
  await make();
  const first = await world.run(wish('team-a'), {
    between: () => world.run(wish('team-b', 'other', ['10.97.0.0/24'])),
  });
  expect([first.outcomes, first.problems]).toEqual([
    [
      ['boot-restore.acme/BootRestore', 'applied'],
      ['firewall-exception.acme/Branch', 'applied'],
    ],
    [],
  ]);
});

test("a changed unit is put right, and somebody's file under its name is left alone", async () => {
  await make();
  expect((await world.run(wish())).problems).toEqual([]);
  machine.run('sh', '-c', `echo 'ExecStart=/bin/false' >>${unit}`);
  const drift = await world.run(wish());
  expect([drift.outcomes, drift.problems]).toEqual([[['boot-restore.acme/BootRestore', 'applied']], []]);
  machine.run('sh', '-c', `echo '[Unit]' >${unit}`);
  const foreign = await world.run(wish());
  expect([foreign.outcomes, foreign.problems]).toEqual([
    [],
    [expect.stringMatching(/stackward-restore\.service is there and does not bear our header/)],
  ]);
  // Stackward's part of the files goes, and the rest stays.
  const removal = await world.run(nobody(), { sweep: all('team-a') });
  expect([removal.problems, machine.read(unit), machine.read(copy)]).toEqual([[], '[Unit]\n', undefined]);
});

test('a rollback of the first apply removes the unit, and a rollback of its removal brings it back', async () => {
  await make();
  const files = () => [unit, target, copy].map((path) => machine.read(path));
  const there = await world.run(wish());
  const whole = files();
  const back = await world.run(there.undo());
  expect([back.problems, files()]).toEqual([[], [undefined, undefined, undefined]]);
  expect((await world.run(wish())).problems).toEqual([]);
  const removal = await world.run(nobody(), { sweep: all('team-a') });
  expect(files()).toEqual([undefined, undefined, undefined]);
  const again = await world.run(removal.undo());
  expect([again.problems, files()]).toEqual([[], whole]);
  boot();
});

test("anybody may read what systemd reads; a folder that was made for the unit goes with it, and somebody's folder stays", async () => {
  await make();
  const folder = '/etc/systemd/system/multi-user.target.d';
  expect((await world.run(wish())).problems).toEqual([]);
  expect(machine.run('stat', '-c', '%a', folder, '/var/lib/stackward', target, dirname(copy), copy)).toBe(
    '755\n700\n644\n755\n644\n',
  );
  await world.run(nobody(), { sweep: all('team-a') });
  expect(machine.run('sh', '-c', `ls -d ${folder} 2>&1 || true`)).toMatch(/No such file/);
  machine.run('sh', '-c', `mkdir ${folder} && touch ${folder}/theirs.conf`);
  expect((await world.run(wish())).problems).toEqual([]);
  await world.run(nobody(), { sweep: all('team-a') });
  expect(machine.run('ls', folder)).toBe('theirs.conf\n');
});

test('on a host with upstart a job starts before any of the agents', async () => {
  await make('upstart');
  expect((await world.run(wish())).problems).toEqual([]);
  expect([machine.read(unit), machine.read(job)]).toEqual([
    undefined,
    expect.stringMatching(/^start on starting neutron-/m),
  ]);
  const host = world.get();
  const ours = host.ours().sort();
  host.emptyTables();
  boot();
  expect(host.ours().sort()).toEqual(ours);
  await world.run(nobody(), { sweep: all('team-a') });
  expect([machine.read(job), machine.read(copy)]).toEqual([undefined, undefined]);
});

test('on a host with neither systemd nor upstart the exceptions are written and a warning says that they do not come back', async () => {
  await make('other');
  const { planned, problems } = await world.run(wish());
  expect(problems).toEqual([]);
  expect(planned.warnings.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^cnode01 is started by neither systemd nor upstart/),
  );
  expect([machine.read(unit), machine.read(job), machine.read(copy)]).toEqual([undefined, undefined, undefined]);
});

/** Units of Debian, Docker, Kolla, SUSE and Shorewall, with the lines that concern their order. */
const neighbours: Readonly<Record<string, string>> = {
  'networking.service': 'After=network-pre.target\nBefore=network.target\nWants=network.target',
  'docker.service': 'After=network-online.target firewalld.service\nWants=network-online.target',
  'shorewall.service': 'After=network-online.target\nWants=network-online.target\nConflicts=iptables.service',
  'kolla-neutron_openvswitch_agent-container.service': 'After=docker.service\nRequires=docker.service',
  'openstack-neutron-openvswitch-agent.service': 'After=network.target openvswitch.service',
  'neutron-openvswitch-agent.service': 'After=network-online.target',
};

test('systemd starts the unit after what loads tables and before what starts an agent, without a cycle', async () => {
  await make();
  await world.run(wish());
  const put = (name: string, lines: string) =>
    machine.run('sh', '-c', `printf '%b' "$1" >"/etc/systemd/system/$0"`, name, lines);
  const service = (lines: string) => `[Unit]\n${lines}\n[Service]\nType=oneshot\nExecStart=/bin/true\n`;
  for (const [name, lines] of Object.entries(neighbours)) put(name, service(lines));
  const wants = ['stackward-restore.service', ...Object.keys(neighbours)].join(' ');
  put('boot.target', `[Unit]\nWants=${wants}\n`);
  const verify = () => machine.run('sh', '-c', `systemd-analyze verify --man=no boot.target 2>&1 || true`);
  expect(verify()).toBe('');
  // A unit between the two can't be after or before both.
  put('docker.service', service('Before=network.target'));
  expect(verify()).toMatch(/ordering cycle/);
  put('docker.service', service(neighbours['docker.service'] ?? ''));
  put('shorewall.service', service('After=neutron-openvswitch-agent.service'));
  expect(verify()).toMatch(/ordering cycle/);
});

test('systemd-analyze finds no fault in the unit', async () => {
  await make();
  expect((await world.run(wish())).problems).toEqual([]);
  expect(machine.run('sh', '-c', `systemd-analyze verify --man=no ${unit} 2>&1`)).toBe('');
  machine.run('sh', '-c', `sed -i s/oneshot/once/ ${unit}`);
  expect(machine.run('sh', '-c', `systemd-analyze verify --man=no ${unit} 2>&1`)).toMatch(/service type/);
});
