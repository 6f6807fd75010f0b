/**
 * Killed at each write of the kind, between two tables and two families too: only the first so many writes are done, as when the
 * program gets SIGKILL before the next one. What is left lets through no more than before or after, and the next run converges.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerMark } from '../../lib/hosts/host';
import { FirewallHosts } from '../support/firewall-hosts';
import { openedAtBoot, openedInKernel } from '../support/firewall-opened';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { anyOf, momentsOf, visitMoments } from '../support/moments';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const wish = (
  sources: readonly string[],
  release: 'zed' | 'kilo' | 'mitaka',
  placement: 'bound' | 'candidates' = 'bound',
) => [manifestOf({ Branch: exception({ release, placement, sources: [...sources], destinations: 'any' }) })];
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

const inKernel = (family: 4 | 6) => openedInKernel(world.get(), family);
const atBoot = (family: 4 | 6) => openedAtBoot(world.get(), family);

describe.each(anyOf(['zed', 'mitaka'] as const))('with the rules of %s,', (release) => {
  const passes = [
    ['put', [], before],
    ['changed', before, after],
    ['removed', before, []],
  ] as const;
  test.each(passes)(
    'an exception that is %s while the connection is lost opens nothing at boot that the kernel does not, and the next run converges',
    async (what, from, to) => {
      const wished = (sources: readonly string[]) => (sources.length > 0 ? wish(sources, release) : nobody);
      const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
      const ofFamily = (family: 4 | 6, all: readonly string[]) =>
        all.filter((rule) => rule.includes(':') === (family === 6));
      make();
      await world.run(wished(from), { sweep });
      const first = world.written;
      await world.run(wished(to), { sweep });
      const writes = world.written - first;
      // A file and one or two tables, in two families; what changes goes out of the file before it comes in.
      expect(writes).toBe((release === 'zed' ? 4 : 6) + (what === 'changed' ? 2 : 0));
      for (const cut of momentsOf(writes + 1)) {
        world.remove();
        make();
        await world.run(wished(from), { sweep });
        const foreign = [world.get().foreign(4), world.get().foreign(6)];
        world.writesLeft = cut;
        const { outcomes } = await world.run(wished(to), { sweep });
        for (const family of [4, 6] as const) {
          const [now, later] = [inKernel(family), atBoot(family)];
          expect([[], ofFamily(family, from), ofFamily(family, to)]).toContainEqual(now);
          // A restart opens nothing that the kernel has not.
          expect([cut, now]).toEqual([cut, expect.arrayContaining(later)]);
        }
        expect([world.get().foreign(4), world.get().foreign(6)]).toEqual(foreign);
        world.writesLeft = Infinity;
        const next = await world.run(wished(to), { sweep });
        expect([cut, next.problems, inKernel(4), inKernel(6)]).toEqual([cut, [], ofFamily(4, to), ofFamily(6, to)]);
        expect([atBoot(4), atBoot(6)]).toEqual([ofFamily(4, to), ofFamily(6, to)]);
        expect((await world.plan(wished(to), sweep)).steps).toEqual([]);
        expect(outcomes.map(([, outcome]) => outcome)).toEqual([cut === writes ? 'applied' : 'TransientError']);
      }
    },
  );
});

test('raising the release from Mitaka to Newton leaves no gap at any write', async () => {
  make();
  await visitMoments(async (moment) => {
    world.remove();
    make();
    await world.run(wish(before, 'mitaka'));
    const cut = moment - 1;
    world.writesLeft = cut;
    const { outcomes } = await world.run(wish(before, 'zed'));
    expect([cut, inKernel(4), inKernel(6)]).toEqual([cut, ['10.99.0.0/24'], ['2001:db8:99::/48']]);
    world.writesLeft = Infinity;
    expect((await world.run(wish(before, 'zed'))).problems).toEqual([]);
    expect(world.get().ours().join()).not.toContain('MARK');
    return outcomes.some(([, outcome]) => outcome !== 'applied');
  });
});

describe('a refused write of an exception', () => {
  const wide = ['10.0.0.0/8', '2001:db8::/32'];
  const state = () => [world.get().lines(4), world.get().lines(6), world.get().stored()];
  const foreign = ['-A', `stackward-${ownerMark('team-a')}`, '-s', '192.0.2.66/32', '-j', 'DROP'];

  test.each([
    ['a change', wide],
    ['a removal', []],
  ])('for %s leaves both the kernel and the stored files as they are', async (_, to) => {
    make();
    await world.run(wish(before, 'zed'));
    let seen: unknown;
    const { outcomes, messages } = await world.run(to.length > 0 ? wish(to, 'zed') : nobody, {
      sweep: [{ owner: 'team-a', stacks: 'all' }],
      between: () => {
        world.get().iptables(...foreign);
        world.get().namespace.run('ip6tables-nft', ...foreign.with(3, '2001:db8::66/128'));
        seen = state();
      },
    });
    expect([outcomes, messages.length]).toEqual([[['firewall-exception.acme/Branch', 'StalePlan']], 1]);
    expect(state()).toEqual(seen);
  });

  test('after which the connection is lost before the file is restored: less comes back at boot, a message says so, and the next run mends it', async () => {
    make();
    await world.run(wish(before, 'zed'));
    const { messages } = await world.run(wish(wide, 'zed'), {
      between: () => {
        world.get().iptables(...foreign);
        // One write goes through whole: at most four files and the commits of two tables.
        world.requestsLeft = 1;
      },
    });
    expect(messages).toEqual([expect.stringMatching(/StalePlan|not as it was seen.*at boot it would be missing/)]);
    expect([inKernel(4), atBoot(4), atBoot(6)]).toEqual([['10.99.0.0/24'], [], ['2001:db8::/32']]);
    world.requestsLeft = Infinity;
    world.get().iptables(...foreign.with(0, '-D'));
    expect((await world.run(wish(wide, 'zed'))).problems).toEqual([]);
    expect([inKernel(4), atBoot(4)]).toEqual([['10.0.0.0/8'], ['10.0.0.0/8']]);
  });

  test('that concerns the stored file alone leaves the rules in place, and a message says that they do not come back', async () => {
    make();
    const path = join(world.get().stateFolder, `firewall-exception-${ownerMark('team-a')}.ipv4`);
    const { outcomes, messages } = await world.run(wish(before, 'zed'), {
      between: () => writeFileSync(path, 'of somebody else\n'),
    });
    expect(outcomes).toEqual([['firewall-exception.acme/Branch', 'StalePlan']]);
    expect(messages).toEqual([expect.stringMatching(/its rules are in place as declared/)]);
    expect([inKernel(4), readFileSync(path, 'utf8')]).toEqual([['10.99.0.0/24'], 'of somebody else\n']);
  });
});
