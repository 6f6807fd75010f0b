/** Flags of a port's bridge on the lab: what hairpin does to a packet, and a re-plug that resets it. */
import { LabFirewall, type Resource } from '../support/lab-firewall';
import { tapOf, type LabPort } from '../support/lab-guests';
import { PacketFlows } from '../support/packet-flows';

const host = 'cnode01';

let lab: LabFirewall;
let port: LabPort;
let flows: PacketFlows<'toItself'> | undefined;

beforeAll(async () => {
  lab = await LabFirewall.start('bridge-port');
  const net = await lab.cloud.subnet({ cidr: '10.79.1.0/24' });
  const group = await lab.guests.openGroup();
  [port] = (await lab.guests.ports(host, group, [{ on: net, address: '10.79.1.10' }])) as [LabPort];
});
afterAll(async () => {
  flows?.close();
  await lab.stop();
});

/** A guest whose frames bear its own MAC address as their destination too: only hairpin brings them back. */
async function plugIn(): Promise<void> {
  await flows?.stop();
  const guest = await lab.guests.boot(host, port);
  await lab.guests.in(guest, 'sysctl', '-qw', 'net.ipv4.conf.all.accept_local=1', 'net.ipv4.conf.all.rp_filter=0');
  await lab.guests.untilActive([port]);
  const itself = { from: guest, to: guest, source: port.address, address: port.address };
  const frame = { device: 'eth0', from: port.mac, to: port.mac };
  flows = new PacketFlows({ toItself: { ...itself, frame, rate: 50 } }, 20_000);
}

/** How many of a hundred packets came back. */
async function returned(): Promise<number> {
  const before = await flows!.now();
  await flows!.untilSent(100);
  return (await flows!.now()).toItself.received - before.toItself.received;
}

const hairpin: Record<string, Resource> = {};
const flags = async (): Promise<string[]> => {
  const short = port.id.slice(0, 11);
  const files = [tapOf(port), `qvb${short}`].map((device) => `/sys/class/net/qbr${short}/brif/${device}/hairpin_mode`);
  return (await lab.guests.onHost(host, 'cat', ...files)).trim().split('\n');
};

test('hairpin brings a frame back to its sender; a re-plug resets it, the plan says so, and the next apply sets it again (case 1011)', async () => {
  hairpin['Utm/Hairpin'] = { kind: 'bridge-port', spec: { portId: port.id, hairpin: true } };
  await plugIn();
  expect(await flags()).toEqual(['0', '0']);
  expect(await returned()).toBe(0);
  expect(await lab.stackward('apply', hairpin)).toMatchObject({ code: 0 });
  expect(await flags()).toEqual(['1', '0']);
  await flows!.untilReceived('toItself');
  expect(await lab.stackward('plan', hairpin)).toMatchObject({ code: 0 });

  await plugIn();
  expect(await flags()).toEqual(['0', '0']);
  const again = 'the port was plugged again';
  expect(await lab.stackward('plan', hairpin)).toMatchObject({
    code: 2,
    stdout: expect.stringContaining(again) as string,
  });
  expect(await lab.stackward('apply', hairpin)).toMatchObject({ code: 0 });
  await flows!.untilReceived('toItself');
});

test('flags whose declaration leaves the code get the values from before', async () => {
  expect(await lab.stackward('apply', {})).toMatchObject({ code: 0 });
  expect(await flags()).toEqual(['0', '0']);
  expect(await returned()).toBe(0);
});
