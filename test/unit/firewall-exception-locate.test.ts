/** Where an exception belongs, and what its port and its host may have against it. */
import { commentOf, findPath } from '../../lib/iptables/rule-comment';
import type { Manifest } from '../../lib/contract/manifest';
import type { Port } from '../../lib/contract/ports';
import { firewallException } from '../../reconcilers/firewall-exception';
import {
  dhcp,
  agentTables,
  exception,
  into,
  kernelWith,
  manifestOf,
  out,
  portId,
  stored,
  storedWith,
  TextHosts,
} from '../support/firewall-texts';

const linuxBridge = { vifType: 'bridge', networkId: '4f7080d4-72aa-4c5e-9d0b-1f6a7e5c3b21' };
const hosts = { cnode01: {}, cnode02: {}, cnode03: {} };

const planned = (port: Partial<Port>, more: Parameters<typeof exception>[0] = {}, texts = new TextHosts(hosts)) => {
  texts.network.putPort({ id: portId, ...port });
  return texts.plan([manifestOf({ Branch: exception(more) })]);
};
const problemOf = async (port: Partial<Port>, more: Parameters<typeof exception>[0] = {}) => {
  const { problems, steps } = await planned(port, more);
  expect(steps).toEqual([]);
  return problems.map(({ reason, message }) => `${reason}: ${message}`);
};

describe('the port', () => {
  test('is not there', async () => {
    expect(await problemOf({}, { portId: 'gone' })).toMatchInlineSnapshot(`
     [
       "InvalidConfiguration: the port gone does not exist, or these credentials may not see it; correct "portId", or use credentials of an administrator",
     ]
    `);
  });
  test('is bound to no host', async () => {
    expect(await problemOf({ hostId: '', vifType: 'unbound' })).toMatchInlineSnapshot(`
     [
       "TransientError: the port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 is bound to no host: its server was never booted, or is shelved; boot it, then run again, or choose the placement "candidates"",
     ]
    `);
  });
  test('is filtered by Open vSwitch itself', async () => {
    expect(await problemOf({ hybridPlug: false })).toMatchInlineSnapshot(`
     [
       "Blocked: Neutron bound the port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 on cnode01 as ovs without a Linux bridge between: iptables has no part in that, so a rule would open nothing; correct "firewallDriver" of OpenStackCloud",
     ]
    `);
  });
  test('is plugged by the other agent', async () => {
    expect(await problemOf(linuxBridge)).toMatchInlineSnapshot(`
     [
       "Blocked: Neutron bound the port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 on cnode01 as bridge: that is the driver iptables, and the code says iptables_hybrid; correct "firewallDriver" of OpenStackCloud",
     ]
    `);
  });
  test('could not be bound', async () => {
    expect(await problemOf({ vifType: 'binding_failed' })).toMatchInlineSnapshot(`
     [
       "TransientError: Neutron could not bind the port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 on cnode01: its agent there is dead, or doesn't know the network; mend that, then run again",
     ]
    `);
  });
  test('hides its binding', async () => {
    expect(await problemOf({ vifType: '' })).toMatchInlineSnapshot(`
     [
       "Blocked: these credentials don't see how Neutron bound the port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 on cnode01; use those of an administrator",
     ]
    `);
  });
  test('has no port security: said, and put all the same', async () => {
    const { steps, warnings } = await planned({ portSecurity: false });
    expect([steps.length, warnings.map((warning) => warning.message)]).toMatchInlineSnapshot(`
     [
       1,
       [
         "port security is off at this port: nothing is filtered there, and the exception opens nothing more",
       ],
     ]
    `);
  });
});

test('a long path is cut in its comment: while its port can not be placed its rules stay, and when it left they go', async () => {
  const id = `${'Site/'.repeat(60)}Branch`;
  const cut = commentOf(`acme/${id}`);
  const rules = [dhcp, out, into].map((rule) => rule.replace('stackward:acme/Branch', cut));
  const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
  const look = (manifest: Manifest, port: Partial<Port> = {}) => {
    const texts = new TextHosts({ cnode01: { ipv4: kernelWith(...rules), files: storedWith(rules) } });
    texts.network.putPort({ id: portId, ...port });
    return texts.plan([manifest], sweep);
  };
  const declared = manifestOf({ [id]: exception() });
  const shelved = await look(declared, { hostId: '', vifType: 'unbound' });
  expect([shelved.steps, shelved.problems.length]).toEqual([[], 1]);
  const hidden = await look(manifestOf({ [id]: exception({ portId: 'hidden' }) }));
  expect([hidden.steps, hidden.problems.length]).toEqual([[], 1]);
  const [resource] = declared.resources;
  const unknown = { ...declared, resources: [{ ...resource!, unknown: ['portId'] }] };
  expect((await look(unknown)).steps).toEqual([]);
  const moved = await look(declared, { hostId: 'cnode02' });
  expect(moved.steps.map((step) => `${step.action} ${step.id}@${step.target}`)).toEqual([
    `delete firewall-exception.acme/${id}@host:cnode01`,
    `create firewall-exception.acme/${id}@host:cnode02`,
  ]);
  const left = await look(manifestOf({}));
  expect(left.steps.map((step) => `${step.action} ${step.id}`)).toEqual([`delete firewall-exception.${findPath(cut)}`]);
});

