/** `stackward trace port` over the recorded port, and the time line of `stackward trace server`. */
import { firstBroken, type Hop } from '../../reports/trace/hop';
import { timelineOf } from '../../reports/trace/server/timeline';
import { judgedPort, recorded, reprint, type Recorded } from '../support/recorded-trace';

async function hopsOf(change: (given: Recorded) => unknown = () => undefined): Promise<Readonly<Record<string, Hop>>> {
  const given = recorded();
  change(given);
  const legs = await judgedPort(given);
  return Object.fromEntries(legs.flatMap(({ hops }) => hops).map((hop) => [hop.name, hop]));
}

test('the recorded port is whole, and shows binding, groups, address pairs and its floating IP', async () => {
  const given = recorded();
  expect(firstBroken(await judgedPort(given))).toBeUndefined();
  const hops = await hopsOf();
  expect(hops.port?.evidence.join()).toContain('ovs_hybrid_plug true');
  expect(hops['security groups']?.evidence).toContain('web: icmp from anywhere');
  expect(hops['floating IPs']?.found).toBe(`\`stackward trace floating-ip ${given.wanted}\``);
  expect(hops['address pairs']?.found).toMatch(/^none/);
});

test('DHCP is proved by an agent that is alive, broken where all are dead or none has the network, and assumed where no subnet wants it', async () => {
  const withDhcp = (agents: readonly { host: string; isAlive: boolean }[]) => (given: Recorded) => {
    given.answers.subnets[0]!.hasDhcp = true;
    given.answers.dhcpAgents = [...agents];
  };
  const dead = { host: 'net01', isAlive: false };
  const proofs = [
    await hopsOf(),
    await hopsOf(withDhcp([])),
    await hopsOf(withDhcp([dead])),
    await hopsOf(withDhcp([dead, { host: 'net02', isAlive: true }])),
  ].map(({ DHCP }) => DHCP?.proof);
  expect(proofs).toEqual(['assumed', 'broken', 'broken', 'proved']);
});

test('an address pair for every address is pointed out', async () => {
  const { 'address pairs': hop } = await hopsOf(({ answers }) =>
    answers.port.pairs.push({ address: '0.0.0.0/0', mac: answers.port.mac }),
  );
  expect([hop?.proof, hop?.found]).toEqual(['assumed', expect.stringContaining('for every address')]);
});

test('exceptions of stackward in force for the port are shown, and those of other ports are not', async () => {
  const hops = await hopsOf((given) => {
    const tap = `tap${given.answers.port.id.slice(0, 11)}`;
    const rule = (device: string) =>
      `-A stackward-0123456789abcdef -s 10.9.0.0/24 -m physdev --physdev-in ${device} --physdev-out qvb0 --physdev-is-bridged -j ACCEPT`;
    reprint(given, 'cnode01', 'save-tables', (text) =>
      text.replace(
        /^-A INPUT/m,
        `:stackward-0123456789abcdef - [0:0]\n${rule(tap)}\n${rule('tapffffffff-ff')}\n-A INPUT`,
      ),
    );
  });
  expect(hops['packet filter']?.evidence[0]).toBe('exceptions of stackward: 1');
});

test('the time line is in the order of time, an action before its events, and a fault has the host as its action', () => {
  const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const rows = timelineOf(
    { name: 'web' },
    [
      { action: 'stop', requestId: 'req-2', startedAt: time(20), events: [] },
      {
        action: 'create',
        requestId: 'req-1',
        startedAt: time(10),
        events: [
          { event: 'compute__do_build_and_run_instance', startedAt: time(10), finishedAt: time(12), result: 'Error' },
        ],
      },
    ],
    [{ host: 'cnode01', message: 'No valid host was found.', created: time(11), details: 'Traceback' }],
  );
  expect(rows).toEqual([
    { vmName: 'web', action: 'create', start: time(10), details: 'req-1' },
    {
      vmName: 'web',
      action: 'create',
      event: 'compute__do_build_and_run_instance',
      start: time(10),
      finish: time(12),
      result: 'Error',
    },
    {
      vmName: 'web',
      action: 'cnode01',
      event: '#instance fault',
      start: time(11),
      result: 'No valid host was found.',
      details: 'Traceback',
    },
    { vmName: 'web', action: 'stop', start: time(20), details: 'req-2' },
  ]);
});
