/**
 * A 0 or a false that the provider leaves out of its request is told at synth, since the service would choose by itself.
 * The compiler lists the numbers and booleans of all props; each has a verdict here, read in the source of the provider
 * 1.54.1 (resource_openstack_*_v2.go) and the `omitempty` tags of gophercloud 1.8.0.
 */
import { defined } from '../../lib/basics/defined';
import {
  AllocationPools,
  CloudStack,
  FixedIpPort,
  OpenStackCloud,
  Quotas,
  SecurityGroup,
  Server,
  ServerGroup,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  Trunk,
  UtmInstance,
  Volume,
} from '../../constructs';
import { numbersAndBooleans, type PropPlace } from '../support/props';
import { appWithCloud, synth, synthError } from '../support/synth';

/**
 * sent: the provider sends the value. default: the provider sends nothing, and the service does the same by itself.
 * ours: no request holds it. finding, warning: synth tells that the value would be lost.
 */
type Verdict = 'sent' | 'default' | 'ours' | 'finding' | 'warning';

function world() {
  const { app, cloud } = appWithCloud({ providerVersion: '1.54.1' });
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  return { app, shared, acme, red: new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true }) };
}
type World = ReturnType<typeof world>;

/** Makes the construct with these props, beside those that it needs. */
const builds: Readonly<Record<string, (all: World, props: object) => unknown>> = {
  AllocationPoolsProps: ({ shared }, props) =>
    new AllocationPools(shared, 'Pools', {
      subnetId: '2f0c',
      pools: [{ start: '192.0.2.5', end: '192.0.2.9' }],
      ...props,
    }),
  FixedIpPortProps: ({ acme, red }, props) => new FixedIpPort(acme, 'Port', { network: red, ...props }),
  OpenStackCloudProps: ({ app }, props) =>
    new CloudStack(app, 'other', {
      cloud: new OpenStackCloud(app, 'OtherCloud', {
        owner: 'other',
        release: 'zed',
        providerVersion: '1.54.1',
        ...props,
      }),
    }),
  QuotasProps: ({ acme }, props) => new Quotas(acme, 'Limits', { tenant: acme.tenant, ...props }),
  SecurityGroupProps: ({ acme }, props) => new SecurityGroup(acme, 'Group', { rules: [], ...props }),
  ServerGroupProps: ({ acme }, props) => new ServerGroup(acme, 'Apart', { policy: 'anti-affinity', ...props }),
  ServerProps: ({ acme, red }, props) =>
    new Server(acme, 'Server', { image: 'i', flavor: 'f', nics: { lan: { network: red } }, ...props }),
  SharedNetworkProps: ({ shared }, props) => new SharedNetwork(shared, 'Blue', { cidr: '198.51.100.0/24', ...props }),
  TenantNetworkProps: ({ acme }, props) => new TenantNetwork(acme, 'Green', { cidr: '10.1.0.0/24', ...props }),
  TenantRouterProps: ({ acme, red }, { gateway, ...props }: { gateway?: object }) =>
    new TenantRouter(acme, 'Router', { ...props, ...defined({ gateway: gateway && { network: red, ...gateway } }) }),
  TenantStackProps: ({ app, red }, props) =>
    new TenantStack(app, 'globex', { cloud: CloudStack.of(red).cloud, ...props }),
  TrunkProps: ({ acme, red }, { subPorts: [subPort] = [], ...props }: { subPorts?: object[] }) =>
    new Trunk(acme, 'Trunk', {
      port: new FixedIpPort(acme, 'Parent', { network: red }),
      subPorts: [{ port: new FixedIpPort(acme, 'SubPort', { network: red }), segmentationId: 7, ...subPort }],
      ...props,
    }),
  UtmInstanceProps: ({ acme, red }, props) =>
    new UtmInstance(acme, 'Utm', { image: 'utm', flavor: 'm1.small', guest: { network: red }, ...props }),
  VolumeProps: ({ acme }, props) => new Volume(acme, 'Volume', { sizeGiB: 1, ...props }),
};

/** Props that another construct's props hold too: that construct is built instead. */
const heldElsewhere = [
  /^(Network|ServerNic|Subnet|UtmNic|Tenant)Props /,
  /^ServerProps nics\{\}\./,
  /^UtmInstanceProps (guest|green|orange|red)\./,
  /^TenantStackProps quotas\./,
  // Of a subnet that was made or named already.
  /\bsubnets?(\[\])?\.ipVersion$/,
];

