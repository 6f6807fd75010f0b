/**
 * `stackward trace` over a real L3 agent: a floating IP is broken in nine places, with real packets between two hosts. Two of
 * them always run: a rule that is gone on the router's host, and a server that is stopped. Of the others some run.
 */
import { sql } from '../../lab/command';
import { l3Service } from '../../lab/stack/l3-agent';
import { stopServices } from '../../lab/supervisor';
import { labCommand, LabFloatingIp } from '../support/lab-floating-ip';
import { alikeTest, someOf } from '../support/moments';

interface Told {
  readonly exitCode: number;
  readonly firstBroken: { readonly name: string; readonly place: string } | null;
  readonly legs: readonly {
    readonly hops: readonly {
      readonly name: string;
      readonly proof: string;
      readonly found: string;
      readonly step: string | null;
    }[];
  }[];
}

let lab: LabFloatingIp;

beforeAll(async () => {
  lab = await LabFloatingIp.start('trace');
  rule = lab.ruleForPing;
}, 600_000);
afterAll(() => lab?.stop(), 300_000);

async function trace(...argv: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await lab.command.run(['trace', ...argv, '--json']);
  // Another suite kills a nova-compute of its own meanwhile.
  expect(stderr.replace(/^(Counting packets for 2 s|Down in nova: .* Looking again in \d+ s)\.\n/gm, '')).toBe('');
  const told = JSON.parse(stdout) as Told;
  expect(told.exitCode).toBe(code);
  return told;
}
const traceIt = (...more: readonly string[]) => trace('floating-ip', lab.floating.floating_ip_address, ...more);
const hopsOf = (told: Told) => told.legs.flatMap(({ hops }) => hops);
const having = (told: Told, proof: string): string[] =>
  hopsOf(told).flatMap((hop) => (hop.proof === proof ? [hop.name] : []));
const stepOf = (told: Told): string => hopsOf(told).find(({ proof }) => proof === 'broken')?.step ?? '';

/** What the smallest step does for most of what is wrong in a router: nothing changes, and its agent does it anew. */
const nudge = () => lab.nudge();

async function deviceOf(prefix: 'qg-' | 'qr-'): Promise<string> {
  const [device] = new RegExp(`${prefix}[0-9a-f-]+`).exec(await lab.inRouter('ip', '-o', 'link')) ?? [];
  if (device === undefined) throw new Error(`the router has no ${prefix} device`);
  return device;
}

async function l3AgentId(): Promise<string> {
  const path = '/v2.0/agents?binary=neutron-l3-agent';
  const { agents } = await lab.cloud.admin.call<{ agents: { id: string }[] }>('network', path);
  return agents[0]!.id;
}

/** The server's card goes and comes with the server, as Nova has it. */
const unplug = () => lab.guests.unplug('cnode01', lab.port);

