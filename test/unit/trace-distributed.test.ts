/** Floating IPs of distributed routers and of routers with HA: on which host and in which namespace they are translated, and each break there. */
import { routerAgent } from '../../adapters/openstack/trace-answers';
import { failed, read } from '../../reports/looked';
import { firstBroken, traceExitCode } from '../../reports/trace/hop';
import { natPlaceOf, type NatFacts } from '../../reports/trace/nat-place';
import { agentOf, centralized, distributed } from '../support/distributed-trace';
import {
  counted,
  hopNamed,
  hopsOf,
  judged,
  recorded,
  reprint,
  without,
  type Recorded,
} from '../support/recorded-trace';

const { router, port } = recorded().answers;
const [floating] = recorded().answers.floatingIps;
const onNetworkNode = { is: 'on its agent', host: 'net01', namespace: `snat-${router.id}` };
const unknown = { is: 'unknown' };
const facts = (more: Partial<NatFacts>): NatFacts => ({
  floating: floating!,
  router: { ...router, isDistributed: true },
  agents: read([agentOf('net01', 'dvr_snat')]),
  port: read(port),
  agentsThere: read([agentOf('cnode01', 'dvr')]),
  ...more,
});
const ofHiddenKind = (agents: NatFacts['agents']): NatFacts => {
  const { id, name, isEnabled } = router;
  return facts({ router: { id, name, isEnabled }, agents });
};

test.each<readonly [string, NatFacts, object]>([
  ['is on the server’s host where its agent is of mode dvr', facts({}), { is: 'on the server', host: 'cnode01' }],
  [
    'is on the server’s host where its agent is of mode dvr_snat',
    facts({ agentsThere: read([agentOf('cnode01', 'dvr_snat')]) }),
    { namespace: `qrouter-${router.id}`, front: `fip-${floating!.networkId}` },
  ],
  [
    'is on the network node where the agent of the server’s host has no way outside',
    facts({ agentsThere: read([agentOf('cnode01', 'dvr_no_external')]) }),
    onNetworkNode,
  ],
  [
    'is on the network node where the port is bound to no host',
    facts({ port: read({ ...port, host: undefined as never, vifType: 'unbound' }) }),
    onNetworkNode,
  ],
  [
    'is nowhere that is known where the binding is hidden',
    facts({ port: read({ ...port, host: undefined as never, vifType: undefined as never }) }),
    unknown,
  ],
  ['is nowhere that is known where the server’s host has no L3 agent', facts({ agentsThere: read([]) }), unknown],
  [
    'is nowhere that is known where the agent of the server’s host tells no mode',
    facts({ agentsThere: read([agentOf('cnode01')]) }),
    unknown,
  ],
  [
    'is nowhere that is known where the kind of the router is hidden and its agent is of a distributed mode',
    ofHiddenKind(read([agentOf('net01', 'dvr_snat')])),
    unknown,
  ],
  [
    'is on the host of the router’s agent where a release knows no kinds of routers',
    ofHiddenKind(read([agentOf('net01')])),
    { is: 'on its agent', host: 'net01', namespace: `qrouter-${router.id}` },
  ],
  [
    'is where a router with HA is active',
    facts({
      router: { ...router, isHa: true },
      agents: read([
        { ...agentOf('net01', 'legacy'), haState: 'standby' },
        { ...agentOf('net02', 'legacy'), haState: 'active' },
      ]),
    }),
    { is: 'on its agent', host: 'net02' },
  ],
  [
    'is where a distributed router with HA is active, of the agents that have snat-…',
    facts({
      router: { ...router, isDistributed: true, isHa: true },
      agents: read([
        { ...agentOf('cnode01', 'dvr'), haState: 'standby' },
        { ...agentOf('net02', 'dvr_snat'), haState: 'active' },
      ]),
      agentsThere: read([agentOf('cnode01', 'dvr_no_external')]),
    }),
    { is: 'on its agent', host: 'net02', namespace: `snat-${router.id}` },
  ],
])('the NAT of a floating IP %s', (_, given, place) => {
  expect(natPlaceOf(given)).toMatchObject({ isRead: true, value: place });
});

test.each<readonly [string, NatFacts]>([
  ['the agents of the router', facts({ agents: failed('403'), agentsThere: read([agentOf('c', 'dvr_no_external')]) })],
  ['the port', facts({ port: failed('403') })],
  ['the agents of the server’s host', facts({ agentsThere: failed('403') })],
])('where %s could not be read, the place of the NAT is unread', (_, given) => {
  expect(natPlaceOf(given)).toMatchObject({ isRead: false, why: '403' });
});

