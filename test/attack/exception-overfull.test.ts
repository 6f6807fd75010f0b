/**
 * Hosts that a stackward without limits filled: more rules in one chain than one write may name, and a stored file that is larger
 * than the host program reads. A destroy cleans them, and so does an apply of a smaller manifest.
 */
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxRules, maxRulesOfOwner, maxStoredBytes } from '../../lib/synth/exception-limits';
import { longestLine, mostRules } from '../../lib/iptables/own-chain';
import type { Sweep } from '../../lib/contract/reconciler';
import { renderStored } from '../../reconcilers/firewall-exception/chain/stored-rules';
import { FirewallHosts } from '../support/firewall-hosts';
import { chain, dhcp, exception, into, manifestOf, mark, out, portId, TextHosts } from '../support/firewall-texts';
import { callHostFunction } from '../support/host-functions';
import { anyOf, numberOfRuns } from '../support/moments';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const program = join(__dirname, '../../host/stackward-host.py');
const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const nobody = [manifestOf({})];
const smaller = [manifestOf({ Branch: exception() })];
const jump = `-A neutron-filter-top -j ${chain}`;
const blank = { mangle: [], filter: [] };

/** `count` of the 80,000 rules that 200 sources and as many destinations make, both ways. */
function rulesOf(count: number): string[] {
  const way = (from: string, to: string): string =>
    `-m physdev --physdev-in ${from} --physdev-out ${to} --physdev-is-bridged -m comment --comment "stackward:acme/Branch" -j ACCEPT`;
  const [leaving, coming] = [way('tap28f25940-63', 'qvb28f25940-63'), way('qvb28f25940-63', 'tap28f25940-63')];
  const pairs = Array.from({ length: count / 2 }, (_, index) => [
    `20.${Math.floor(index / 200)}.128.0/17`,
    `100.${index % 200}.128.0/17`,
  ]);
  return [
    ...pairs.map(([source, destination]) => `-s ${source} -d ${destination} ${leaving}`),
    ...pairs.map(([source, destination]) => `-s ${destination} -d ${source} ${coming}`),
  ];
}

let world: FirewallHosts | undefined;
afterEach(() => {
  world?.remove();
  world = undefined;
});

/** Text of a file with 80,000 rules. */
const storedTexts = {
  nft: renderStored('team-a', chain, 'nft', undefined, { ...blank, filter: rulesOf(80_000) }),
  legacy: renderStored('team-a', chain, 'legacy', undefined, { ...blank, filter: rulesOf(80_000) }),
};

/** A host as the old version left it: its rules in the kernel, if any, and a stored file that is larger than is read. */
function fill(variant: 'nft' | 'legacy', count: number) {
  world = new FirewallHosts(['cnode01'], { variant });
  world.network.putPort({ id: portId, hostId: 'cnode01', macAddress: 'fa:16:3e:9b:da:ee' });
  const host = world.get();
  const foreign = host.foreign();
  if (count > 0)
    host.restore(
      4,
      ['*filter', `-N ${chain}`, ...rulesOf(count).map((rule) => `-A ${chain} ${rule}`), jump, 'COMMIT', ''].join('\n'),
      '-n',
    );
  const path = join(host.stateFolder, `firewall-exception-${mark}.ipv4`);
  writeFileSync(path, storedTexts[variant], { mode: 0o600 });
  expect(statSync(path).size).toBeGreaterThan(16 << 20);
  return { world, host, foreign, path };
}

/**
 * Three writes empty the chain of iptables-legacy (five nightly, of 80,000 rules), and two that of iptables-nft. There are fewer
 * rules, because the time of each look at a chain grows with the square of its rules: for each page the kernel counts from the
 * first rule again.
 */
const emptied = [
  ['legacy', Math.max(2 * mostRules + 200, numberOfRuns(8_000))],
  ['nft', mostRules + 200],
] as const;
describe.each(anyOf(emptied))(
  "a host with iptables-%s, %d rules in stackward's chain and a stored file of more than 16 MiB",
  (variant, count) => {
    test('is emptied by destroy, and the rules of others stay', async () => {
      const { world, host, foreign } = fill(variant, count);
      const { outcomes, problems } = await world.run(nobody, { sweep: all });
      expect([outcomes, problems]).toEqual([[['firewall-exception.acme/Branch', 'applied']], []]);
      expect([host.ours(), host.stored(), host.foreign()]).toEqual([[], {}, foreign]);
    });
  },
);

const replaced = [
  ['legacy', mostRules + 200],
  ['nft', maxRulesOfOwner + 200],
] as const;
describe.each(anyOf(replaced))('a host with iptables-%s and %d rules in our chain', (variant, count) => {
  test('gets the rules of a smaller manifest, in the kernel and for the next start of the host', async () => {
    const { world, host, foreign } = fill(variant, count);
    const { outcomes, problems } = await world.run(smaller, { sweep: all });
    expect([outcomes, problems]).toEqual([[['firewall-exception.acme/Branch', 'applied']], []]);
    const rules = [dhcp, out, into];
    const wanted = [`:${chain} -`, jump, ...rules.map((rule) => `-A ${chain} ${rule}`)];
    expect(new Set(host.ours())).toEqual(new Set(wanted));
    expect(Object.values(host.stored())).toEqual([
      renderStored('team-a', chain, variant, undefined, { ...blank, filter: rules }),
    ]);
    expect(host.foreign()).toEqual(foreign);
    expect((await world.plan(smaller, all)).steps).toEqual([]);
  });
});

