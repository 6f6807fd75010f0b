/** The judge of `stackward trace floating-ip` over what was recorded on a real L3 agent, with one thing changed in each case. */
import { countOf, firstBroken, traceExitCode } from '../../reports/trace/hop';
import { renderTrace } from '../../reports/trace/render';
import { cutOff, hopNamed, hopsOf, judged, recorded, reprint, without, type Recorded } from '../support/recorded-trace';

test('the recorded floating IP is whole: nothing is broken, nothing unread, and two hops are assumed', async () => {
  const legs = await judged(recorded());
  expect([firstBroken(legs), traceExitCode(legs), countOf(legs, 'unreadable')]).toEqual([undefined, 0, 0]);
  expect(hopsOf(legs).flatMap(({ proof, name }) => (proof === 'assumed' ? [name] : []))).toEqual([
    'inside the server',
    'physical network',
  ]);
});

const address = recorded().answers.floatingIps[0]!.address;
const cases: readonly [string, string, (given: Recorded) => void][] = [
  [
    'the floating IP leads to no port',
    'record',
    ({ answers }) => {
      delete answers.floatingIps[0]!.portId;
      delete answers.floatingIps[0]!.routerId;
    },
  ],
  ['there is no such floating IP', 'record', ({ answers }) => (answers.floatingIps = [])],
  [
    'two external networks have the address',
    'record',
    ({ answers }) => answers.floatingIps.push(answers.floatingIps[0]!),
  ],
  ['no router leads to the port', 'router', ({ answers }) => delete answers.floatingIps[0]!.routerId],
  ['the router is disabled', 'router', ({ answers }) => (answers.router.isEnabled = false)],
  ['the router has no gateway', 'router', ({ answers }) => delete answers.router.gateway],
  ['the gateway is on another network', 'router', ({ answers }) => (answers.router.gateway!.networkId = 'x')],
  ['the router is on no agent', 'L3 agent', ({ answers }) => (answers.routerAgents = [])],
  ['the agent is dead', 'L3 agent', ({ answers }) => (answers.routerAgents[0]!.isAlive = false)],
  [
    'a router with HA is active nowhere',
    'L3 agent',
    ({ answers }) => {
      answers.router.isHa = true;
      answers.routerAgents[0]!.haState = 'standby';
    },
  ],
  [
    'a router with HA is active twice',
    'L3 agent',
    ({ answers }) => {
      answers.router.isHa = true;
      answers.routerAgents[0]!.haState = 'active';
      answers.routerAgents.push({ ...answers.routerAgents[0]!, host: 'cnode01' });
    },
  ],
  ['the namespace is gone', 'namespace', (given) => reprint(given, 'cnode02', 'netns list', without('qrouter-'))],
  ['the outer device is gone', 'outer device', (given) => reprint(given, 'cnode02', 'ip -s -o link', without('qg-'))],
  [
    'the outer device is down',
    'outer device',
    (given) =>
      reprint(given, 'cnode02', 'ip -s -o link', (text) => text.replace(/(qg-\S+ <[^>]*?),UP,LOWER_UP>/, '$1>')),
  ],
  [
    'the floating address is gone from the outer device',
    'outer device',
    (given) => reprint(given, 'cnode02', 'addr show', without(`${address}/32`)),
  ],
  [
    'the router lost its own address',
    'outer device',
    (given) => reprint(given, 'cnode02', 'addr show', without('/24 brd 198.51.100.255')),
  ],
  ['the DNAT rule is gone', 'DNAT', (given) => reprint(given, 'cnode02', '-t nat', without('PREROUTING -d'))],
  [
    'nothing leads to the DNAT rule',
    'DNAT',
    (given) => reprint(given, 'cnode02', '-t nat', without('-A PREROUTING -j')),
  ],
  [
    'the DNAT rule leads to another address',
    'DNAT',
    (given) =>
      reprint(given, 'cnode02', '-t nat', (text) =>
        text.replaceAll(/--to-destination \S+/g, '--to-destination 10.31.0.9'),
      ),
  ],
  ['the inner device is gone', 'inner device', (given) => reprint(given, 'cnode02', 'ip -s -o link', without('qr-'))],
  [
    'a device is in the dead VLAN',
    "router's switch",
    (given) =>
      reprint(given, 'cnode02', 'list port', (text) => {
        const { headings, data } = JSON.parse(text) as { headings: string[]; data: unknown[][] };
        const port = data.find((row) => String(row[headings.indexOf('name')]).startsWith('qg-'))!;
        port[headings.indexOf('tag')] = 4095;
        return JSON.stringify({ headings, data });
      }),
  ],
  ['the port is disabled', 'port', ({ answers }) => (answers.port.isEnabled = false)],
  ['the port is bound nowhere', 'port', ({ answers }) => (answers.port.vifType = 'unbound')],
  ['its binding failed', 'port', ({ answers }) => (answers.port.vifType = 'binding_failed')],
  ['the server is shut down', 'server', ({ answers }) => (answers.find[0]!.status = 'SHUTOFF')],
  ['the server is gone', 'server', ({ answers }) => (answers.find = [])],
  ['the server runs on another host', 'server', ({ answers }) => (answers.find[0]!.host = 'cnode02')],
  [
    'the L2 agent is dead',
    'L2 agent',
    ({ agents }) =>
      agents.value.forEach((agent) => {
        agent.isUp = agent.host !== 'cnode01';
      }),
  ],
  ['the tap is gone', 'tap', (given) => reprint(given, 'cnode01', 'ip -s -o link', without(': tap'))],
  [
    'the tap is on no bridge',
    'tap',
    (given) => reprint(given, 'cnode01', 'ip -s -o link', (text) => text.replaceAll(/(: tap.*) master \S+/g, '$1')),
  ],
  ['the port is not ACTIVE', "port's switch", ({ answers }) => (answers.port.status = 'DOWN')],
  ['no group lets ICMP in', 'security groups', ({ answers }) => (answers.groups[0]!.rules = [])],
  [
    'the agent made no chains',
    'packet filter',
    (given) => reprint(given, 'cnode01', 'save-tables', without('-openvswi-i')),
  ],
  [
    "the host's own rules lack what the group lets in",
    'packet filter',
    (given) => reprint(given, 'cnode01', 'save-tables', without('-p icmp')),
  ],
  [
    'another machine answers for the address',
    'answer to ARP',
    (given) =>
      reprint(given, 'cnode02', 'neigh show', (text) =>
        text.replaceAll(/(10\.31\.0\.\d+ .*lladdr) \S+/g, '$1 fa:16:3e:00:00:01'),
      ),
  ],
  ['the SNAT rule is gone', 'SNAT', (given) => reprint(given, 'cnode02', '-t nat', without('float-snat -s'))],
  ['the default route is gone', 'way out', (given) => reprint(given, 'cnode02', 'route show', without('default'))],
];

