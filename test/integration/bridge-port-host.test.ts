/** Flags of real bridge ports, through the real host program. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  world = new BridgeHosts(['cnode01', 'cnode02']);
  world.get().plug(port, neighbour);
  for (const id of [port, neighbour]) world.network.putPort({ id, hostId: 'cnode01' });
});
afterEach(() => world.remove());

const wish = () => [world.manifest({ Port: { portId: port, hairpin: true, learning: false } })];
const done = { ...untouched(port), [tapOf(port)]: '1 0 1', [qvbOf(port)]: '0 0 1' };

test('flags are set with one request each way, a second run writes nothing, and a neighbour and other flags stay', async () => {
  const host = world.get();
  host.set(tapOf(neighbour), 'hairpin', 'on');
  const before = host.flags(neighbour);
  const { outcomes, problems } = await world.run(wish());
  expect([outcomes, problems]).toEqual([[['bridge-port.acme/Port', 'applied']], []]);
  expect(host.flags(port)).toEqual(done);
  expect(host.flags(neighbour)).toEqual(before);
  expect(Object.keys(host.records())).toEqual([record]);
  expect(host.records()[record]).toMatchObject({
    [`${tapOf(port)} hairpin`]: { portId: port, path: 'acme/Port', stack: 'acme', before: false, written: true },
    [`${qvbOf(port)} learning`]: { before: true, written: false },
  });
  expect(host.requests.writes).toBe(2);
  const again = await world.run(wish(), { sweep: all });
  expect([again.planned.steps, again.outcomes, host.requests.writes]).toEqual([[], [], 2]);
});

test("a device whose name begins like the port's device, or is its beginning, is not touched", async () => {
  const host = world.get();
  const decoys = [`${tapOf(port)}x`, tapOf(port).slice(0, -1)];
  const lines = decoys.flatMap((name) => [
    `link add ${name} type veth peer name p${name.slice(3)}`,
    `link set ${name} master qbr${port.slice(0, 11)}`,
  ]);
  host.namespace.feed(`${lines.join('\n')}\n`, 'ip', '-batch', '-');
  const flagsOf = () =>
    decoys.map((name) =>
      host.namespace.run(
        'sh',
        '-c',
        `cat /sys/class/net/${name}/brport/hairpin_mode /sys/class/net/${name}/brport/learning`,
      ),
    );
  expect(await world.run(wish())).toMatchObject({ problems: [] });
  expect([host.flags(port), flagsOf()]).toEqual([done, ['0\n1\n', '0\n1\n']]);
  host.unplug(port);
  expect((await world.plan(wish())).warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^no bridge has tap28f25940-63 or qvb/),
  ]);
});

test('a flag that is as declared is adopted: it gets no record, and stays when its declaration goes', async () => {
  const host = world.get();
  host.set(tapOf(port), 'hairpin', 'on');
  const adopting = [world.manifest({ Port: { portId: port, hairpin: true } })];
  expect((await world.run(adopting)).planned.steps).toEqual([]);
  expect(host.records()).toEqual({});
  expect((await world.run([world.manifest({})], { sweep: all })).planned.steps).toEqual([]);
  expect(host.flags(port)[tapOf(port)]).toBe('1 1 1');
});

test('a re-plug resets the flags, the plan says so, and the next apply sets them again', async () => {
  await world.run(wish());
  const host = world.get();
  host.unplug(port);
  const missing = await world.plan(wish());
  expect(missing.steps).toEqual([]);
  expect(missing.warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^no bridge has tap28f25940-63 or qvb28f25940-63 of port .* its server is off/),
  ]);
  host.plug(port);
  const { planned, problems } = await world.run(wish());
  expect(planned.steps.map(({ because }) => because)).toEqual([
    'the port was plugged again, which resets it, or somebody set it back',
  ]);
  expect(problems).toEqual([]);
  expect(host.flags(port)).toEqual(done);
});

test('a flag whose declaration leaves the code gets its former value back, except where somebody changed it since', async () => {
  await world.run(wish());
  const host = world.get();
  host.set(qvbOf(port), 'learning', 'on');
  host.set(tapOf(port), 'hairpin', 'off');
  host.set(tapOf(port), 'flood', 'off');
  const { outcomes, problems } = await world.run([world.manifest({})], { sweep: all });
  expect([outcomes, problems]).toEqual([[['bridge-port.acme/Port', 'applied']], []]);
  expect(host.flags(port)).toEqual({ [tapOf(port)]: '0 1 0', [qvbOf(port)]: '0 1 1' });
  expect(host.records()).toEqual({});
});

test('when a port moves, its flags are set on the new host and its record on the old host goes', async () => {
  await world.run(wish());
  world.get().unplug(port);
  world.get('cnode02').plug(port);
  world.network.putPort({ id: port, hostId: 'cnode02' });
  const { planned, problems } = await world.run(wish(), { sweep: all });
  expect(planned.steps.map(({ action, target }) => `${action} ${target}`)).toEqual([
    'delete host:cnode01',
    'update host:cnode02',
  ]);
  expect(problems).toEqual([]);
  expect(world.get('cnode02').flags(port)).toEqual(done);
  expect(world.get().records()).toEqual({});
});

test('an apply is refused where a flag changed after the plan, and the next run converges', async () => {
  const host = world.get();
  const flag = await world.run(wish(), { between: () => host.set(tapOf(port), 'hairpin', 'on') });
  expect(flag.outcomes).toEqual([['bridge-port.acme/Port', 'StalePlan']]);
  expect(flag.messages).toEqual([expect.stringContaining(`hairpin_mode of ${tapOf(port)}`)]);
  await world.run(wish());
  expect(host.flags(port)).toEqual(done);
  const lost = await world.run([world.manifest({})], {
    sweep: all,
    between: () => rmSync(join(host.stateFolder, record)),
  });
  expect(lost.outcomes).toEqual([['bridge-port.acme/Port', 'StalePlan']]);
  expect(lost.messages).toEqual([expect.stringMatching(/^what is recorded of \w+ of \w+-63 changed after the plan/)]);
  // A lost record: what it told of is not ours any more.
  expect((await world.plan([world.manifest({})], all)).steps).toEqual([]);
  expect(host.flags(port)).toEqual(done);
});

test('one port that moved after the plan stops no other port, neither in apply nor in removal', async () => {
  const host = world.get();
  const both = [world.manifest({ Port: { portId: port, flood: false }, Other: { portId: neighbour, flood: false } })];
  const first = await world.run(both, { between: () => host.set(tapOf(neighbour), 'flood', 'off') });
  expect(first.outcomes).toEqual([
    ['bridge-port.acme/Other', 'StalePlan'],
    ['bridge-port.acme/Port', 'applied'],
  ]);
  // The tap is off by somebody else's hand, so it is adopted; the other end is ours.
  await world.run(both);
  // Somebody changes it each time, for ever.
  for (const turn of ['on', 'off'] as const) {
    const back = await world.run([world.manifest({})], {
      sweep: all,
      between: () => host.set(qvbOf(neighbour), 'flood', turn),
    });
    expect([turn, back.outcomes]).toEqual([
      turn,
      turn === 'on'
        ? [
            ['bridge-port.acme/Other', 'StalePlan'],
            ['bridge-port.acme/Port', 'applied'],
          ]
        : [['bridge-port.acme/Other', 'applied']],
    ]);
    expect(host.flags(port)).toEqual(untouched(port));
    if (turn === 'on') expect(Object.keys(host.records()[record] ?? {})).toEqual([`${qvbOf(neighbour)} flood`]);
  }
});

test('a record that cannot be read stops bridge-port on this host', async () => {
  writeFileSync(join(world.get().stateFolder, record), '{}');
  const { planned, problems } = await world.run(wish());
  expect(planned.steps).toEqual([]);
  expect(problems).toEqual([
    expect.objectContaining({
      where: 'bridge-port@host:cnode01',
      reason: 'Blocked',
      message: expect.stringMatching(/bridge-port-\w+\.json is no record that this stackward can read/) as unknown,
    }),
  ]);
});

describe('the rollback of bridge flags', () => {
  test('undoes a change and a removal of one run', async () => {
    await world.run([world.manifest({ Port: { portId: port, hairpin: true } })]);
    const [flags, records] = [world.get().flags(port, neighbour), world.get().records()];
    const { undo } = await world.run(
      [world.manifest({ Port: { portId: port, learning: false }, Other: { portId: neighbour, flood: false } })],
      { sweep: all },
    );
    const back = await world.run(undo(), { sweep: [] });
    expect(back.problems).toEqual([]);
    expect(world.get().flags(port, neighbour)).toEqual(flags);
    expect(world.get().records()).toEqual(records);
  });
});

test('100 ports of one host take one read, one write, and one read for the second look', async () => {
  const ids = Array.from(
    { length: 100 },
    (_, index) => `${(0x10000000 + index).toString(16)}-0000-4000-8000-000000000000`,
  );
  const host = world.get();
  host.plug(...ids);
  for (const id of ids) world.network.putPort({ id, hostId: 'cnode01' });
  const manifest = world.manifest(
    Object.fromEntries(ids.map((portId, index) => [`P${index}`, { portId, hairpin: true } as const])),
  );
  const { outcomes, problems } = await world.run([manifest]);
  expect(new Set(outcomes.map(([, outcome]) => outcome))).toEqual(new Set(['applied']));
  expect([outcomes.length, problems]).toEqual([100, []]);
  const flags = host.flags(...ids);
  expect(new Set(ids.map((id) => [flags[tapOf(id)], flags[qvbOf(id)]].join()))).toEqual(new Set(['1 1 1,0 1 1']));
  // To plan; before the write, what is recorded by then; to prove it.
  expect(host.requests).toEqual({ reads: 3, writes: 2 });
  expect(existsSync(join(host.stateFolder, record))).toBe(true);
});
