/**
 * The effect of the flags on frames, on real bridges: on the guest's, on the switch's, and on the addresses that the
 * switch learns.
 */
import { BridgeHosts, qvbOf, tapOf } from '../support/bridge-hosts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const port = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';
const guest = 'fa:16:3e:9b:da:ee';
/** Other servers, behind the switch. */
const [server, neighbour] = ['fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'];
const everybody = 'ff:ff:ff:ff:ff:ff';

let world: BridgeHosts;
beforeEach(() => {
  world = new BridgeHosts(['cnode01']);
  world.get().plug(port);
  world.network.putPort({ id: port, hostId: 'cnode01' });
});
afterEach(() => world.remove());

const apply = async (flags: object): Promise<void> => {
  const { problems } = await world.run([world.manifest({ Port: { portId: port, ...flags } })]);
  expect(problems).toEqual([]);
};
const fromGuest = (to: string, from = guest) => world.get().frames(port, { by: 'guest', from, to, count: 5 });
const fromSwitch = (to: string, from = server) => world.get().frames(port, { by: 'switch', from, to, count: 5 });

test("with hairpin on, the guest's broadcasts come back to the guest, and none of the switch's goes back to the switch", async () => {
  expect(fromGuest(everybody)).toEqual({ guest: 0, switch: 5 });
  await apply({ hairpin: true });
  expect(fromGuest(everybody)).toEqual({ guest: 5, switch: 5 });
  expect(fromSwitch(everybody)).toEqual({ guest: 5, switch: 0 });
});

test('with hairpin off, both ends have it off, also where somebody had set it by hand', async () => {
  for (const device of [tapOf(port), qvbOf(port)]) world.get().set(device, 'hairpin', 'on');
  expect(fromSwitch(everybody)).toEqual({ guest: 5, switch: 5 });
  await apply({ hairpin: false });
  expect([fromGuest(everybody), fromSwitch(everybody)]).toEqual([
    { guest: 0, switch: 5 },
    { guest: 5, switch: 0 },
  ]);
});

test('with learning off, the bridge forgets addresses from behind the switch, and frames to them reach the guest', async () => {
  fromSwitch(everybody, neighbour);
  expect(fromSwitch(neighbour)).toEqual({ guest: 0, switch: 0 });
  await apply({ learning: false });
  world.get().forget(port);
  fromSwitch(everybody, neighbour);
  expect(fromSwitch(neighbour)).toEqual({ guest: 5, switch: 0 });
});

test('with flood off, only frames to an address that the bridge knows reach the guest', async () => {
  expect(fromSwitch(guest)).toEqual({ guest: 5, switch: 0 });
  await apply({ flood: false });
  expect(fromSwitch(guest)).toEqual({ guest: 0, switch: 0 });
  expect(fromSwitch(everybody)).toEqual({ guest: 5, switch: 0 });
  expect(fromGuest(everybody)).toEqual({ guest: 0, switch: 5 });
  expect([fromSwitch(guest), fromSwitch(neighbour)]).toEqual([
    { guest: 5, switch: 0 },
    { guest: 0, switch: 0 },
  ]);
});
