/** A 0 that the provider leaves out is a finding: Neutron would take it for "choose". */
import { CloudStack, SharedNetwork } from '../../constructs';
import { appWithCloud, synthError } from '../support/synth';

test.each([
  ['mtu', { mtu: 0 }],
  ['segmentationId', { segment: { networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 0 } }],
])('a network whose %s is 0', (name, props) => {
  const { app, cloud } = appWithCloud();
  new SharedNetwork(new CloudStack(app, 'shared', { cloud }), 'Red', { cidr: '203.0.113.0/24', ...props });
  expect(synthError(app)).toContain(`shared/Red: its ${name} is 0, which the provider leaves out`);
});
