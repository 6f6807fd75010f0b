/**
 * Killed at each write of the kind, between two tables and two families too: only the first so many writes are done, as when the
 * program gets SIGKILL before the next one. What is left lets through no more than before or after, and the next run converges.
 */
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const wish = (
  sources: readonly string[],
  release: 'zed' | 'kilo' | 'mitaka',
  placement: 'bound' | 'candidates' = 'bound',
) => [manifestOf({ Branch: exception({ ...{ release, placement }, sources: [...sources], destinations: 'any' }) })];
const nobody = [manifestOf({})];
const before = ['10.99.0.0/24', '2001:db8:99::/48'];
const after = ['10.98.0.0/24', '2001:db8:98::/48'];

let world: FirewallHosts;
afterEach(() => world.remove());

function make(): FirewallHosts {
  world = new FirewallHosts(['cnode01']);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  return world;
}

/** Prefixes that one family lets out of the port as these tables stand: a mark counts with the rule that accepts it alone. */
function opened(family: 4 | 6): string[] {
  const lines = world.get().ours(family);
  const isJumped = (from: string): boolean => lines.some((line) => line.startsWith(`-A ${from} -j stackward-`));
  const out = lines.filter((line) => line.includes('--physdev-in tap'));
  const accepted = isJumped('neutron-filter-top') ? out.filter((line) => line.endsWith('-j ACCEPT')) : [];
  const marked = isJumped('FORWARD') ? out.filter((line) => line.includes('-j MARK')) : [];
  const passing = accepted.flatMap((line) => (line.includes('--mark ') ? marked : [line]));
  return passing.map((line) => / -s (\S+) /.exec(line)?.[1] ?? 'any').sort();
}

describe.each(['zed', 'mitaka'] as const)('%s', (release) => {
  const passes = [
    ['put', [], before],
    ['changed', before, after],
    ['removed', before, []],
  ] as const;
  test.each(passes)('%s', async (_, from, to) => {
    const wished = (sources: readonly string[]) => (sources.length > 0 ? wish(sources, release) : nobody);
    const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
    const of = (family: 4 | 6, all: readonly string[]) => all.filter((one) => one.includes(':') === (family === 6));
    let cut = 0;
    for (; ; cut++) {
      make();
      await world.run(wished(from), { sweep });
      const foreign = [world.get().foreign(4), world.get().foreign(6)];
      world.writesLeft = cut;
      const { outcomes } = await world.run(wished(to), { sweep });
      for (const family of [4, 6] as const) {
        const now = opened(family);
        expect([[], of(family, from), of(family, to)]).toContainEqual(now);
      }
      expect([world.get().foreign(4), world.get().foreign(6)]).toEqual(foreign);
      const isWhole = outcomes.every(([, outcome]) => outcome === 'applied');
      world.writesLeft = Infinity;
      const next = await world.run(wished(to), { sweep });
      expect([cut, next.problems, opened(4), opened(6)]).toEqual([cut, [], of(4, to), of(6, to)]);
      expect((await world.plan(wished(to), sweep)).steps).toEqual([]);
      if (isWhole) break;
      expect(outcomes.map(([, outcome]) => outcome)).toEqual(['TransientError']);
      world.remove();
    }
    // A file and one or two tables, in two families.
    expect(cut).toBe(release === 'zed' ? 4 : 6);
  });
});
