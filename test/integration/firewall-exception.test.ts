/** Exceptions in real packet filters, nft and legacy, through the real host program. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerMark, type TableVariant } from '../../lib/hosts/host';
import type { Sweep } from '../../lib/contract/reconciler';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { anyOf } from '../support/moments';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const mark = ownerMark('team-a');
const chain = `stackward-${mark}`;
const id = 'firewall-exception.acme/Branch';
const applied = [[id, 'applied']];
const both = { sources: ['10.99.0.0/24', '2001:db8:99::/48'], destinations: 'any' } as const;
const wish = (more: Parameters<typeof exception>[0] = {}) => [
  manifestOf({ Branch: exception({ ...both, sources: [...both.sources], ...more }) }),
];
const nobody = [manifestOf({})];

let world: FirewallHosts;
const make = (variant: TableVariant = 'nft', names: readonly string[] = ['cnode01']): FirewallHosts => {
  world = new FirewallHosts(names, { variant });
  world.network.putPort({
    id: portId,
    hostId: 'cnode01',
    macAddress: 'fa:16:3e:9b:da:ee',
    fixedIps: [{ subnetId: 'green', address: '10.77.0.10' }],
  });
  return world;
};
afterEach(() => world.remove());

describe.each(anyOf(['nft', 'legacy'] as const))('with iptables-%s,', (variant) => {
  test.each(['zed', 'mitaka'] as const)(
    'rules of the release %s are put, changed and removed, a second run writes nothing, and foreign rules stay',
    async (release) => {
      const host = make(variant).get();
      const foreign = [host.foreign(4), host.foreign(6)];
      const first = await world.run(wish({ release }));
      expect([first.outcomes, first.problems, host.requests.writes]).toEqual([applied, [], 1]);
      expect(host.ours(4)).toContain(`-A neutron-filter-top -j ${chain}`);
      expect(host.ours(4).some((line) => line.includes('--mac-source fa:16:3e:9b:da:ee'))).toBe(release === 'mitaka');
      expect(host.ours(6).some((line) => line.includes('-s 2001:db8:99::/48'))).toBe(true);
      expect(Object.keys(host.stored())).toEqual([
        `firewall-exception-${mark}.ipv4`,
        `firewall-exception-${mark}.ipv6`,
      ]);

      const again = await world.run(wish({ release }), { sweep: all });
      expect([again.planned.steps, host.requests.writes]).toEqual([[], 1]);

      const change = await world.run(wish({ release, sources: ['10.98.0.0/24'] }));
      expect([change.outcomes, change.problems, host.requests.writes]).toEqual([applied, [], 2]);
      expect(host.ours(6)).toEqual([]);
      expect(host.ours(4).join('\n')).not.toContain('10.99.0.0');

      const removal = await world.run(nobody, { sweep: all });
      expect([removal.outcomes, removal.problems]).toEqual([applied, []]);
      expect([host.ours(4), host.ours(6), host.stored()]).toEqual([[], [], {}]);
      expect([host.foreign(4), host.foreign(6)]).toEqual(foreign);
    },
  );

  test('counters of foreign rules stay through apply, change and removal', async () => {
    const host = make(variant).get();
    host.restore(4, '*filter\n[7:700] -A foo -s 203.0.113.99/32 -j RETURN\nCOMMIT\n', '-n', '-c');
    const counted = () =>
      host.namespace
        .run(`iptables-${variant}-save`, '-c', '-t', 'filter')
        .split('\n')
        .filter((line) => line.startsWith('[') && !line.includes('stackward-'));
    const before = counted();
    expect(before).toContain('[7:700] -A foo -s 203.0.113.99/32 -j RETURN');
    for (const manifests of [wish(), wish({ sources: ['10.98.0.0/24'] }), nobody]) {
      expect((await world.run(manifests, { sweep: all })).problems).toEqual([]);
      expect(counted()).toEqual(before);
    }
  });

  test('a hundred exceptions are one write, and the kernel prints the rules that were meant', async () => {
    const host = make(variant).get();
    const names = Array.from({ length: 100 }, (_, index) => `Branch${index}`);
    for (const [index] of names.entries()) world.network.putPort({ id: portOf(index), hostId: 'cnode01' });
    const many = [
      manifestOf(
        Object.fromEntries(
          names.map((name, index) => [
            name,
            exception({
              portId: portOf(index),
              release: index % 2 ? 'zed' : 'kilo',
              reason: name,
              ...(index % 3 ? both : { sources: 'any', destinations: ['10.1.0.0/16', '2001:db8:1::/48'] }),
              sources: index % 3 ? [`10.99.${index}.0/24`] : 'any',
            }),
          ]),
        ),
      ),
    ];
    // Half of them are of a release whose agent has a lock.
    const lock = join(host.stateFolder, 'lock');
    world.configFiles = [join(host.stateFolder, 'neutron.conf')];
    writeFileSync(world.configFiles[0]!, `[oslo_concurrency]\nlock_path = ${lock}\n`);
    host.namespace.run('mkdir', lock);
    host.namespace.run('touch', join(lock, 'neutron-iptables'));
    const { outcomes, problems, planned } = await world.run(many);
    expect([problems, planned.steps.length, host.requests.writes]).toEqual([[], 100, 1]);
    expect(new Set(outcomes.map(([, outcome]) => outcome))).toEqual(new Set(['applied']));
    expect((await world.plan(many, all)).steps).toEqual([]);
  });

  test("a rule that somebody put into stackward's chain after the plan is refused, and the next plan shows it", async () => {
    const host = make(variant).get();
    await world.run(wish());
    const change = { sources: ['10.98.0.0/24'] };
    const strange = ['-A', chain, '-s', '192.0.2.66/32', '-j', 'ACCEPT'];
    let before: string[] = [];
    const files = host.stored();
    const { outcomes, messages } = await world.run(wish(change), {
      between: () => {
        host.iptables(...strange);
        before = host.lines();
      },
    });
    expect(outcomes).toEqual([[id, 'StalePlan']]);
    expect(messages).toEqual([
      expect.stringMatching(/^IPv4: the chain stackward-\w+ is not as it was seen.*plan again/),
    ]);
    // IPv6 is a write of its own, and there nothing is wanted any more.
    const { [`firewall-exception-${mark}.ipv4`]: ipv4 } = files;
    expect([host.lines(), host.stored()]).toEqual([before, { [`firewall-exception-${mark}.ipv4`]: ipv4 }]);
    const next = await world.run(wish(change));
    expect(next.planned.steps).toEqual([]);
    expect(next.problems).toEqual([expect.stringMatching(/192\.0\.2\.66.*nothing of it is touched/)]);
    host.iptables('-D', ...strange.slice(1));
    expect((await world.run(wish(change))).problems).toEqual([]);
  });

  test.each([
    ['changed', (host: FirewallHosts) => host.get().iptables('-R', chain, '1', '-s', '10.0.0.0/8', '-j', 'ACCEPT')],
    ['gone', (host: FirewallHosts) => host.get().iptables('-D', chain, '1')],
  ])(
    "a rule of stackward's that was %s after the plan makes the write refused, and the whole chain stays",
    async (_, meddle) => {
      const host = make(variant).get();
      await world.run(wish());
      let before: string[] = [];
      const { outcomes } = await world.run(wish({ sources: ['10.98.0.0/24'] }), {
        between: () => {
          meddle(world);
          before = host.lines();
        },
      });
      expect([outcomes, host.lines()]).toEqual([[[id, 'StalePlan']], before]);
    },
  );
});

const portOf = (number: number): string => `${(0x10000000 + number * 0x101).toString(16)}-63aa-4c5e-9d0b-1f6a7e5c3b21`;

test.each([
  ['the MAC address of the port has changed in Neutron', { macAddress: 'fa:16:3e:00:00:02' }, '9b:da:ee', '00:00:02'],
  [
    'the addresses of the port that stay with its groups have changed',
    { fixedIps: [{ subnetId: 'green', address: '10.77.0.11' }] },
    '10.77.0.10/32',
    '10.77.0.11/32',
  ],
])("%s: the exception's rules follow where they match the MAC address", async (because, port, old, now) => {
  const host = make().get();
  const wished = wish({ release: 'mitaka', sources: ['10.77.0.0/24'] });
  await world.run(wished);
  expect(host.ours().join()).toContain(old);
  world.network.putPort({ id: portId, ...port });
  const { outcomes, planned, problems } = await world.run(wished);
  expect([outcomes, problems, planned.steps.map((step) => step.because)]).toEqual([applied, [], [because]]);
  for (const text of [host.ours().join(), Object.values(host.stored()).join()])
    expect([text.includes(old), text.includes(now)]).toEqual([false, true]);
  expect((await world.plan(wished, all)).steps).toEqual([]);
});

test("a rule changed by hand, a surplus rule of stackward's and a missing jump are drift, and are repaired", async () => {
  const host = make().get();
  await world.run(wish());
  const right = host.lines();
  const [rule = ''] = host.ours().filter((line) => line.startsWith(`-A ${chain}`));
  for (const meddle of [
    `*filter\n${rule.replace('-A', '-D')}\n${rule.replace('10.99.0.0/24', '10.0.0.0/8')}\nCOMMIT\n`,
    `*filter\n${rule.replace('10.99.0.0/24', '10.98.0.0/24')}\nCOMMIT\n`,
    `*filter\n-D neutron-filter-top -j ${chain}\nCOMMIT\n`,
    `*filter\n-A neutron-filter-top -j ${chain}\nCOMMIT\n`,
  ]) {
    host.restore(4, meddle, '-n');
    const { outcomes, problems } = await world.run(wish());
    expect([meddle, outcomes, problems]).toEqual([meddle, applied, []]);
    expect(host.lines().sort()).toEqual([...right].sort());
  }
});

test("a chain of stackward's name that appeared after the plan is refused and not flushed", async () => {
  const host = make().get();
  const { outcomes } = await world.run(wish(), {
    between: () => {
      host.iptables('-N', chain);
      host.iptables('-A', chain, '-s', '192.0.2.66/32', '-j', 'DROP');
    },
  });
  expect(outcomes).toEqual([[id, 'StalePlan']]);
  expect(host.ours()).toEqual([`:${chain} -`, `-A ${chain} -s 192.0.2.66/32 -j DROP`]);
  expect(Object.keys(host.stored())).toEqual([`firewall-exception-${mark}.ipv6`]);
});

test('a chain that another run of the same owner wrote after the plan is refused and not flushed', async () => {
  const host = make().get();
  const otherStack = [manifestOf({ Other: exception({ sources: ['10.97.0.0/24'] }) }, { stack: 'other' })];
  const late = await world.run(otherStack, { between: () => world.run(wish()) });
  expect(late.outcomes).toEqual([['firewall-exception.other/Other', 'StalePlan']]);
  expect(host.ours().join()).toContain('10.99.0.0');
  expect((await world.run(otherStack)).problems).toEqual([]);
  for (const prefix of ['10.99.0.0', '10.97.0.0']) expect(host.ours().join()).toContain(prefix);
});

test('rules that the kernel has as declared are adopted: only the stored file for the boot is written', async () => {
  const host = make().get();
  await world.run(wish());
  const files = host.stored();
  for (const name of Object.keys(files)) rmSync(join(host.stateFolder, name));
  const written = world.written;
  const { outcomes, planned } = await world.run(wish());
  expect([outcomes, planned.steps.map((step) => step.because)]).toEqual([
    applied,
    ['it would not come back when the host starts'],
  ]);
  // One file of each family, and no tables.
  expect([world.written - written, host.stored()]).toEqual([2, files]);
  expect((await world.run(wish())).planned.steps).toEqual([]);
});

test('a line that somebody wrote into the stored file goes with the next run, and the kernel is not touched', async () => {
  const host = make().get();
  await world.run(wish());
  const [files, tables] = [host.stored(), host.lines()];
  const name = `firewall-exception-${mark}.ipv4`;
  const meddled = files[name]!.replace('\nCOMMIT', `\n-A ${chain} -j ACCEPT\nCOMMIT`);
  writeFileSync(join(host.stateFolder, name), meddled);
  const written = world.written;
  expect((await world.run(wish())).outcomes).toEqual(applied);
  expect([host.stored(), host.lines(), world.written - written]).toEqual([files, tables, 1]);
});

test('decoys stay through apply and removal: the same rule elsewhere, a chain of a longer name, another owner', async () => {
  const host = make().get();
  host.restore(
    4,
    [
      '*filter',
      `:${chain}0 - [0:0]`,
      `-A ${chain}0 -s 10.99.0.0/24 -m comment --comment "stackward:acme/Branch" -j ACCEPT`,
      `-A neutron-filter-top -j ${chain}0`,
      '-A neutron-filter-top -s 10.99.0.0/24 -m comment --comment "stackward:acme/Branch" -j ACCEPT',
      'COMMIT\n',
    ].join('\n'),
    '-n',
  );
  const decoys = host.lines().filter((line) => line.includes(`${chain}0`) || line.includes('10.99.0.0'));
  await world.run(wish());
  await world.run(nobody, { sweep: all });
  expect(host.lines().filter((line) => line.includes('stackward-') || line.includes('10.99.0.0'))).toEqual(decoys);
});

test("two owners on one host have two chains and two jumps, and neither sweeps the other's", async () => {
  const host = make().get();
  const theirs = [
    manifestOf({ Theirs: exception({ sources: ['10.97.0.0/24'] }) }, { owner: 'team-b', stack: 'other' }),
  ];
  await world.run(wish(), { sweep: all });
  const ours = host.ours();
  await world.run(theirs, { sweep: [{ owner: 'team-b', stacks: 'all' }] });
  const [theirRules, theirFiles] = [host.ours(4, 'team-b'), Object.keys(host.stored()).length];
  expect([host.ours(), theirFiles]).toEqual([ours, 3]);
  expect((await world.plan(wish(), all)).steps).toEqual([]);
  await world.run(nobody, { sweep: all });
  expect([host.ours(), host.ours(4, 'team-b')]).toEqual([[], theirRules]);
  expect(Object.keys(host.stored())).toEqual([`firewall-exception-${ownerMark('team-b')}.ipv4`]);
});

test('a run of some stacks of an owner writes only theirs, and removes only what it may sweep', async () => {
  const host = make().get();
  const otherStack = manifestOf({ Other: exception({ sources: ['10.97.0.0/24'] }) }, { stack: 'other' });
  const { outcomes } = await world.run([...wish(), otherStack], { only: [id] });
  expect([outcomes, host.ours().join().includes('10.97')]).toEqual([applied, false]);
  await world.run([otherStack]);
  expect(host.ours().join()).toMatch(/10\.99.*10\.97/);
  expect((await world.run(nobody)).planned.steps).toEqual([]);
  const acme = await world.run(nobody, { sweep: [{ owner: 'team-a', stacks: ['acme'] }] });
  expect(acme.outcomes).toEqual(applied);
  expect([host.ours().join().includes('10.99'), host.ours().join().includes('10.97')]).toEqual([false, true]);
});

test("nothing is written before the agent's first run, and all rules are put after it", async () => {
  const host = make().get();
  host.emptyTables();
  const { planned, problems } = await world.run(wish());
  expect([planned.steps, problems]).toEqual([[], [expect.stringMatching(/neutron-filter-top is not there/)]]);
  host.startAgent();
  expect((await world.run(wish())).problems).toEqual([]);
});
