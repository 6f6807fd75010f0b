/** Going back: tables and files are as they were, and the way back is guarded as the way there. */
import { FirewallHosts } from '../support/firewall-hosts';
import { chain, exception, manifestOf, portId } from '../support/firewall-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
const sources = ['10.99.0.0/24', '2001:db8:99::/48'];
const wish = (more: Parameters<typeof exception>[0] = {}) => [
  manifestOf({
    Branch: exception({ sources, release: 'mitaka', ...more }),
    Other: exception({ sources: ['10.97.0.0/24'] }),
  }),
];
const nobody = [manifestOf({})];

let world: FirewallHosts;
beforeEach(() => {
  world = new FirewallHosts(['cnode01', 'cnode02']);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
});
afterEach(() => world.remove());

const state = (name = 'cnode01') => {
  const host = world.get(name);
  return { ipv4: host.lines(4).sort(), ipv6: host.lines(6).sort(), stored: host.stored() };
};

async function thereAndBack(manifests: ReturnType<typeof wish>): Promise<void> {
  const before = [state(), state('cnode02')];
  const there = await world.run(manifests, { sweep });
  expect([there.problems, there.outcomes.length > 0]).toEqual([[], true]);
  expect([state(), state('cnode02')]).not.toEqual(before);
  const subjects = (await world.plan(there.undo())).steps.map(({ subject }) => subject);
  expect(new Set(subjects)).toEqual(new Set(['exception at tap28f25940-63']));
  const back = await world.run(there.undo());
  expect(back.problems).toEqual([]);
  expect([state(), state('cnode02')]).toEqual(before);
  expect((await world.plan(there.undo())).steps).toEqual([]);
}

test('a rollback undoes the first apply of an exception', () => thereAndBack(wish()));

test('a rollback undoes a change, a removal and a move of exceptions', async () => {
  await world.run(wish());
  await thereAndBack([manifestOf({ Branch: exception({ sources: 'any', release: 'zed' }) })]);
  await thereAndBack(nobody);
  world.network.putPort({ id: portId, hostId: 'cnode02' });
  await thereAndBack(wish());
});

test('a rollback of exceptions leaves what somebody changed since', async () => {
  await world.run(wish());
  const removal = await world.run(nobody, { sweep });
  const planned = await world.plan(removal.undo());
  expect(planned.steps.map(({ action, because }) => `${action}: ${because}`)).toEqual([
    'create: the exception is declared, and none of its rules is on this host',
    'create: the exception is declared, and none of its rules is on this host',
  ]);
  await world.run([manifestOf({ New: exception({ sources: ['10.96.0.0/24'] }) })]);
  const strange = ['-A', chain, '-s', '192.0.2.66/32', '-j', 'DROP'];
  world.get().iptables(...strange);
  const before = state();
  const back = await world.run(removal.undo());
  expect(back.problems).toHaveLength(2);
  expect(back.problems[0]).toMatch(/192\.0\.2\.66.*delete that by hand/);
  expect(state()).toEqual(before);
});