let rule: string;
const breaks: readonly {
  readonly name: string;
  readonly hop: string;
  readonly place: string;
  /** Of the step that is told. */
  readonly step: RegExp;
  readonly doIt: () => Promise<unknown>;
  readonly takeStep: () => Promise<unknown>;
}[] = [
  {
    name: 'somebody flushed the rule that translates the address',
    hop: 'DNAT',
    place: 'cnode02',
    step: /openstack router set --name/,
    doIt: () => lab.inRouter('iptables', '-t', 'nat', '-F', 'neutron-l3-agent-PREROUTING'),
    takeStep: nudge,
  },
  {
    name: 'the router is administratively down',
    hop: 'router',
    place: 'Neutron',
    step: /openstack router set --enable/,
    doIt: () => lab.put(`/routers/${lab.router}`, { router: { admin_state_up: false } }),
    takeStep: () => lab.untilSetUp(() => lab.put(`/routers/${lab.router}`, { router: { admin_state_up: true } })),
  },
  {
    name: 'the router is on no L3 agent',
    hop: 'L3 agent',
    place: 'Neutron',
    step: /openstack network agent add router --l3 AGENT/,
    doIt: async () =>
      lab.cloud.admin.call('network', `/v2.0/agents/${await l3AgentId()}/l3-routers/${lab.router}`, {
        method: 'DELETE',
      }),
    takeStep: () =>
      lab.untilSetUp(async () =>
        lab.cloud.admin.call('network', `/v2.0/agents/${await l3AgentId()}/l3-routers`, {
          method: 'POST',
          body: { router_id: lab.router },
        }),
      ),
  },
  {
    name: 'somebody took the floating address from the outer device',
    hop: 'outer device',
    place: 'cnode02',
    step: /openstack router set --name/,
    doIt: async () =>
      lab.inRouter('ip', 'addr', 'del', `${lab.floating.floating_ip_address}/32`, 'dev', await deviceOf('qg-')),
    takeStep: nudge,
  },
  {
    name: 'the inner device is down',
    hop: 'inner device',
    place: 'cnode02',
    step: /ip link set qr-\S+ up/,
    doIt: async () => lab.inRouter('ip', 'link', 'set', await deviceOf('qr-'), 'down'),
    takeStep: async () => lab.inRouter('ip', 'link', 'set', await deviceOf('qr-'), 'up'),
  },
  {
    name: 'the security group lost its rule for ICMP',
    hop: 'security groups',
    place: 'Neutron',
    step: /security group rule create --ingress --protocol icmp/,
    doIt: () => lab.guests.removeRule(rule),
    takeStep: async () => {
      rule = await lab.guests.addRule(lab.group, { protocol: 'icmp' });
    },
  },
  {
    name: "the port's device is taken off the switch",
    hop: "port's switch",
    place: 'cnode01',
    step: /openstack server reboot --hard/,
    doIt: () => lab.offSwitch(),
    takeStep: () => lab.plug(),
  },
  {
    name: 'the server is stopped',
    hop: 'server',
    place: 'cnode01',
    step: /openstack server start/,
    doIt: async () => {
      await lab.act({ 'os-stop': null });
      await lab.untilServer('SHUTOFF');
      await unplug();
    },
    takeStep: async () => {
      await lab.act({ 'os-start': null });
      await lab.untilServer('ACTIVE');
      await lab.plug();
    },
  },
];

test('nothing is named while the server answers, and what nobody looked at is assumed', async () => {
  await lab.untilAnswering();
  const told = await traceIt();
  expect([told.exitCode, told.firstBroken, having(told, 'unreadable')]).toEqual([0, null, []]);
  expect(having(told, 'assumed')).toEqual(['inside the server', 'physical network']);
});

test.each(someOf(breaks))('$name: it is named, and its step makes the server answer (case 1030 b)', async (broken) => {
  await broken.doIt();
  await lab.untilAnswering(false);
  const told = await traceIt();
  expect([told.firstBroken, told.exitCode]).toEqual([{ name: broken.hop, place: broken.place }, 2]);
  expect(stepOf(told)).toMatch(broken.step);
  await broken.takeStep();
  await lab.untilAnswering();
});

alikeTest('a dead L3 agent is named while packets still pass, since no change reaches the router', async () => {
  await stopServices(lab.cloud.lab, [l3Service]);
  try {
    // Neutron itself says so after 75 s.
    await sql(
      lab.cloud.lab,
      "UPDATE neutron.agents SET heartbeat_timestamp = '2026-01-01' WHERE `binary` = 'neutron-l3-agent'",
    );
    const told = await traceIt();
    expect([told.firstBroken, stepOf(told)]).toEqual([
      { name: 'L3 agent', place: 'cnode02' },
      expect.stringContaining('start neutron-l3-agent on cnode02'),
    ]);
    expect(await lab.answers()).toBe(true);
  } finally {
    await labCommand('l3', 'up');
  }
  expect((await traceIt()).firstBroken).toBeNull();
});

