/**
 * An exception beside the groups of its port: packets that come in by the exception, where they may come from, and
 * packets about which the groups still decide.
 */
import { LabFirewall } from '../support/lab-firewall';
import type { LabGuests, LabPort } from '../support/lab-guests';
import { connects, PacketFlows } from '../support/packet-flows';

const host = 'cnode02';

let lab: LabFirewall;
let guests: LabGuests;
/** A router, of which nobody's group lets anything in, and two servers beside it. */
let router: LabPort, server: LabPort, neighbour: LabPort;
/** Namespaces; `inside` is behind the router. */
let namespaces: Record<'router' | 'inside' | 'server' | 'other', string>;
let flows: ReturnType<typeof startFlows> | undefined;

beforeAll(async () => {
  lab = await LabFirewall.start('firewall-groups');
  guests = lab.guests;
  await lab.apply({});
  const on = await lab.cloud.subnet({ cidr: '10.76.2.0/24' });
  const address = (last: number) => ({ on, address: `10.76.2.${String(last)}` });
  [router] = (await guests.ports(host, await guests.closedGroup(), [address(1)])) as [LabPort];
  const beside = await guests.ports(host, await guests.openGroup(), [address(20), address(30)]);
  [server, neighbour] = beside as [LabPort, LabPort];
  const utm = await guests.boot(host, router);
  await guests.forward(utm);
  namespaces = {
    router: utm,
    inside: await guests.inside(utm, '10.99.0.1', ['10.99.0.5']),
    server: await guests.boot(host, server),
    other: await guests.boot(host, neighbour),
  };
  for (const guest of [namespaces.server, namespaces.other]) await guests.route(guest, '10.99.0.0/24', router.address);
  await guests.untilActive([router, server, neighbour]);
});
afterAll(async () => {
  flows?.close();
  await lab.stop();
});

function startFlows() {
  const rate = 50;
  const from = (namespace: string, source: string) => ({ from: namespace, source, rate });
  return new PacketFlows(
    {
      into: { ...from(namespaces.server, server.address), to: namespaces.inside, address: '10.99.0.5' },
      out: { ...from(namespaces.inside, '10.99.0.5'), to: namespaces.server, address: server.address },
      intoFromOther: { ...from(namespaces.other, neighbour.address), to: namespaces.inside, address: '10.99.0.5' },
      outToOther: { ...from(namespaces.inside, '10.99.0.5'), to: namespaces.other, address: neighbour.address },
      own: { ...from(namespaces.server, server.address), to: namespaces.router, address: router.address },
    },
    20_000,
  );
}

test("transit from an exception's destinations comes in although no group lets it in, and the port's own address stays closed", async () => {
  const transit = { port: router, sources: ['10.99.0.0/24'] };
  const running = (flows = startFlows());
  const states = { none: {}, narrow: { destinations: [`${server.address}/32`] }, any: {} };
  await lab.undisturbed(async () => {
    for (const [state, destinations] of Object.entries(states)) {
      await lab.apply(state === 'none' ? {} : { Branch: { ...transit, ...destinations } });
      await running.mark(state);
      await running.untilSent(100);
      await running.mark(`after ${state}`);
    }
    await running.stop();
  });

  const passing = (state: keyof typeof states) =>
    (['into', 'out', 'intoFromOther', 'outToOther', 'own'] as const).filter((name) => {
      const { sent, received } = running.between(name, state, `after ${state}`);
      expect([0, sent]).toContain(received);
      return received > 0;
    });
  expect(passing('none')).toEqual([]);
  expect(passing('narrow')).toEqual(['into', 'out']);
  expect(passing('any')).toEqual(['into', 'out', 'intoFromOther', 'outToOther']);
});

test("transit by TCP passes whichever end begins, and the port's own address stays closed", async () => {
  expect(await connects(namespaces.server, server.address, namespaces.inside, '10.99.0.5')).toBe(true);
  expect(await connects(namespaces.inside, '10.99.0.5', namespaces.server, server.address)).toBe(true);
  expect(await connects(namespaces.server, server.address, namespaces.router, router.address)).toBe(false);
  await lab.apply({});
  expect(await connects(namespaces.inside, '10.99.0.5', namespaces.server, server.address)).toBe(false);
});
