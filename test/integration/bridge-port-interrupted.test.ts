/**
 * The host program is killed (SIGKILL) right before each change of a run. Every changed flag is recorded, and the next
 * run converges.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import type { Sweep } from '../../lib/contract/reconciler';
import { BridgeHosts, qvbOf, tapOf } from '../support/bridge-hosts';
import { HostFuse } from '../support/host-fuse';
import { visitMoments } from '../support/moments';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const port = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';
/** A port id that differs from the port's in one character, which is part of the devices' names. */
const neighbour = '28f25940-64aa-4c5e-9d0b-1f6a7e5c3b21';
const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const untouched = (id: string) => ({ [tapOf(id)]: '0 1 1', [qvbOf(id)]: '0 1 1' });

let folder: string;
let fuse: HostFuse;
let world: BridgeHosts;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-fuse-'));
  fuse = new HostFuse(folder);
  world = new BridgeHosts(
    ['cnode01'],
    ({ name, namespace, stateFolder }) =>
      new LocalHost(name, { namespace: namespace.name, stateFolder, installed: fuse.path }),
  );
  world.get().plug(port, neighbour);
  for (const id of [port, neighbour]) world.network.putPort({ id, hostId: 'cnode01' });
});
afterEach(() => {
  world.remove();
  rmSync(folder, { recursive: true });
});

const two = () => [
  world.manifest({
    Port: { portId: port, hairpin: true, learning: false },
    Other: { portId: neighbour, flood: false },
  }),
];
const both = {
  [tapOf(port)]: '1 0 1',
  [qvbOf(port)]: '0 0 1',
  [tapOf(neighbour)]: '0 1 0',
  [qvbOf(neighbour)]: '0 1 0',
};
const nothing = { ...untouched(port), ...untouched(neighbour) };
const remove = () => world.run([world.manifest({})], { sweep: all });
const flags = () => world.get().flags(port, neighbour);

/** Each flag that differs from the kernel's own value stands in the record, with the value that it had. */
function isRecorded(): void {
  const names = ['hairpin', 'learning', 'flood'];
  const entries = Object.assign({}, ...Object.values(world.get().records())) as Record<string, { before: boolean }>;
  for (const [device, values] of Object.entries(flags()))
    for (const [index, value] of values.split(' ').entries()) {
      const original = nothing[device]?.split(' ')[index];
      const key = `${device} ${names[index]}`;
      if (value !== original) expect([key, entries[key]?.before]).toEqual([key, original === '1']);
    }
}

/**
 * Repeats a run and kills it right before its 1st change, then before its 2nd, and so on, until a run ends by itself.
 * Returns the number of changes.
 */
async function killEverywhere(
  prepare: () => Promise<unknown>,
  run: () => Promise<{ messages: readonly (string | undefined)[] }>,
  then: () => Promise<void>,
): Promise<number> {
  return visitMoments(async (change) => {
    await prepare();
    fuse.set(change);
    const { messages } = await run();
    fuse.set(0);
    isRecorded();
    await then();
    return messages.some((message) => message?.includes('ended without an answer'));
  });
}

/** All of it comes back in the end, and no trace stays. */
async function isUndone(): Promise<void> {
  expect((await remove()).problems).toEqual([]);
  expect(flags()).toEqual(nothing);
  expect(readdirSync(world.get().stateFolder).filter((name) => !name.startsWith('.stackward-'))).toEqual([]);
}

test('a program killed at any change while it sets bridge flags is followed by a run that converges', async () => {
  const changes = await killEverywhere(
    () => Promise.resolve(),
    () => world.run(two()),
    async () => {
      expect((await world.run(two())).problems).toEqual([]);
      expect(flags()).toEqual(both);
      await isUndone();
    },
  );
  // A record and five flags.
  expect(changes).toBeGreaterThan(10);
});

test('a program killed while it sets bridge flags leaves nothing when the code is gone before the next run', async () => {
  await killEverywhere(
    () => Promise.resolve(),
    () => world.run(two()),
    isUndone,
  );
});

test('a program killed at any change while it takes bridge flags back is followed by a run that converges', async () => {
  const changes = await killEverywhere(() => world.run(two()), remove, isUndone);
  expect(changes).toBeGreaterThan(6);
});

test('a program killed while a declared flag changes has kept the value from before the first write, and that value comes back', async () => {
  const learningOff = () => [world.manifest({ Port: { portId: port, hairpin: true, learning: false } })];
  const hairpinOff = () => [world.manifest({ Port: { portId: port, hairpin: false, learning: false } })];
  await killEverywhere(
    () => world.run(learningOff()),
    () => world.run(hairpinOff()),
    async () => {
      expect((await world.run(hairpinOff())).problems).toEqual([]);
      expect(flags()).toEqual({ ...nothing, [tapOf(port)]: '0 0 1', [qvbOf(port)]: '0 0 1' });
      await isUndone();
    },
  );
});