test.each(cases)('%s: the first broken hop is "%s"', async (_, name, change) => {
  const given = recorded();
  change(given);
  const legs = await judged(given);
  expect([firstBroken(legs)?.name, traceExitCode(legs)]).toEqual([name, 2]);
});

test('a host that nobody reaches is unreadable hop by hop, and never proved', async () => {
  const given = recorded();
  cutOff(given, 'cnode02');
  const legs = await judged(given);
  expect([firstBroken(legs), traceExitCode(legs)]).toEqual([undefined, 1]);
  expect(hopNamed(legs, 'namespace').proof).toBe('unreadable');
  expect(
    hopsOf(legs).some(({ place, name, proof }) => place === 'cnode02' && name !== 'L3 agent' && proof === 'proved'),
  ).toBe(false);
});

test('an older host program refuses the command lines, and the hop says to install this one', async () => {
  const given = recorded();
  for (const host of Object.values(given.hosts))
    for (const key of Object.keys(host))
      host[key] = { ok: false, reason: 'refused', error: new Error('refused'), isUnknown: true } as never;
  const legs = await judged(given);
  expect(hopNamed(legs, 'namespace')).toMatchObject({
    proof: 'unreadable',
    found: expect.stringContaining('the host program there is older') as string,
  });
});

test('the chains of an Icehouse VPN agent, and rules without --random-fully, are read as well', async () => {
  const given = recorded();
  reprint(given, 'cnode02', '-t nat', (text) =>
    text.replaceAll('neutron-l3-agent-', 'neutron-vpn-agen-').replaceAll(' --random-fully', ''),
  );
  const legs = await judged(given);
  expect([firstBroken(legs), hopNamed(legs, 'DNAT').proof, hopNamed(legs, 'SNAT').proof]).toEqual([
    undefined,
    'proved',
    'proved',
  ]);
});

test('a group that lets in from some addresses alone is assumed, and says which', async () => {
  const given = recorded();
  given.answers.groups[0]!.rules = [
    { direction: 'ingress', family: 4, protocol: 'tcp', from: 22, to: 22, remotePrefix: '192.0.2.0/24' },
  ];
  expect(firstBroken(await judged(given))?.name).toBe('security groups');
  const legs = await judged(given, { protocol: 'tcp', port: 22 });
  expect(hopNamed(legs, 'security groups')).toMatchObject({
    proof: 'assumed',
    found: expect.stringContaining('192.0.2.0/24 alone') as string,
  });
});

test.each([80, 120])('the text fits %i columns', async (width) => {
  const given = recorded();
  reprint(given, 'cnode02', '-t nat', without('PREROUTING -d'));
  const lines = renderTrace(
    await judged(given),
    { subject: `floating IP ${given.wanted}`, cloud: 'prod' },
    width,
  ).split('\n');
  expect(lines.filter((line) => line.length > width)).toEqual([]);
  expect(lines.at(-1)).toMatch(/Nothing was changed\.$|looked at/);
});