const network: Readonly<Record<string, Verdict>> = {
  dhcp: 'sent',
  allowShrink: 'ours',
  adminStateUp: 'sent',
  mtu: 'finding',
  portSecurityEnabled: 'sent',
  transparentVlan: 'finding',
  prefixLength: 'finding',
  ipVersion: 'finding',
};
const limits = (group: string, names: string, verdict: Verdict): Record<string, Verdict> =>
  Object.fromEntries(names.split(' ').map((name) => [`${group}.${name}`, verdict]));

const verdicts: Readonly<Record<string, Readonly<Record<string, Verdict>>>> = {
  AllocationPoolsProps: { allowShrink: 'ours' },
  BridgePortProps: { hairpin: 'ours', learning: 'ours', flood: 'ours' },
  DatabaseViewsProps: { vcpuRatio: 'ours' },
  FixedIpPortProps: {
    isGateway: 'ours',
    outsidePools: 'ours',
    portSecurity: 'sent',
    adminStateUp: 'sent',
    'extraDhcpOption[].ipVersion': 'finding',
  },
  BrokerPluginProps: { enabled: 'ours' },
  LogCollectionProps: { port: 'ours', retentionDays: 'ours' },
  OpenStackCloudProps: {
    markBit: 'ours',
    'providerSettings.allowReauth': 'sent',
    'providerSettings.delayedAuth': 'sent',
    'providerSettings.disableNoCacheHeader': 'sent',
    'providerSettings.enableLogging': 'sent',
    'providerSettings.insecure': 'sent',
    'providerSettings.maxRetries': 'sent',
    'providerSettings.swauth': 'sent',
    'providerSettings.systemScope': 'sent',
    'providerSettings.useOctavia': 'sent',
  },
  PolicyGrantProps: { overrideManager: 'ours' },
  QuotasProps: {
    ...limits('compute', 'instances cores ramMiB keyPairs serverGroups serverGroupMembers metadataItems', 'sent'),
    ...limits('network', 'networks subnets ports routers floatingIps securityGroups', 'warning'),
    ...limits('network', 'securityGroupRules rbacPolicies subnetPools', 'warning'),
    ...limits('blockStorage', 'volumes snapshots gigabytes perVolumeGigabytes backups backupGigabytes groups', 'sent'),
    ...limits('blockStorage.volumeTypes{}', 'volumes snapshots gigabytes', 'sent'),
  },
  SecurityGroupProps: {
    'rules[].port': 'finding',
    'rules[].port.from': 'finding',
    'rules[].port.to': 'finding',
    deleteDefaultRules: 'default',
  },
  ServerGroupProps: { maxServersPerHost: 'finding' },
  ServerProps: {
    'flavor.cores': 'ours',
    'flavor.ramMiB': 'ours',
    'vendorOptions.detachPortsBeforeDestroy': 'default',
    'vendorOptions.ignoreResizeConfirmation': 'default',
    configDrive: 'sent',
    forceDelete: 'default',
    stopBeforeDestroy: 'default',
  },
  ServiceOptionProps: { absent: 'ours', overrideManager: 'ours', restart: 'ours', value: 'ours', 'value[]': 'ours' },
  SharedNetworkProps: { ...network, shared: 'sent', external: 'default', 'segment.segmentationId': 'finding' },
  TenantNetworkProps: network,
  TenantRouterProps: {
    adminStateUp: 'warning',
    distributed: 'sent',
    'gateway.snat': 'sent',
    'vendorOptions.setRouterGatewayAfterCreate': 'default',
  },
  TenantStackProps: { enabled: 'sent', retiring: 'ours' },
  TrunkProps: { 'subPorts[].segmentationId': 'finding' },
  UtmInstanceProps: {
    'flavor.cores': 'ours',
    'flavor.ramMiB': 'ours',
    'vendorOptions.detachPortsBeforeDestroy': 'default',
    'vendorOptions.ignoreResizeConfirmation': 'default',
    'blockDevice[].bootIndex': 'sent',
    'blockDevice[].deleteOnTermination': 'sent',
    'blockDevice[].multiattach': 'default',
    'blockDevice[].volumeSize': 'finding',
    configDrive: 'sent',
    forceDelete: 'default',
    stopBeforeDestroy: 'default',
  },
  VolumeProps: { sizeGiB: 'finding', enableOnlineResize: 'default' },
};

