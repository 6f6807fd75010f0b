/** Traces over the recorded floating IP where something was not read, or tells less than it seems to: no hop is proved or broken by it. */
import { floatingIp, group } from '../../adapters/openstack/trace-answers';
import { parseAddress } from '../../lib/net/ip-ranges';
import { failed, look } from '../../reports/looked';
import { letIn } from '../../reports/trace/groups';
import { firstPacket } from '../../reports/trace/host-filter/first-packet';
import { entersPort } from '../../reports/trace/host-filter/pass';
import { readFilter } from '../../reports/trace/host-filter/read';
import { firstBroken, hopOf, proved, traceExitCode, type Hop, type Leg } from '../../reports/trace/hop';
import { destinationNat, parseNat } from '../../reports/trace/nat';
import { counted, judged, judgedPort, readersOf, recorded, reprint, type Recorded } from '../support/recorded-trace';

const stranger = parseAddress('192.0.2.1');
const filterOf = (given: Recorded) => look(() => readFilter(readersOf(given), 'cnode01', 4));

const id = '0cb7043c-ba7a-499a-a03b-15e151a1db1e';

function hop(legs: readonly Leg[], name: string): Hop {
  const found = legs.flatMap(({ hops }) => hops).find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no hop "${name}"`);
  return found;
}

async function judgedWith(change: (given: Recorded) => unknown): Promise<readonly Leg[]> {
  const given = recorded();
  change(given);
  return judged(given);
}

/** A command of a host that ends with an error. */
function fail(given: Recorded, host: string, command: string): void {
  const outcomes = given.hosts[`host:${host}`] ?? {};
  const keys = Object.keys(outcomes).filter((key) => key.endsWith(command));
  if (keys.length !== 1) throw new Error(`${keys.length} commands of ${host} end with "${command}"`);
  outcomes[keys[0]!] = { ok: true, value: { code: 1, stdout: '', stderr: 'it failed', text: '' } };
}

const asPairs = (text: string): string => text.replaceAll(/^(\d+: q[gr]-[^:@]+)(@\S+)?:/gm, '$1@if7:');

test('a verdict is no hop: only a look makes it one', () => {
  // @ts-expect-error A hop is made by hopOf alone, of looks that were read.
  const hopWithoutLook: Hop = { ...proved('it is there'), name: 'tap', place: 'cnode01' };
  const judge = (): never => {
    throw new Error('nothing was read');
  };
  expect(hopOf('tap', 'cnode01', { links: failed('403') }, judge).proof).toBe('unreadable');
  expect(hopWithoutLook.proof).toBe('proved');
});

test('where a group of the port is hidden, nobody says that its groups drop a ping', async () => {
  const legs = await judgedWith(({ answers }) => {
    answers.groups[0]!.rules = [];
    answers.port.groups.push('00000000-0000-4000-8000-000000000001');
  });
  expect(hop(legs, 'security groups')).toMatchObject({
    proof: 'unreadable',
    found: 'hidden from these credentials: 00000000-0000-4000-8000-000000000001',
  });
});

test("where the router's ports were not read, its switch is unreadable", async () => {
  const legs = await judgedWith((given) => (given.refused = ['portsOfDevice']));
  expect([hop(legs, "router's switch").proof, firstBroken(legs), traceExitCode(legs)]).toEqual([
    'unreadable',
    undefined,
    1,
  ]);
});

test("where the router's devices were not read, nobody says that they are on no bridge", async () => {
  const legs = await judgedWith((given) => {
    fail(given, 'cnode02', 'ip -s -o link');
    reprint(given, 'cnode02', 'list port', (text) => text.replaceAll('qg-', 'xx-'));
  });
  expect([hop(legs, "router's switch").proof, firstBroken(legs)]).toEqual(['unreadable', undefined]);
});

test("a router's devices that are ends of pairs are assumed to be on a bridge", async () => {
  const legs = await judgedWith((given) => reprint(given, 'cnode02', 'ip -s -o link', asPairs));
  expect(hop(legs, "router's switch")).toMatchObject({
    proof: 'assumed',
    found: expect.stringContaining('ends of pairs, and nobody looked at the bridges of their other ends') as string,
  });
});

test('where the port of the floating IP was not read, the inner device is unreadable, and nothing is named broken', async () => {
  const legs = await judgedWith((given) => (given.refused = ['port']));
  expect([hop(legs, 'inner device').proof, hop(legs, "router's switch").proof, firstBroken(legs)]).toEqual([
    'unreadable',
    'unreadable',
    undefined,
  ]);
});

test("where the compute host's devices were not read, nobody says that the port is on no bridge", async () => {
  const legs = await judgedWith((given) => {
    fail(given, 'cnode01', 'ip -s -o link');
    reprint(given, 'cnode01', 'list port', (text) => text.replaceAll('qvo', 'xxx'));
    delete given.answers.port.vifDetails;
  });
  expect([hop(legs, "port's switch").proof, firstBroken(legs)]).toEqual(['unreadable', undefined]);
});

test('a router with HA whose agents tell no state is not said to be active nowhere', async () => {
  const legs = await judgedWith(({ answers }) => {
    answers.router.isHa = true;
    delete answers.routerAgents[0]!.haState;
  });
  expect(hop(legs, 'L3 agent')).toMatchObject({
    proof: 'assumed',
    found: expect.stringContaining('Neutron does not tell on which host') as string,
  });
  expect(firstBroken(legs)).toBeUndefined();
});

test("where the port's groups were not read, a drop is not said to be for want of a group", async () => {
  const given = recorded();
  reprint(given, 'cnode01', 'save-tables', (text) => text.replaceAll(/^.*-p icmp.*\n/gm, ''));
  const packet = firstPacket({ to: parseAddress(given.answers.port.fixedIps[0]!.address), protocol: 1 }, stranger);
  const side = { port: given.answers.port, groups: failed('403'), host: await filterOf(given) };
  expect(entersPort(side, packet)).toMatchObject({
    proof: 'broken',
    found: expect.stringContaining('the groups could not be read: 403') as string,
    step: expect.stringContaining(`openstack port show ${given.answers.port.id}`) as string,
  });
});

test('an active server whose power state Nova does not know is not said to stand still', async () => {
  const legs = await judgedWith(({ answers }) => (answers.find[0]!.powerState = 0));
  expect([hop(legs, 'server').proof, firstBroken(legs)]).toEqual(['assumed', undefined]);
});

test('an active server that is shut down is rebooted, since Nova starts stopped ones alone', async () => {
  const legs = await judgedWith(({ answers }) => (answers.find[0]!.powerState = 4));
  const { id: serverId } = recorded().answers.find[0]!;
  expect(hop(legs, 'server')).toMatchObject({
    proof: 'broken',
    step: expect.stringMatching(`^\`openstack server reboot --hard ${serverId}\`; `) as string,
  });
});

