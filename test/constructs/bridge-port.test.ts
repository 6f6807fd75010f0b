import { BridgePort, FixedIpPort, TenantNetwork, TenantStack, type OpenStackCloudProps } from '../../constructs';
import { bridgePortSpec } from '../../reconcilers/bridge-port/spec';
import { appWithCloud, synth, synthError } from '../support/synth';

function stackWithPort(cloudProps: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(cloudProps);
  const acme = new TenantStack(app, 'acme', { cloud });
  const network = new TenantNetwork(acme, 'Green', { cidr: '10.1.0.0/24' });
  return { app, acme, port: new FixedIpPort(acme, 'Port', { network, address: '10.1.0.9' }) };
}

test('the manifest holds the flags that the code names, and no others', () => {
  const { app, acme, port } = stackWithPort({ firewallDriver: 'iptables' });
  new BridgePort(acme, 'GreenPort', { port, hairpin: false, learning: true });
  const { resources } = synth(app).stack('acme').output['stackward_manifest']?.value as {
    resources: Record<string, { kind: string; spec: object; dependsOn: object }>;
  };
  expect(resources).toEqual({
    'acme/GreenPort': {
      kind: 'bridge-port',
      spec: {
        portId: expect.stringMatching(/^\$\{openstack_networking_port_v2\.Port_\w+\.id\}$/) as string,
        hairpin: false,
        learning: true,
      },
      dependsOn: [],
    },
  });
  expect(bridgePortSpec.safeParse(resources['acme/GreenPort']?.spec).success).toBe(true);
});

test('finds a BridgePort without flags, a second BridgePort for one port, and a driver without Linux bridges', () => {
  const none = stackWithPort();
  new BridgePort(none.acme, 'A', { port: none.port });
  expect(synthError(none.app)).toContain('acme/A: it names no flag; give hairpin, learning or flood');
  const two = stackWithPort();
  for (const id of ['A', 'B']) new BridgePort(two.acme, id, { port: two.port, flood: false });
  expect(synthError(two.app)).toContain(
    'acme/B: the bridge port of acme/Port is declared twice: acme/A decides about it',
  );
  const ovs = stackWithPort({ firewallDriver: 'openvswitch' });
  new BridgePort(ovs.acme, 'A', { port: ovs.port, hairpin: true });
  expect(synthError(ovs.app)).toContain(
    'acme/A: with the firewall driver openvswitch no port is on a Linux bridge, so it has no such flags; leave it out',
  );
});