describe.each(anyOf(['legacy', 'nft'] as const))(
  'the chain of stackward with more rules than one write empties, on a host with iptables-%s',
  (variant) => {
    test('is left as it is where a rule of somebody else stands in it', async () => {
      const { world, host } = fill(variant, mostRules + 200);
      host.iptables('-I', chain, '17', '-s', '192.0.2.66', '-j', 'DROP');
      const before = [host.lines(), host.stored()];
      const { outcomes, problems } = await world.run(nobody, { sweep: all });
      expect([outcomes, problems]).toEqual([[], [expect.stringMatching(/-s 192\.0\.2\.66\/32 -j DROP.*delete that/)]]);
      expect([host.lines(), host.stored()]).toEqual(before);
    });

    test('keeps a rule of somebody else that comes while stackward empties the chain, and no jump leads to the chain', async () => {
      const { world, host } = fill(variant, mostRules + 200);
      const between = () => host.iptables('-A', chain, '-s', '192.0.2.66', '-j', 'DROP');
      const { outcomes, messages } = await world.run(nobody, { sweep: all, between });
      expect(outcomes).toEqual([['firewall-exception.acme/Branch', 'StalePlan']]);
      expect(messages).toEqual([expect.stringContaining('nothing leads to the chain any more')]);
      expect(host.lines()).not.toContain(jump);
      expect(host.lines()).toContain(`-A ${chain} -s 192.0.2.66/32 -j DROP`);
    });
  },
);

describe('a stored file of more than 16 MiB without rules in the kernel, as after a restart of the host', () => {
  test('brings nothing back when the host starts, and stderr says why', () => {
    const { host, path } = fill('nft', 0);
    const boot = ['sh', '-c', `! /usr/bin/python3 ${program} --restore-at-boot ${host.stateFolder} 2>&1`];
    const said = execFileSync('ip', ['netns', 'exec', host.namespace.name, ...boot], { encoding: 'utf8' });
    expect(said).toBe(`${path} is left out: ${path} has more than 16 MiB\n`);
    expect(host.ours()).toEqual([]);
  });

  test('is removed by destroy and by an apply of a smaller manifest', async () => {
    const { world, host, path } = fill('nft', 0);
    const whole = await world.run(smaller, { sweep: all });
    expect([whole.outcomes, whole.problems]).toEqual([[['firewall-exception.acme/Branch', 'applied']], []]);
    expect(statSync(path).size).toBeLessThan(maxStoredBytes);
    world.remove();

    const again = fill('nft', 0);
    const { outcomes, problems } = await again.world.run(nobody, { sweep: all });
    expect([outcomes, problems]).toEqual([[[`firewall-exception.${chain}`, 'applied']], []]);
    expect(again.host.stored()).toEqual({});
    expect(host.name).toBe(again.host.name);
  });

  test('stays where it does not begin with the header of its owner', async () => {
    const { world, host, path } = fill('nft', 0);
    writeFileSync(path, `# somebody's\n${'#'.repeat(17 << 20)}`);
    const { outcomes, problems } = await world.run(nobody, { sweep: all });
    expect([outcomes, problems]).toEqual([[], [expect.stringContaining('bears no header')]]);
    expect(Object.values(host.stored())[0]).toMatch(/^# somebody's\n/);
  });
});

describe('the limits of exceptions', () => {
  test('are the same in TypeScript and in the host program, and each leaves room for the thing that it bounds', () => {
    const [there] = callHostFunction<number[]>('lambda: [MOST_RULES, LONGEST_LINE, MAX_FILE]', [[]]);
    expect(there).toEqual([mostRules, longestLine, 4 * maxStoredBytes]);
    expect(maxRules).toBeLessThanOrEqual(maxRulesOfOwner);
    expect(maxRulesOfOwner).toBeLessThanOrEqual(mostRules);
    expect(maxRulesOfOwner * longestLine).toBeLessThanOrEqual(4 * maxStoredBytes);
  });

  test('hold for the rules that several uplinks of a Linux bridge make of one exception', async () => {
    const uplinks = Array.from({ length: 6 }, (_, index) => `eth${index}`);
    const networkId = '4f7080d4-72aa-4c5e-9d0b-1f6a7e5c3b21';
    const hosts = new TextHosts(
      { cnode01: { bridges: { 'brq4f7080d4-72': ['tap28f25940-63', ...uplinks] } } },
      { type: 'Linux bridge agent', isAlive: true },
    );
    hosts.network.putPort({ id: portId, vifType: 'bridge', hybridPlug: false, networkId });
    const prefixes = (first: number, count: number) =>
      Array.from({ length: count }, (_, index) => `${first}.${index}.0.0/16`);
    const spec = exception({ sources: prefixes(20, 60), destinations: prefixes(100, 8), firewallDriver: 'iptables' });
    const { steps, problems } = await hosts.plan([manifestOf({ Branch: spec })], all);
    expect(steps).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/would be \d{4} rules on cnode01, and 5000 are allowed for one owner on one host/),
    ]);
  });
});
