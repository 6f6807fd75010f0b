/** Beside an agent that saves and restores whole tables: with its lock our rules stay, and without it they are lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Release } from '../../lib/openstack/releases';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

let world: FirewallHosts;
let lock: string;
afterEach(() => world.remove());

function make(variant: 'nft' | 'legacy', configuration: (folder: string) => string, folder = 'lock'): void {
  world = new FirewallHosts(['cnode01'], { variant });
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  const { stateFolder } = world.get();
  mkdirSync(join(stateFolder, folder));
  lock = join(stateFolder, folder, 'neutron-iptables');
  writeFileSync(lock, '');
  world.configFiles = [join(stateFolder, 'neutron.conf')];
  writeFileSync(world.configFiles[0]!, configuration(stateFolder));
}

const wish = (release: Release, sources = ['10.99.0.0/24']) => [
  manifestOf({ Branch: exception({ release, sources, destinations: 'any' }) }),
];
const inLock = (folder: string) => `[DEFAULT]\nlock_path = ${folder}/lock\n`;

/** An agent that has saved, and waits before it restores. */
async function agent(variant: 'nft' | 'legacy', ...more: readonly string[]) {
  const script = join(__dirname, '../support/firewall-kilo-agent.py');
  const argv = ['netns', 'exec', world.get().namespace.name, '/usr/bin/python3', script, lock, `iptables-${variant}`];
  const child = spawn('ip', [...argv, ...more], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  return {
    restored: once(lines, 'line'),
    restore: async () => {
      child.stdin.end('\n');
      await once(child, 'exit');
    },
  };
}

describe.each(['nft', 'legacy'] as const)('with iptables-%s,', (variant) => {
  test.each(['icehouse', 'liberty'] as const)(
    'a write of the release %s waits until the agent has restored its tables, and stays',
    async (release) => {
      make(variant, inLock);
      let ended: Promise<unknown> = Promise.resolve();
      const between = async (): Promise<void> => {
        ended = (await agent(variant, 'until-waited-for')).restored;
      };
      const { problems } = await world.run(wish(release), { between });
      await ended;
      expect(problems).toEqual([]);
      expect(world.get().ours().join()).toContain('10.99.0.0/24');
      expect((await world.plan(wish(release))).steps).toEqual([]);
      // A change, and a removal by a run that knows the release no more.
      const change = await world.run(wish(release, ['10.98.0.0/24']), { between });
      await ended;
      expect([change.problems, world.get().ours().join()]).toEqual([[], expect.stringContaining('10.98.0.0/24')]);
      const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
      const removal = await world.run([manifestOf({})], { between, sweep });
      await ended;
      expect([removal.problems, world.get().ours()]).toEqual([[], []]);
      const back = await world.run(removal.undo(), { between });
      await ended;
      expect([back.problems, world.get().ours().join()]).toEqual([[], expect.stringContaining('10.98.0.0/24')]);
    },
  );

  test('a write without the lock is lost, because the agent restores what it saved before', async () => {
    make(variant, inLock);
    const old = await agent(variant);
    const { problems } = await world.run(wish('mitaka'));
    expect([problems, world.get().ours().join()]).toEqual([[], expect.stringContaining('10.99.0.0/24')]);
    await old.restore();
    expect(world.get().ours()).toEqual([]);
  });
});

test.each([
  [
    '[oslo_concurrency] of Kilo',
    (folder: string) => `[DEFAULT]\nlock_path = /nowhere\n[oslo_concurrency]\nlock_path = ${folder}/lock/\n`,
  ],
  [
    '$state_path',
    (folder: string) => `[DEFAULT]\n# lock_path = /nowhere\nstate_path = ${folder}\nlock_path = $state_path/lock\n`,
  ],
  ['neither of both, with a state_path', (folder: string) => `[DEFAULT]\nstate_path=${folder}\n`],
])("the agent's lock is found through %s", async (_, configuration) => {
  make('nft', configuration);
  expect((await world.run(wish('kilo'))).problems).toEqual([]);
  expect(Object.values(world.get().stored()).join()).toContain(`# lock: ${lock}\n`);
});

test("nothing is put into the kernel while the agent's lock file is missing, and the message says whose file it is", async () => {
  make('nft', (folder) => `[DEFAULT]\nlock_path = ${folder}/elsewhere\n`);
  const { outcomes, messages } = await world.run(wish('liberty'));
  expect(outcomes).toEqual([['firewall-exception.acme/Branch', 'UnrecoverableError']]);
  expect(messages).toEqual([
    expect.stringMatching(/elsewhere\/neutron-iptables is made by the agent when it first runs/),
  ]);
  expect(world.get().ours()).toEqual([]);
});
