/** Several owners on one host: each takes back its own, and what two of them hold goes with the last. */
import { ownerMark } from '../../lib/hosts/host';
import type { Sweep } from '../../lib/contract/reconciler';
import { BridgeHosts, qvbOf, tapOf } from '../support/bridge-hosts';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const port = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';
/** The same but for one character that the names of its devices have too. */
const neighbour = '28f25940-64aa-4c5e-9d0b-1f6a7e5c3b21';
const record = `bridge-port-${ownerMark('team-a')}.json`;
const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const untouched = (id: string) => ({ [tapOf(id)]: '0 1 1', [qvbOf(id)]: '0 1 1' });

let world: BridgeHosts;
beforeEach(() => {
  world = new BridgeHosts(['cnode01']);
  world.get().plug(port, neighbour);
  for (const id of [port, neighbour]) world.network.putPort({ id, hostId: 'cnode01' });
});
afterEach(() => world.remove());

const wish = () => [world.manifest({ Port: { portId: port, hairpin: true, learning: false } })];
const done = { ...untouched(port), [tapOf(port)]: '1 0 1', [qvbOf(port)]: '0 0 1' };

test('two owners on one host each sweep their own flags alone', async () => {
  const theirs = [world.manifest({ Port: { portId: neighbour, flood: false } }, 'team-b', 'other')];
  await world.run(wish());
  await world.run(theirs, { sweep: [{ owner: 'team-b', stacks: 'all' }] });
  const host = world.get();
  expect(host.flags(port)).toEqual(done);
  expect(Object.keys(host.records()).sort()).toEqual([record, `bridge-port-${ownerMark('team-b')}.json`].sort());
  await world.run([world.manifest({})], { sweep: all });
  expect(host.flags(port)).toEqual(untouched(port));
  expect(host.flags(neighbour)).toEqual({ [tapOf(neighbour)]: '0 1 0', [qvbOf(neighbour)]: '0 1 0' });
  expect(Object.keys(host.records())).toEqual([`bridge-port-${ownerMark('team-b')}.json`]);
});

describe('two owners that want the same flag, in runs of their own', () => {
  const sweeping = (owner: string) => ({ sweep: [{ owner, stacks: 'all' as const }] });
  const theirs = () => [world.manifest({ Port: { portId: port, hairpin: true } }, 'team-b', 'other')];
  const ours = () => [world.manifest({ Port: { portId: port, hairpin: true } })];
  const nothing = (owner: string) => [world.manifest({}, owner)];
  const tapHas = () => world.get().flags(port)[tapOf(port)];

  test.each([
    ['first', 'second'],
    ['second', 'first'],
  ])('get the former value back with the last of them, whichever leaves first (here the %s)', async (leaves) => {
    await world.run(ours(), sweeping('team-a'));
    await world.run(theirs(), sweeping('team-b'));
    expect((await world.run(theirs(), sweeping('team-b'))).planned.steps).toEqual([]);
    const [leaver, stayer, stays] = leaves === 'first' ? ['team-a', 'team-b', theirs()] : ['team-b', 'team-a', ours()];
    expect((await world.run(nothing(leaver as string), sweeping(leaver as string))).problems).toEqual([]);
    expect(tapHas()).toBe('1 1 1');
    expect((await world.run(stays as ReturnType<typeof ours>, sweeping(stayer as string))).planned.steps).toEqual([]);
    expect((await world.run(nothing(stayer as string), sweeping(stayer as string))).problems).toEqual([]);
    expect([tapHas(), world.get().records()]).toEqual(['0 1 1', {}]);
  });

  test('have a removal refused where the other comes to hold the flag between plan and removal', async () => {
    await world.run(ours(), sweeping('team-a'));
    const { outcomes } = await world.run(nothing('team-a'), {
      ...sweeping('team-a'),
      between: () => world.run(theirs(), sweeping('team-b')),
    });
    expect([outcomes, tapHas()]).toEqual([[['bridge-port.acme/Port', 'StalePlan']], '1 1 1']);
    await world.run(nothing('team-a'), sweeping('team-a'));
    expect([tapHas(), Object.keys(world.get().records())]).toEqual([
      '1 1 1',
      [`bridge-port-${ownerMark('team-b')}.json`],
    ]);
  });

  test("keep what the second holds when the first owner's run is rolled back", async () => {
    const { undo } = await world.run(ours(), sweeping('team-a'));
    await world.run(theirs(), sweeping('team-b'));
    const back = await world.run(undo(), { sweep: [] });
    expect([back.problems, tapHas()]).toEqual([[], '1 1 1']);
    await world.run(nothing('team-b'), sweeping('team-b'));
    expect([tapHas(), world.get().records()]).toEqual(['0 1 1', {}]);
  });
});
