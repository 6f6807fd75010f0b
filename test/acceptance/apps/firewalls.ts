/**
 * A tenant with two full firewalls: one routes between green and orange, one bridges them. What they may pass on is in the code.
 * `FIREWALLS_RUN` is the prefix of every name.
 */
import { App } from 'cdktf';
import {
  FixedIpPort,
  OpenStackCloud,
  SecurityGroup,
  TenantNetwork,
  TenantStack,
  UtmInstance,
} from '../../../constructs';

const run = process.env['FIREWALLS_RUN'] ?? '';

const app = new App();
const cloud = new OpenStackCloud(app, 'Cloud', {
  owner: 'utm-transit',
  release: 'zed',
  cloud: 'stackward-lab',
  deployerRole: 'admin',
});
const stack = new TenantStack(app, 'acme', { cloud, name: `${run}-acme` });
const network = (id: string, cidr: string) => new TenantNetwork(stack, id, { cidr, gateway: 'none', dhcp: false });
const guest = network('Guest', '10.94.0.0/24');
const red = network('Red', '10.94.9.0/24');
/** The group of everybody except the routing firewall, whose transit comes in by its exceptions alone. */
const securityGroups = [new SecurityGroup(stack, 'Open', { rules: [{ direction: 'ingress' }] })];
const server = { image: 'stackward-utm', flavor: { name: 'stackward.utm', cores: 1, ramMiB: 64 }, host: 'cnode01' };

const [green, orange] = [network('Green', '10.94.1.0/24'), network('Orange', '10.94.2.0/24')];
const end = (id: string, on: TenantNetwork, address: string) =>
  new FixedIpPort(stack, id, { name: `${run}-${id.toLowerCase()}`, network: on, address, securityGroups });
end('Client', green, '10.94.1.20');
end('Server', orange, '10.94.2.30');
const reason = 'clients reach servers, and back';
new UtmInstance(stack, 'Routed', {
  ...server,
  name: `${run}-routed`,
  mode: 'routed',
  guest: { network: guest, address: '10.94.0.5' },
  green: { network: green, address: '10.94.1.2' },
  orange: { network: orange, address: '10.94.2.2' },
  red: { network: red, address: '10.94.9.5' },
  transit: {
    green: { sources: ['10.94.2.0/24'], destinations: ['10.94.1.0/24'], reason },
    orange: { sources: ['10.94.1.0/24'], destinations: ['10.94.2.0/24'], reason },
  },
});

const [near, far] = [network('NearSide', '10.94.5.0/24'), network('FarSide', '10.94.5.0/24')];
/** Packets that come from this end and leave by the NIC on the other side. */
const from = (id: string, on: TenantNetwork, address: string) => ({
  ...({ sources: [`${address}/32`], destinations: 'any', reason } as const),
  clients: [{ macAddress: end(id, on, address).macAddress, addresses: [address] }],
});
new UtmInstance(stack, 'Bridged', {
  ...server,
  name: `${run}-bridged`,
  guest: { network: guest, address: '10.94.0.6' },
  green: { network: near, address: '10.94.5.2', securityGroups },
  orange: { network: far, address: '10.94.5.3', securityGroups },
  red: { network: red, address: '10.94.9.6' },
  transit: { green: from('Far', far, '10.94.5.30'), orange: from('Near', near, '10.94.5.20') },
});

app.synth();