const otherVariant = 'iptables-legacy-save';

test('where the other variant of iptables was not read, the packet filter proves nothing', async () => {
  const legs = await judgedWith(({ hosts }) => {
    hosts['host:cnode01']![otherVariant] = {
      ok: true,
      value: { code: 1, stdout: '', stderr: 'broken pipe', text: '' },
    };
  });
  expect(hop(legs, 'packet filter')).toMatchObject({
    proof: 'unreadable',
    found: expect.stringMatching(
      /^accepted, .*iptables-legacy decides as well, and was not read: .*broken pipe/,
    ) as string,
  });
  expect(traceExitCode(legs)).toBe(1);
});

test('where nobody could read whether bridges ask iptables, a rule that would drop proves nothing', async () => {
  const legs = await judgedWith((given) => {
    given.hosts['host:cnode01']!['read-file'] = { ok: false, reason: 'failed', error: new Error('no answer') } as never;
    reprint(given, 'cnode01', 'save-tables', (text) => text.replaceAll(/^.*-p icmp.*\n/gm, ''));
  });
  expect(hop(legs, 'packet filter')).toMatchObject({
    proof: 'unreadable',
    found: expect.stringMatching(/^dropped.*whether bridges ask iptables was not read/) as string,
  });
});

test('a port without port security whose chains are still on the host is broken, since these filter', async () => {
  const given = recorded();
  given.answers.port.hasPortSecurity = false;
  const legs = await judgedPort(given);
  expect(hop(legs, 'packet filter')).toMatchObject({
    proof: 'broken',
    found: expect.stringContaining('port security is off, and the agent still has chains of') as string,
  });
});

const floatingRow = { id, floating_ip_address: '198.51.100.7', floating_network_id: id, router_id: id };

