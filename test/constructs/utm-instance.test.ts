import {
  CloudStack,
  FixedIpPort,
  SharedNetwork,
  TenantNetwork,
  TenantStack,
  UtmInstance,
  type OpenStackCloudProps,
  type UtmInstanceProps,
} from '../../constructs';
import { appWithCloud, only, synth, synthError } from '../support/synth';

function utm(props: Partial<UtmInstanceProps>, cloudProps: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(cloudProps);
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  const networks = {
    management: new SharedNetwork(shared, 'Management', { cidr: '10.255.0.0/24', gateway: 'none' }),
    red: new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/26', gateway: '203.0.113.62' }),
    green: new TenantNetwork(acme, 'Green', { cidr: '10.1.0.0/24' }),
    orange: new TenantNetwork(acme, 'Orange', { cidr: '10.2.0.0/24' }),
  };
  const nics = {
    red: { network: networks.red, address: '203.0.113.11' },
    orange: { network: networks.orange, address: '10.2.0.8', portSecurity: false },
    green: { network: networks.green, address: '10.1.0.254', portSecurity: false },
    guest: { network: networks.management, address: '10.255.0.11' },
  };
  const make = (chosen: readonly (keyof typeof nics)[], more: Partial<UtmInstanceProps> = {}) =>
    new UtmInstance(acme, 'Utm', {
      image: 'an-image',
      flavor: 'a-flavor',
      ...Object.fromEntries(chosen.map((nic) => [nic, nics[nic]])),
      ...props,
      ...more,
    });
  return { app, acme, networks, make };
}

const serverOf = ({ app }: ReturnType<typeof utm>) => only(synth(app).stack('acme'), 'openstack_compute_instance_v2');

test('NICs come in the order guest, green, orange, red, whatever the order in the code (case 1009)', () => {
  const given = utm({});
  given.make(['red', 'orange', 'green', 'guest']);
  const { network } = serverOf(given);
  expect((network as { port: string }[]).map(({ port }) => /Utm_(\w+)_/.exec(port)?.[1])).toEqual([
    'Guest',
    'Green',
    'Orange',
    'Red',
  ]);
});

test.each<[('guest' | 'green' | 'orange' | 'red')[]]>([
  [['guest']],
  [['green', 'red']],
  [['orange', 'red']],
  [['guest', 'orange']],
])('%j is a set of NICs (case 1011)', (chosen) => {
  const given = utm({});
  const server = given.make(chosen);
  expect(Object.keys(server.nics)).toEqual(chosen);
  expect(serverOf(given)['network']).toHaveLength(chosen.length);
});

test('none is a finding', () => {
  const given = utm({});
  given.make([]);
  expect(synthError(given.app)).toContain('acme/Utm: it has no NIC; give it guest, green, orange or red');
});

test('a UTM may take an existing port', () => {
  const given = utm({});
  const port = new FixedIpPort(given.acme, 'Port', {
    network: given.networks.green,
    address: '10.1.0.7',
    portSecurity: false,
  });
  expect(given.make([], { green: port }).nics.green).toBe(port);
  expect(serverOf(given)['network']).toEqual([
    { port: expect.stringContaining('openstack_networking_port_v2.Port_') as string },
  ]);
});

test('image and flavor go by name or by id, host and zone together', () => {
  const byName = utm({ availabilityZone: 'az3' });
  byName.make(['red']);
  expect(serverOf(byName)).toMatchObject({ image_name: 'an-image', flavor_name: 'a-flavor', availability_zone: 'az3' });
  const byId = utm({
    image: { id: 'i-1' },
    flavor: { id: 'f-2' },
    host: 'compute7',
    serverGroupId: 'g-4',
    keyPair: 'key',
  });
  byId.make(['red']);
  expect(serverOf(byId)).toMatchObject({
    image_id: 'i-1',
    flavor_id: 'f-2',
    availability_zone: 'nova:compute7',
    scheduler_hints: [{ group: 'g-4' }],
    key_pair: 'key',
  });
  const both = utm({ host: 'compute7', availabilityZone: 'az3' });
  both.make(['red']);
  expect(serverOf(both)).toMatchObject({ availability_zone: 'az3:compute7' });
});