test('a distributed floating IP is followed through fip-… and qrouter-… of the server’s host', async () => {
  const legs = await judged(distributed());
  expect(firstBroken(legs)).toBeUndefined();
  expect(hopNamed(legs, 'L3 agent')).toMatchObject({ place: 'cnode01', found: 'the agent is alive, of mode dvr' });
  expect(hopsOf(legs).flatMap(({ proof, name }) => (proof === 'proved' ? [] : [name]))).toEqual([
    'proxy ARP',
    'answer to ARP',
    'inside the server',
    'policy rule',
    'physical network',
  ]);
});

const computeCases: readonly [string, string, (given: Recorded) => void][] = [
  ['the agent of the server’s host is dead', 'L3 agent', ({ answers }) => (answers.l3AgentsOn![0]!.isAlive = false)],
  ['fip-… is gone', 'namespace', (given) => reprint(given, 'cnode01', 'netns list', without('fip-'))],
  ['qrouter-… is gone', 'namespace', (given) => reprint(given, 'cnode01', 'netns list', without('qrouter-'))],
  [
    'the agent has no port outside',
    'outer device',
    ({ answers }) =>
      (answers.portsOfDevice = answers.portsOfDevice.filter(
        ({ deviceOwner }) => !deviceOwner.endsWith('agent_gateway'),
      )),
  ],
  [
    'no route leads to the router',
    'way in',
    (given) => reprint(given, 'cnode01', `fip-${floating!.networkId} ip route show`, without('fpr-')),
  ],
  [
    'the joint device is gone',
    'joint device',
    (given) => reprint(given, 'cnode01', `qrouter-${router.id} ip -s -o link`, without('rfp-')),
  ],
  [
    'the DNAT rule is gone',
    'DNAT',
    (given) => reprint(given, 'cnode01', `qrouter-${router.id} iptables-save -c -t nat`, without('-j DNAT')),
  ],
  [
    'the DNAT rule asks for another device',
    'DNAT',
    (given) =>
      reprint(given, 'cnode01', `qrouter-${router.id} iptables-save -c -t nat`, (text) =>
        text.replace('-i rfp-', '-i xfp-'),
      ),
  ],
  [
    'the SNAT rule is gone',
    'SNAT',
    (given) => reprint(given, 'cnode01', `qrouter-${router.id} iptables-save -c -t nat`, without('-j SNAT')),
  ],
  [
    'fip-… has no way out',
    'way out',
    (given) => reprint(given, 'cnode01', `fip-${floating!.networkId} ip route show`, without('default')),
  ],
];

test.each(computeCases)('of a distributed router, %s: the first broken hop is "%s"', async (_, name, change) => {
  const given = distributed();
  change(given);
  const legs = await judged(given);
  expect([firstBroken(legs)?.name, traceExitCode(legs)]).toEqual([name, 2]);
});

test('where the agent of the server’s host has no way outside, snat-… of the network node is followed', async () => {
  const legs = await judged(centralized());
  expect(firstBroken(legs)).toBeUndefined();
  expect(hopNamed(legs, 'namespace')).toMatchObject({ place: 'cnode02', found: `snat-${router.id} is there` });
  expect(hopNamed(legs, 'inner device')).toMatchObject({
    proof: 'proved',
    found: 'sg-beef0000-8c is up with 10.31.0.1',
  });
  expect(hopNamed(legs, 'to the network node').proof).toBe('assumed');
});

test('where nobody knows which host translates, the NAT is assumed, and no namespace is named', async () => {
  const given = distributed();
  given.answers.l3AgentsOn = [];
  const legs = await judged(given);
  expect(hopNamed(legs, 'NAT')).toMatchObject({
    proof: 'assumed',
    found: expect.stringContaining('no L3 agent on cnode01') as string,
  });
  expect(hopsOf(legs).some(({ name }) => ['namespace', 'DNAT', 'SNAT'].includes(name))).toBe(false);
});

test('where the agents of the server’s host may not be read, the NAT is not looked at', async () => {
  const given = distributed();
  given.refused = ['l3AgentsOn'];
  const legs = await judged(given);
  expect([hopNamed(legs, 'NAT').proof, firstBroken(legs), traceExitCode(legs)]).toEqual(['unreadable', undefined, 1]);
});

test('new connections to a distributed floating IP are counted by its rule, which asks for a device', async () => {
  const legs = await counted(distributed());
  const names = legs.at(-1)?.hops.map(({ name, found }) => [name, found]);
  expect(names).toContainEqual(['DNAT', `0 new connections to ${floating!.address}: nothing came by`]);
});

test.each([
  [{ agent_mode: 'dvr_snat' }, 'dvr_snat'],
  [{ agent_mode: 'other' }, undefined],
  [{}, undefined],
])('an agent whose configuration is %j has the mode %s', (configurations, mode) => {
  const row = { id: router.id, host: 'net01', alive: true, admin_state_up: true, configurations };
  expect(routerAgent.parse(row).mode).toBe(mode);
});
