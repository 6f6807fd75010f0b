/** The real host program, killed right before each change that it makes on a file system, and before it feeds iptables. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { FirewallHosts } from '../support/firewall-hosts';
import { openedAtBoot, openedInKernel } from '../support/firewall-opened';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { HostFuse } from '../support/host-fuse';
import { visitMoments } from '../support/moments';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
const wish = (sources: readonly string[]) => [
  manifestOf(sources.length > 0 ? { Branch: exception({ release: 'mitaka', sources: [...sources] }) } : {}),
];

const folder = mkdtempSync(join(tmpdir(), 'stackward-fuse-'));
const fuse = new HostFuse(folder);
const world = new FirewallHosts(['cnode01'], {
  open: ({ name, namespace, stateFolder }) =>
    new LocalHost(name, { namespace: namespace.name, stateFolder, installed: fuse.path }),
});
world.network.putPort({ id: portId, hostId: 'cnode01' });
afterAll(() => {
  world.remove();
  rmSync(folder, { recursive: true, force: true });
});

const [before, after] = [['10.99.0.0/24'], ['10.98.0.0/24']];

test.each([
  ['put', [], before],
  ['changed', before, after],
  ['removed', before, []],
])(
  'a program killed while an exception is %s leaves it as before, as after or closed, a restart opens no more, and the next run converges',
  async (_, from, to) => {
    const host = world.get();
    const foreign = host.foreign();
    const changes = await visitMoments(async (change) => {
      fuse.set(0);
      expect((await world.run(wish(from), { sweep })).problems).toEqual([]);
      expect([openedInKernel(host, 4), openedAtBoot(host, 4)]).toEqual([from, from]);
      // A file that a killed program left beside its target goes with the next write.
      expect(readdirSync(host.stateFolder).filter((name) => name.startsWith('.stackward-'))).toEqual([]);

      fuse.set(change);
      const { messages } = await world.run(wish(to), { sweep });
      const now = openedInKernel(host, 4);
      expect([[], from, to]).toContainEqual(now);
      expect([change, now]).toEqual([change, expect.arrayContaining(openedAtBoot(host, 4))]);

      fuse.set(0);
      expect((await world.run(wish(to), { sweep })).problems).toEqual([]);
      expect([openedInKernel(host, 4), openedAtBoot(host, 4), host.foreign()]).toEqual([to, to, foreign]);
      expect((await world.plan(wish(to), sweep)).steps).toEqual([]);
      return messages.join().includes('ended without an answer');
    });
    expect(changes).toBeGreaterThan(2);
  },
);