test('its user data has its own addresses, and MAC addresses by reference', () => {
  const given = utm({ name: 'acme_utm' });
  given.make(['guest', 'green', 'orange', 'red']);
  const text = serverOf(given)['user_data'] as string;
  expect(text).toMatch(/^#cloud-config\n/);
  expect(text).toMatch(/^hostname: "?acme-utm"?$/m);
  expect(text).toMatch(/bridge 'br0' '\$\{openstack_networking_port_v2\.Utm_Green_\w+\.mac_address\}'/);
  expect(text).toContain("address '10.1.0.254/24'");
  expect(text).toContain("address '203.0.113.11/26'");
  expect(text).toContain("gateway '203.0.113.62'");
});

test('two NICs or the prop make it routed: no bridge', () => {
  const two = utm({});
  two.make(['green', 'red']);
  expect(serverOf(two)['user_data']).not.toMatch(/^ *bridge '/m);
});

test('user data of one’s own is literal, but for references', () => {
  const given = utm({});
  given.make(['green'], { userData: `#!/bin/sh\necho \${HOME} %{x} ${given.networks.green.networkId}\n` });
  const text = serverOf(given)['user_data'] as string;
  expect(text).not.toMatch(/[^$]\$\{HOME\}|[^%]%\{x\}/); // Terraform would look for them
  expect(text).toMatch(/HOME.* \$\{openstack_networking_network_v2\.\w+\.id\}\n$/);
});

test.each<[string, Partial<UtmInstanceProps>, RegExp]>([
  ['CRLF', { userData: '#!/bin/sh\r\ntrue\r\n' }, /acme\/Utm: user data, line 1 and 1 more: it ends in CRLF/],
  [
    'CRLF in base64',
    { userData: Buffer.from('#!/bin/sh\r\n').toString('base64') },
    /acme\/Utm: user data, line 1: it ends/,
  ],
  ['too much base64', { userData: 'QUFB'.repeat(16_384) }, /acme\/Utm: the user data is 65536 bytes in base64/],
  ['too much', { userData: 'x '.repeat(24_576) }, /acme\/Utm: the user data is 65536 bytes in base64/],
  [
    'CRLF in a file',
    { config: { files: [{ path: '/etc/x', content: 'a\r\n' }] } },
    /acme\/Utm: user data: files\[0\] \(\/etc\/x\), line 1: it ends in CRLF/,
  ],
  ['half a bridge', { mode: 'bridged' }, /acme\/Utm: user data: a bridged UTM joins green and orange/],
])('user data with %s is a finding (case 1010)', (_what, props, expected) => {
  const given = utm(props);
  given.make(['green']);
  expect(synthError(given.app)).toMatch(expected);
});

test.each([
  ['text', `${'x '.repeat(24_574)}x`],
  ['60,000 bytes of base64', Buffer.from('true\n'.repeat(9_000)).toString('base64')],
])('user data that just fits is none, and goes as it is: %s', (_name, userData) => {
  const given = utm({ userData });
  given.make(['green']);
  expect(serverOf(given)['user_data']).toBe(userData);
});

const packed = (text: string): string => Buffer.from(text).toString('base64');
test.each<[string, Partial<UtmInstanceProps>, RegExp | undefined]>([
  ['of a name', { userData: '#!/bin/sh\nhostname %HOSTNAME%\n' }, /Utm: user data, line 2: %HOSTNAME% looks like/],
  ['in braces', { userData: '#!/bin/sh\n{{ range }}\n' }, /Utm: user data, line 2: \{\{ range \}\} looks like/],
  ['in base64', { userData: packed('#!/bin/sh\n<CHANGE_ME>\n') }, /Utm: user data, line 2: <CHANGE_ME> looks like/],
  ['in a command', { config: { commands: ['echo @@x@@'] } }, /Utm: user data: commands\[0\], line 1: @@x@@ looks like/],
  [
    'in a file',
    { config: { files: [{ path: '/a', content: '\n{{ a }}' }] } },
    /files\[0\] \(\/a\), line 2: \{\{ a \}\}/,
  ],
  ['of jinja', { userData: '## template: jinja\n#cloud-config\nhostname: {{ v1 }}\n' }, undefined],
  ['of docker', { userData: "#!/bin/sh\ndocker inspect -f '{{ .IPAddress }}'\n" }, undefined],
])('a placeholder %s is a warning that names the place, and no finding (case 1014 b)', (_name, props, expected) => {
  const given = utm(props);
  given.make(['green']);
  const warnings = synth(given.app).warnings.filter((warning) => warning.includes('placeholder'));
  expect(warnings).toEqual(expected ? [expect.stringMatching(expected)] : []);
});

test('an imported network without a cidr can’t give the prefix length', () => {
  const given = utm({});
  const network = TenantNetwork.fromNetworkId(given.acme, 'Old', { networkId: 'n-1', subnets: [{ subnetId: 's-1' }] });
  given.make([], { green: { network, address: '10.7.0.5', portSecurity: false } });
  expect(synthError(given.app)).toContain(
    'the user data needs the prefix length of 10.7.0.5; give acme/Old the cidr of its subnet',
  );
});

test.each<[string, OpenStackCloudProps['release'], RegExp | undefined]>([
  ['acme_utm', 'icehouse', /^acme\/Utm: Nova of icehouse makes the hostname "acme-utm" of the name "acme_utm"/],
  ['acme.utm', 'zed', /makes the hostname "acme-utm"/],
  ['acme.utm', 'train', /^acme\/Utm: .*Nova of this release keeps the dot/],
  ['acme-utm', 'zed', undefined],
])('the name %s on %s: the hostname that Nova makes of it is said', (name, release, expected) => {
  const given = utm({ name }, { release });
  given.make(['red']);
  expect(synth(given.app).warnings).toEqual(expected ? [expect.stringMatching(expected)] : []);
});

test.each<[OpenStackCloudProps['release'], 'bridged' | 'routed', RegExp]>([
  [
    'zed',
    'bridged',
    /^acme\/Utm\/Orange: Neutron drops at orange what a bridged UTM forwards there: name it in the prop transit of acme\/Utm, or give it portSecurity: false \(nothing is filtered there then, neither foreign addresses nor what others send, and a review calls it security-off\)\.$/,
  ],
  ['zed', 'routed', /what a routed UTM forwards there: name it in the prop transit of acme\/Utm, or give it/],
  ['icehouse', 'routed', /name it in the prop transit of acme\/Utm\.$/],
  ['icehouse', 'bridged', /name it in the prop transit of acme\/Utm\.$/],
])('on %s a %s UTM whose port drops transit says so', (release, mode, expected) => {
  const given = utm({ mode }, { release });
  given.make(['green'], { orange: { network: given.networks.orange, address: '10.2.0.9' } });
  expect(synth(given.app).warnings).toEqual([expect.stringMatching(expected)]);
});

test('on Icehouse its ports are detached first, because Nova would delete them', () => {
  const given = utm({}, { release: 'icehouse' });
  given.make(['red']);
  expect(serverOf(given)['vendor_options']).toEqual({ detach_ports_before_destroy: true });
});