test('bound: its host alone; candidates: every host whose agent plugs such ports, heard of or not', async () => {
  const texts = new TextHosts(hosts);
  texts.network.addAgent({ host: 'network01', type: 'DHCP agent', isAlive: true });
  texts.network.addAgent({ host: 'cnode09', type: 'Open vSwitch agent', isAlive: false });
  texts.network.addAgent({ host: 'cnode08', type: 'Linux bridge agent', isAlive: true });
  const targets = async (placement: 'bound' | 'candidates', port: Partial<Port> = {}) =>
    (await planned(port, { placement }, texts)).steps.map((step) => step.target);
  expect(await targets('bound')).toEqual(['host:cnode01']);
  const candidates = ['host:cnode01', 'host:cnode02', 'host:cnode03', 'host:cnode09'];
  expect(await targets('candidates')).toEqual(candidates);
  expect(await targets('candidates', { hostId: '', vifType: 'unbound' })).toEqual(candidates);
});

test('candidates while no agent is heard of: the rules on every one stay', async () => {
  const host = { ipv4: kernelWith(dhcp, out, into), files: stored };
  const texts = new TextHosts({ cnode01: host, cnode02: host }, { type: 'Open vSwitch agent', isAlive: false });
  const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
  const { steps, problems } = await texts.plan([manifestOf({ Branch: exception({ placement: 'candidates' }) })], sweep);
  expect([steps, problems]).toEqual([[], []]);
});

test('candidates of a port that is bound nowhere, on a cloud with the Linux bridge agent: its hosts', async () => {
  const bridges = { 'brq4f7080d4-72': ['eth1.7'] };
  const unbound = { ...linuxBridge, hostId: '', vifType: 'unbound' };
  const wanted = { placement: 'candidates', firewallDriver: 'iptables' } as const;
  const { steps } = await planned(
    unbound,
    wanted,
    new TextHosts({ cnode01: { bridges } }, { type: 'Linux bridge agent', isAlive: true }),
  );
  expect(steps.map((step) => step.target)).toEqual(['host:cnode01']);
});

test('candidates, and no agent of the driver anywhere: a problem, and what there is stays', async () => {
  const texts = new TextHosts({ cnode01: { ipv4: kernelWith(dhcp, out, into), files: stored } });
  const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
  for (const port of [linuxBridge, { ...linuxBridge, hostId: '', vifType: 'unbound' }]) {
    texts.network.putPort({ id: portId, ...port });
    const wanted = [manifestOf({ Branch: exception({ placement: 'candidates', firewallDriver: 'iptables' }) })];
    const { steps, problems } = await texts.plan(wanted, sweep);
    expect([steps, problems.map(({ reason, message }) => `${reason}: ${message}`)]).toEqual([
      [],
      [expect.stringMatching(/^InvalidConfiguration: Neutron names no Linux bridge agent on any host, or/)],
    ]);
  }
});

test('on a host that it may only come to, the rules wait', async () => {
  const { steps, warnings } = await planned(
    {},
    { placement: 'candidates' },
    new TextHosts({ cnode01: {}, cnode02: { bridges: {} } }),
  );
  expect(steps.map((step) => step.notes?.at(-1))).toMatchInlineSnapshot(`
   [
     "frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that",
     "tap28f25940-63 is not on cnode02: the rules wait there for its server, and match nothing until it comes",
   ]
  `);
  expect(warnings).toEqual([]);
});

test('Linux bridge: the far end is the uplink, never another server or a DHCP server', async () => {
  const bridges = { 'brq4f7080d4-72': ['tap28f25940-63', 'eth1.7', 'tap99999999-99'], brqx: ['eth1.8'] };
  const texts = new TextHosts({ cnode01: { bridges } });
  const { steps } = await planned(linuxBridge, { firewallDriver: 'iptables' }, texts);
  expect(steps[0]?.changes.map((change) => change.after)).toEqual([
    'tap28f25940-63 to eth1.7: -p udp -m udp --sport 67 --dport 68 -j RETURN',
    'tap28f25940-63 to eth1.7: -s 10.99.0.0/24 -m mac --mac-source fa:16:3e:9b:da:ee -j MARK --set-xmark 0x80000000/0x80000000',
    'tap28f25940-63 to eth1.7: -m mark --mark 0x80000000/0x80000000 -j ACCEPT',
    'eth1.7 to tap28f25940-63: -d 10.99.0.0/24 -j ACCEPT',
  ]);
});

test('a host is asked once, whatever is wanted of it', async () => {
  const texts = new TextHosts({ cnode01: { ipv4: agentTables() } });
  const wanted = {
    A: exception(),
    B: exception({ sources: ['10.98.0.0/24'] }),
    C: exception({ release: 'kilo', sources: ['10.97.0.0/24'] }),
  };
  await texts.plan([manifestOf(wanted)], []);
  expect(texts.reads).toBe(1);
});

describe('the spec', () => {
  const { parse, identify } = firewallException;
  test.each([
    ['sources', { sources: [] }],
    ['sources', { sources: ['10.99.0.7/24'] }],
    ['sources', { sources: 'all' }],
    ['sources', { sources: ['::ffff:10.0.0.0/104'] }],
    ['destinations', { destinations: ['::10.0.0.0/104'] }],
    ['markBit', { markBit: 32 }],
    ['firewallDriver', { firewallDriver: 'openvswitch' }],
    ['mode', { mode: 'bridged' }],
    ['reason', { reason: '' }],
    ['release', { release: 'Zed' }],
  ])('names %s where it is wrong: %j', (field, more) => {
    expect(() => parse({ ...exception(), ...more })).toThrow(`the field "${field}`);
  });
  test('is the same exception in any order and spelling of its prefixes', () => {
    const identityWith = (sources: string[]) => identify(exception({ sources }));
    expect(identityWith(['10.99.0.0/24', '2001:DB8::/32'])).toBe(
      identityWith(['2001:db8::/32', '10.99.0.0/24', '10.99.0.0/24']),
    );
    expect(identityWith(['10.99.0.0/24'])).not.toBe(identityWith(['10.99.0.0/25']));
  });
});