/** Fields that the items of a list need besides the zero. */
const items: Readonly<Record<string, object>> = {
  extraDhcpOption: { name: 'mtu', value: '1400' },
  blockDevice: { sourceType: 'image', destinationType: 'volume', uuid: 'i' },
  rules: { direction: 'ingress', protocol: 'icmp' },
  segment: { networkType: 'vlan', physicalNetwork: 'physnet1' },
  'rules.port': { from: 3, to: 3 },
};

/** `a[].b` → `{ a: [{ b: zero }] }`, with what the items need. */
function propsWith(path: string, zero: 0 | false, around = ''): object {
  const [, name = '', form = '', rest = ''] = /^(\w+)(\[\]|\{\})?\.?(.*)$/.exec(path) ?? [];
  const place = around === '' ? name : `${around}.${name}`;
  if (rest === '' && form === '') return { [name]: zero };
  const inner = { ...items[place], ...(rest !== '' && propsWith(rest, zero, place)) };
  return { [name]: form === '[]' ? [inner] : form === '{}' ? { ssd: inner } : inner };
}

const keyOf = ({ props, path }: PropPlace): string => `${props} ${path}`;
const places = numbersAndBooleans().filter((place) => !heldElsewhere.some((elsewhere) => elsewhere.test(keyOf(place))));

test('every number and every boolean of every construct has a verdict', () => {
  const judged = Object.entries(verdicts).flatMap(([props, paths]) =>
    Object.keys(paths).map((path) => `${props} ${path}`),
  );
  // A value that may be a number or a boolean is listed twice.
  expect(judged.sort()).toEqual([...new Set(places.map(keyOf))].sort());
});

const judged = (...wanted: Verdict[]): PropPlace[] =>
  places.filter(({ props, path }) => builds[props] && wanted.includes(verdicts[props]?.[path] as Verdict));

function appWith({ props, path, type }: PropPlace) {
  const all = world();
  builds[props]?.(all, propsWith(path, type === 'number' ? 0 : false));
  return all.app;
}

test.each(judged('finding').map((place) => [keyOf(place), place] as const))('a zero of %s is refused', (_, place) => {
  const name = place.path.replace(/^.*\./, '').replace('[]', '');
  expect(synthError(appWith(place))).toMatch(new RegExp(`${name}.* is (0|false)|type 0|code 0|zero`));
});

test.each(judged('warning').map((place) => [keyOf(place), place] as const))('a zero of %s is a warning', (_, place) => {
  const name = place.path.replace(/^.*\./, '');
  expect(synth(appWith(place)).warnings.join('\n')).toMatch(
    new RegExp(`leaves out .*${name} = (0|false)|${name} = (0|false)`),
  );
});

/** Further stacks of the apps with these props. */
const stackOf: Readonly<Record<string, string>> = { TenantStackProps: 'globex', OpenStackCloudProps: 'other' };

/** Zeros in what Terraform reads. */
function zerosIn(app: ReturnType<typeof appWith>, props: string): number {
  const stacks = ['shared', 'acme', ...(stackOf[props] === undefined ? [] : [stackOf[props]])];
  return JSON.stringify(stacks.map(synth(app).stack)).match(/:(0|false)\b|= ."?0|"0"/g)?.length ?? 0;
}

const zerosWithout = new Map<string, number>();
/** Zeros where none of these props is given. Each app is synthesized once. */
function zerosByDefault(props: string): number {
  const known = zerosWithout.get(props);
  if (known !== undefined) return known;
  const all = world();
  builds[props]?.(all, {});
  const zeros = zerosIn(all.app, props);
  zerosWithout.set(props, zeros);
  return zeros;
}

test.each(judged('sent').map((place) => [keyOf(place), place] as const))(
  'a zero of %s reaches Terraform',
  (_, place) => {
    expect(zerosIn(appWith(place), place.props)).toBeGreaterThan(zerosByDefault(place.props));
  },
);
