import type { Port, Readers } from '../../lib/contract/ports';
import { bridgePort } from '../../reconcilers/bridge-port';
import { FakeNetwork } from '../support/fake-network';
import { devicesOf } from '../../reconcilers/bridge-port/model';

const ids = ['28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21', '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b22'] as const;

function cloud(ports: readonly Partial<Port>[]) {
  const network = new FakeNetwork();
  let questions = 0;
  for (const port of ports) network.putPort(port);
  const readers = {
    cloud: 'lab',
    network: () => {
      questions += 1;
      return Promise.resolve(network);
    },
  } as unknown as Readers;
  const locate = (wanted: readonly string[]) =>
    bridgePort.locate(
      wanted.map((portId, index) => ({
        id: `bridge-port.acme/P${index}`,
        stack: 'acme',
        owner: 'ours',
        spec: { portId, hairpin: false },
      })),
      readers,
    );
  return { locate, questions: () => questions };
}

test("finds a port on the host that Neutron names, by the agent's names of its devices", async () => {
  const { locate, questions } = cloud([
    { id: ids[0], hostId: 'cnode01' },
    { id: ids[1], hostId: 'cnode02', vifType: 'bridge' },
  ]);
  const { placements, findings } = await locate([ids[0], ids[1].toUpperCase()]);
  expect(placements).toMatchObject([
    { target: 'host:cnode01', wanted: [{ spec: { devices: ['tap28f25940-63', 'qvb28f25940-63'] } }] },
    { target: 'host:cnode02', wanted: [{ spec: { devices: ['tap28f25940-63'] } }] },
  ]);
  expect(findings).toEqual([]);
  expect(questions()).toBe(1);
  expect(devicesOf({ id: 'abcdef01-2345-6789', vifType: 'ovs' })).toEqual(['tapabcdef01-23', 'qvbabcdef01-23']);
});

test.each<[string, Partial<Port>[], object]>([
  [
    'no such port',
    [],
    { reason: 'InvalidConfiguration', message: /does not exist, or these credentials may not see it/ },
  ],
  [
    'unbound',
    [{ id: ids[0], hostId: '', vifType: 'unbound' }],
    { reason: 'TransientError', message: /is bound to no host .* apply again then$/ },
  ],
  [
    'without a Linux bridge',
    [{ id: ids[0], hostId: 'cnode01', hybridPlug: false }],
    { reason: 'InvalidConfiguration', message: /is plugged straight into Open vSwitch on cnode01, not into a Linux/ },
  ],
])('%s: reported, and placed on no host', async (_what, ports, expected) => {
  const { placements, findings } = await cloud(ports).locate([ids[0]]);
  const { message, ...rest } = expected as { message: RegExp };
  expect(findings).toEqual([
    { id: 'bridge-port.acme/P0', ...rest, message: expect.stringMatching(message) as unknown as string },
  ]);
  expect(placements).toEqual([]);
});

test('a rollback goes to the host on which the flags were', async () => {
  const image = { portId: ids[0], flags: [] };
  const spec = bridgePort.restore({
    kind: 'bridge-port',
    path: 'acme/P0',
    stack: 'acme',
    owner: 'ours',
    dependsOn: [],
    unknown: [],
    before: [
      { target: 'host:cnode02', image },
      { target: 'host:cnode01', image },
    ],
  });
  const wanted = [{ id: 'bridge-port.acme/P0', stack: 'acme', owner: 'ours', spec }];
  const { placements } = await bridgePort.locate(wanted, {} as Readers);
  expect(placements).toMatchObject([
    { target: 'host:cnode02', wanted: [{ spec: { restore: [image] } }] },
    { target: 'host:cnode01', wanted: [{ spec: { restore: [image] } }] },
  ]);
});