alikeTest('a server without a default route is silent, and the trace assumes that it has one', async () => {
  await lab.guests.ip(lab.guest, 'route', 'del', 'default');
  await lab.untilAnswering(false);
  const told = await traceIt();
  expect([told.exitCode, told.firstBroken]).toEqual([0, null]);
  const guest = hopsOf(told).find(({ name }) => name === 'inside the server');
  expect(guest).toMatchObject({
    proof: 'assumed',
    found: expect.stringContaining('a default route by 10.31.0.1') as string,
  });
  await lab.guests.route(lab.guest, 'default', '10.31.0.1');
  await lab.untilAnswering();
});

test('a TCP port that no group lets in is named, and a floating IP that is none', async () => {
  expect((await traceIt('--port', '22')).firstBroken).toEqual({ name: 'security groups', place: 'Neutron' });
  const told = await trace('floating-ip', lab.port.address);
  expect(stepOf(told)).toBe(`\`stackward trace port ${lab.port.id}\``);
});

test('counters tell how far the packets of a ping come', async () => {
  const told = await lab.whilePinging(() => traceIt('--count', '2'));
  const counted = told.legs.at(-1)!.hops;
  expect(counted.map(({ name }) => name)).toEqual([
    'outer device',
    'DNAT',
    'inner device',
    'to the server',
    'from the server',
  ]);
  // One connection began before the first look.
  expect(counted.filter(({ proof }) => proof !== 'proved').map(({ name }) => name)).toEqual(['DNAT']);
});

test('a port is traced with its binding, server, groups and floating IP', async () => {
  const told = await trace('port', lab.port.id);
  expect([told.exitCode, having(told, 'unreadable')]).toEqual([0, []]);
  const said = Object.fromEntries(hopsOf(told).map(({ name, found }) => [name, found]));
  expect(said['port']).toBe(`port ${lab.port.id} is enabled and bound to cnode01`);
  expect(said['server']).toMatch(/^test-trace \([0-9a-f-]{36}\) is active$/);
  expect(said['security groups']).toBe('test-trace');
  expect(said['floating IPs']).toBe(`\`stackward trace floating-ip ${lab.floating.floating_ip_address}\``);
});

interface ServerTold extends Told {
  readonly timeline: readonly Readonly<Record<string, string | null>>[];
  readonly missing: readonly string[];
}
const traceServer = async (name: string, ...more: readonly string[]) =>
  (await trace('server', name, ...more)) as ServerTold;
const columns = 'vm_name action event start_time finish_time result details'.split(' ');

test("a server is traced with its port, its floating IP and one time line, which Nova's database and its API tell alike (case 0919 b)", async () => {
  const byApi = await traceServer('test-trace');
  expect([byApi.exitCode, byApi.firstBroken]).toEqual([0, null]);
  expect(byApi.legs.length).toBe(4);
  expect(byApi.timeline.map((row) => row.action)).toEqual(expect.arrayContaining(['create', 'stop', 'start']));
  for (const row of byApi.timeline) expect(Object.keys(row)).toEqual(columns);
  expect(byApi.missing).toEqual([expect.stringContaining("name Nova's databases")]);
  const byDatabase = await traceServer('test-trace', '--config', 'with-databases.yaml');
  expect(byDatabase.missing).toEqual([]);
  expect(byDatabase.timeline).toEqual(byApi.timeline);
});

alikeTest('a server that fits nowhere is named with its cause, and its fault stands in the time line', async () => {
  const id = await lab.bootTooLarge();
  const byApi = await traceServer(id);
  expect([byApi.exitCode, byApi.firstBroken?.name]).toEqual([2, 'state']);
  const byDatabase = await traceServer('test-trace-large', '--config', 'with-databases.yaml');
  for (const told of [byApi, byDatabase])
    expect(told.timeline.at(-1)).toMatchObject({
      vm_name: 'test-trace-large',
      event: '#instance fault',
      result: expect.stringContaining('No valid host') as string,
    });
});
