/** The host program killed (SIGKILL) right before each change for the boot: nothing runs that is not whole, and the next run converges. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { HostFuse } from '../support/host-fuse';
import { visitMoments } from '../support/moments';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const boot = 'boot-restore.acme/BootRestore';
const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
const paths = [
  '/usr/local/lib/stackward/restore-at-boot.py',
  '/etc/systemd/system/stackward-restore.service',
  '/etc/systemd/system/multi-user.target.d/stackward.conf',
];
const folders = ['/etc/systemd/system/multi-user.target.d', '/usr/local/lib/stackward'];
/** Content of these files after a run that was not killed. */
let right: (string | undefined)[];

let folder: string;
let fuse: HostFuse;
let world: FirewallHosts;
let machine: FirewallMachine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-fuse-'));
  fuse = new HostFuse(folder);
  world = new FirewallHosts(['cnode01'], { open: ({ name }) => machine.host(name, { installed: fuse.path }) });
  machine = await FirewallMachine.start(world.get().namespace.name);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  expect((await world.run(wish)).problems).toEqual([]);
  right = files();
  expect(right.every((text) => text !== undefined)).toBe(true);
  await isGone();
});
afterEach(async () => {
  await machine.stop();
  world.remove();
  rmSync(folder, { recursive: true });
});

const exceptions = manifestOf({ Branch: exception() });
const wish = [
  {
    ...exceptions,
    resources: [
      ...exceptions.resources,
      ...manifestOf(
        { BootRestore: { exceptions: [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }] } },
        { kind: 'boot-restore' },
      ).resources,
    ],
  },
];
const files = () => paths.map((path) => machine.read(path));

/** Each file is whole or absent, and what names another has it: the copy of the program, the unit, the drop-in. */
function isWhole(): void {
  const there = files();
  for (const [index, text] of there.entries()) expect([undefined, right[index]]).toContain(text);
  const present = there.map((text) => text !== undefined);
  expect([
    [false, false, false],
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]).toContainEqual(present);
}

/** Kills a run of the kind right before its 1st, 2nd, … change, until it isn't hit any more. Answers how many there are. */
async function killEverywhere(
  prepare: () => Promise<unknown>,
  run: () => Promise<{ messages: readonly string[] }>,
  then: () => Promise<void>,
): Promise<number> {
  return visitMoments(async (change) => {
    await prepare();
    fuse.set(change);
    const { messages } = await run();
    fuse.set(0);
    isWhole();
    await then();
    return messages.some((message) => message.includes('ended without an answer'));
  });
}

const remove = () => world.run([manifestOf({})], { sweep });
async function isGone(): Promise<void> {
  expect((await remove()).problems).toEqual([]);
  expect(files()).toEqual([undefined, undefined, undefined]);
  // Killed right behind its last file, the folder itself may stay.
  expect(machine.run('sh', '-c', `find ${folders.join(' ')} -mindepth 1 2>/dev/null || true`)).toBe('');
}

test('boot-restore killed at any change while it is written leaves a host that the next run completes', async () => {
  const changes = await killEverywhere(
    () => Promise.resolve(),
    () => world.run(wish, { only: [boot] }),
    async () => {
      expect((await world.run(wish)).problems).toEqual([]);
      expect(files()).toEqual(right);
      expect(machine.run('stat', '-c', '%a', '/etc/systemd/system/multi-user.target.d')).toBe('755\n');
      await isGone();
    },
  );
  expect(changes).toBeGreaterThan(15);
});

test('boot-restore killed at any change while it is removed leaves a host that the next run cleans', async () => {
  const changes = await killEverywhere(
    async () => expect((await world.run(wish)).problems).toEqual([]),
    () => world.run([manifestOf({})], { sweep, only: [boot] }),
    isGone,
  );
  expect(changes).toBeGreaterThan(5);
});
