/** Where a collection belongs: its server, and its clients by name or all of them. */
import type { NetworkAgent, Readers } from '../../lib/contract/ports';
import { logCollection } from '../../reconcilers/log-collection';

const spec = {
  server: 'ctl1',
  clients: 'all' as 'all' | string[],
  protocol: 'tcp' as const,
  port: 514,
  retentionDays: 30,
};
const listen = { protocol: 'tcp', port: 514, days: 30 };
const send = { to: 'ctl1', protocol: 'tcp', port: 514 };

async function locate(
  declared: Partial<typeof spec>,
  { agents = [] as string[], named = ['ctl1'], known = (_: string): boolean => true, fails = false } = {},
) {
  const network = {
    agents: () =>
      fails
        ? Promise.reject(new Error('Neutron is away'))
        : Promise.resolve(agents.map((host): NetworkAgent => ({ host, type: 'DHCP agent', isAlive: true }))),
  };
  const readers = {
    cloud: 'lab',
    hosts: { named, canReach: known },
    network: () => Promise.resolve(network),
  } as unknown as Readers;
  const wanted = [{ id: 'log-collection.Shared/Logs', stack: 'Shared', owner: 'ours', spec: { ...spec, ...declared } }];
  const { placements, findings } = await logCollection.locate(wanted, readers);
  return {
    parts: Object.fromEntries(placements.map(({ target, wanted: [resource] }) => [target, resource?.spec])),
    findings: findings.map(({ reason, message }) => `${reason}: ${message}`),
  };
}

test('a server among its clients listens and sends, and a client sends alone', async () => {
  expect(await locate({}, { agents: ['cnode01', 'cnode01', 'cnode02'] })).toEqual({
    parts: {
      'host:ctl1': { listen, send },
      'host:cnode01': { listen: null, send },
      'host:cnode02': { listen: null, send },
    },
    findings: [],
  });
});

test('a server that is not among the named clients listens alone', async () => {
  expect((await locate({ clients: ['cnode01'] })).parts).toEqual({
    'host:ctl1': { listen, send: null },
    'host:cnode01': { listen: null, send },
  });
});

test('a host that stackward.yaml and its agents name differently is one client, and the server keeps the name of the collection', async () => {
  const agents = ['ctl1.example.net', 'net1.example.net', 'cnode01'];
  expect(Object.keys((await locate({}, { agents, named: ['ctl1', 'net1'] })).parts)).toEqual([
    'host:ctl1',
    'host:cnode01',
    'host:net1.example.net',
  ]);
});

test('two hosts whose agents have one first label in two domains are two clients', async () => {
  const agents = ['cnode01.az1', 'cnode01.az2'];
  expect(Object.keys((await locate({}, { agents, named: [] })).parts)).toEqual([
    'host:ctl1',
    'host:cnode01.az1',
    'host:cnode01.az2',
  ]);
});

test('a host of all that no entry matches is a warning, and the others are placed', async () => {
  const { parts, findings } = await locate({}, { agents: ['cnode01', 'cnode02'], known: (host) => host !== 'cnode02' });
  expect(Object.keys(parts)).toEqual(['host:ctl1', 'host:cnode01']);
  expect(findings).toEqual([
    'undefined: no entry of "hosts" in stackward.yaml matches cnode02, so the logs of these hosts are not collected; add an entry',
  ]);
});

test('a named client or a server that no entry matches is refused, and without its server nothing is placed', async () => {
  const { parts, findings } = await locate({ clients: ['cnode01'] }, { known: () => false });
  expect(parts).toEqual({});
  expect(findings).toEqual([
    expect.stringMatching(
      /^InvalidConfiguration: .*ctl1, cnode01, and the server of the collection is among them; correct "server"/,
    ),
  ]);
  const client = await locate({ clients: ['cnode01'] }, { known: (host) => host === 'ctl1' });
  expect(client.findings).toEqual([expect.stringMatching(/^InvalidConfiguration: .*cnode01; correct "clients"/)]);
});

test('where Neutron does not tell its agents, the named hosts are placed and the rest is a problem', async () => {
  const { parts, findings } = await locate({}, { fails: true, named: ['ctl1', 'net1'] });
  expect(Object.keys(parts)).toEqual(['host:ctl1', 'host:net1']);
  expect(findings).toEqual([
    expect.stringMatching(/only the logs of the hosts in stackward.yaml are collected, because/),
  ]);
});
