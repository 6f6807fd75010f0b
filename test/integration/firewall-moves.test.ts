/** An exception goes where its port goes, as Neutron tells it at each run. */
import { LocalHost } from '../../adapters/host/local-host';
import { TransientError } from '../../lib/basics/errors';
import { ownerMark } from '../../lib/hosts/host';
import type { Sweep } from '../../lib/contract/reconciler';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const chain = `stackward-${ownerMark('team-a')}`;
const applied = [['firewall-exception.acme/Branch', 'applied']];
const wish = (more: Parameters<typeof exception>[0] = {}) => [
  manifestOf({ Branch: exception({ sources: ['10.99.0.0/24', '2001:db8:99::/48'], ...more }) }),
];

let world: FirewallHosts;
const make = (names: readonly string[] = ['cnode01']): FirewallHosts => {
  world = new FirewallHosts(names);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  return world;
};
afterEach(() => world.remove());

test('an exception follows its server to another host, the old host is cleaned, and a candidate has the rules before the move', async () => {
  make(['cnode01', 'cnode02', 'cnode03']);
  const agents = [{ host: 'cnode03', type: 'DHCP agent', isAlive: true }];
  world.network.addAgent(agents[0]!);
  await world.run(wish());
  world.network.putPort({ id: portId, hostId: 'cnode02' });
  const moved = await world.run(wish(), { sweep: all });
  expect(moved.planned.steps.map(({ action, target }) => `${action} ${target}`)).toEqual([
    'delete host:cnode01',
    'create host:cnode02',
  ]);
  expect([moved.problems, world.get('cnode01').ours(), world.get('cnode01').stored()]).toEqual([[], [], {}]);
  expect(world.get('cnode02').ours()).toContain(`-A neutron-filter-top -j ${chain}`);
  const everywhere = await world.run(wish({ placement: 'candidates' }), { sweep: all });
  expect(everywhere.planned.steps.map((step) => step.target)).toEqual(['host:cnode01', 'host:cnode03']);
  expect((await world.plan(wish({ placement: 'candidates' }), all)).steps).toEqual([]);
});

test('an exception follows a server from a host that is down, and the old host is cleaned when it is back', async () => {
  const down = new Set<string>();
  world = new FirewallHosts(['cnode01', 'cnode02'], {
    open: ({ name, namespace, stateFolder }) => {
      if (down.has(name)) throw new TransientError(`${name} does not answer`);
      return new LocalHost(name, { namespace: namespace.name, stateFolder });
    },
  });
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  await world.run(wish(), { sweep: all });
  down.add('cnode01');
  world.network.putPort({ id: portId, hostId: 'cnode02' });
  const moved = await world.run(wish(), { sweep: all });
  expect([moved.outcomes, moved.problems]).toEqual([applied, []]);
  expect(moved.planned.unswept.map((note) => note.message)).toContainEqual(
    expect.stringMatching(
      /leftovers can't be looked for there, and some may still be in force: cnode01 does not answer/,
    ),
  );
  expect(world.get('cnode02').ours()).toContain(`-A neutron-filter-top -j ${chain}`);
  down.clear();
  expect((await world.run(wish(), { sweep: all })).outcomes).toEqual(applied);
  expect([world.get('cnode01').ours(), world.get('cnode01').stored()]).toEqual([[], {}]);
});

test('a port that is bound to no host, or that nobody may see, is a problem, and the rules of its exception stay', async () => {
  const host = make().get();
  await world.run(wish());
  const before = host.lines();
  world.network.putPort({ id: portId, hostId: '', vifType: 'unbound' });
  const unbound = await world.run(wish(), { sweep: all });
  expect([unbound.planned.steps, unbound.problems]).toEqual([[], [expect.stringMatching(/bound to no host.*boot it/)]]);
  const missing = await world.run([manifestOf({ Branch: exception({ portId: 'nobody-s' }) })], { sweep: all });
  expect([missing.planned.steps, missing.problems]).toEqual([[], [expect.stringMatching(/does not exist, or/)]]);
  expect(host.lines()).toEqual(before);
});