test.each([
  ['named by the release', { port_forwardings: [{ protocol: 'tcp' }, { protocol: 'udp' }] }],
  ['told by the router alone', {}],
])('a floating IP with port forwardings (%s) is not said to lead nowhere', async (_, told) => {
  const legs = await judgedWith(
    ({ answers }) => (answers.floatingIps = [floatingIp.parse({ ...floatingRow, ...told })]),
  );
  expect([hop(legs, 'record').proof, firstBroken(legs), traceExitCode(legs)]).toEqual(['assumed', undefined, 0]);
  expect(hop(legs, 'record').found).toContain('`openstack floating ip port forwarding list');
});

test("a rule for an address group's members lets in from these alone", () => {
  const rule = { direction: 'ingress', ethertype: 'IPv4', protocol: 'icmp', remote_address_group_id: id };
  const groups = [group.parse({ id, name: 'web', security_group_rules: [rule] })];
  expect(letIn(groups, { protocol: 'icmp' })).toEqual({ is: 'from some', sources: [`address group ${id}`] });
});

test("counters of the inner device are those of the server's subnet", async () => {
  const given = recorded();
  const strange = `9: qr-aaaaaaaa-aa: <UP> mtu 1500\\    link/ether fa:16:3e:00:00:02\\    RX: bytes  packets\\    7 7 0\\    TX: bytes  packets\\    899 899 0\n`;
  reprint(given, 'cnode02', 'ip -s -o link', (text) => strange + text);
  let look = 0;
  const link = Object.entries(given.hosts['host:cnode02']!).find(([key]) => key.endsWith('ip -s -o link'))![1] as {
    value: { stdout: string };
  };
  const printed = link.value.stdout;
  // Each look finds 899 more packets on the other subnet's device.
  Object.defineProperty(link.value, 'stdout', {
    get: () => printed.replace('899 899', `${899 * ++look} ${899 * look}`),
  });
  const legs = await counted(given);
  expect(legs.at(-1)?.hops.find(({ name }) => name === 'inner device')).toMatchObject({ proof: 'assumed' });
});

test.each([
  ['! -d 198.51.100.7/32 -j DNAT --to-destination 10.0.0.5', undefined],
  ['-d ! 198.51.100.7/32 -j DNAT --to-destination 10.0.0.5', undefined],
  ['-d 198.51.100.7/32 -p tcp -m tcp --dport 22 -j DNAT --to-destination 10.0.0.5:22', undefined],
  ['-d 198.51.100.7/32 -j DNAT --to-destination 10.0.0.5', '10.0.0.5'],
  ['-d 198.51.100.7/32 -m comment --comment "of a floating IP" -j DNAT --to-destination 10.0.0.5', '10.0.0.5'],
])('the NAT rule "%s" translates every packet to the floating IP: %s', (rule, translated) => {
  expect(destinationNat(parseNat(`-A PREROUTING ${rule}\n`), '198.51.100.7')?.translated).toBe(translated);
});

test.each([
  ['1', {}, { isRead: true, value: true }],
  ['0', { qbr1: '0', qbr2: '0' }, { isRead: true, value: false }],
  ['0', { qbr1: '0', qbr2: '1' }, { isRead: false, why: expect.stringContaining('that of a bridge is on') as string }],
  ['0', { qbr1: '0' }, { isRead: false, why: expect.stringContaining('/sys/class/net/qbr2/bridge') as string }],
])('with the switch of the host at %s, and of its bridges at %j, asking iptables is %j', async (ofHost, own, found) => {
  const files = new Map([
    ['/proc/sys/net/bridge/bridge-nf-call-iptables', ofHost],
    ...Object.entries(own).map(([name, flag]) => [`/sys/class/net/${name}/bridge/nf_call_iptables`, flag] as const),
  ]);
  const values: Readonly<Record<string, object>> = {
    'save-tables': { text: '', variant: 'only' },
    'bridge-ports': { ports: ['qbr1', 'qbr2'].map((bridge) => ({ bridge, port: 'tap', flags: {} })) },
    'run-reader': { code: 0, stdout: '', stderr: '' },
  };
  const read = (questions: readonly { verb: string; path?: string }[]) =>
    Promise.resolve(
      questions.map(({ verb, path = '' }) => {
        const text = files.get(path);
        const file = { exists: text !== undefined, content: text && Buffer.from(text).toString('base64') };
        return { ok: true, value: values[verb] ?? file };
      }),
    );
  const readers = { host: () => Promise.resolve({ name: 'host:a', read }) } as unknown as ReturnType<typeof readersOf>;
  expect((await readFilter(readers, 'a', 4)).asksTables).toMatchObject(found);
});
