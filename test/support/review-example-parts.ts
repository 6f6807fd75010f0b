/** The cloud of the example of a review: what Terraform and stackward would read of it. */
import { sha256 } from '../../lib/basics/sha256';
import type { DeclaredResource, Spec } from '../../lib/contract/resource';
import type { RestoreText } from '../../lib/contract/reconciler';
import type { PlannedStep } from '../../lib/run/plan';
import { newNames } from '../../reconcilers/firewall-exception/chain/own-names';
import { nothingStored } from '../../reconcilers/firewall-exception/chain/stored-rules';
import { firewallException } from '../../reconcilers/firewall-exception';
import type { FirewallExceptionObserved, OwnFamily } from '../../reconcilers/firewall-exception/model';
import type { FirewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { allocationPool } from '../../reconcilers/allocation-pool';
import type { AllocationPoolObserved } from '../../reconcilers/allocation-pool/observe';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { noChain } from '../../lib/iptables/own-chain';
import type { Effect } from '../../review/model';
import type { Json, KnownResource, PlannedResource } from '../../review/terraform/plan-json';

const owner = 'example';

export const idOf = (name: string): string => {
  const text = sha256(name);
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    `4${text.slice(13, 16)}`,
    `8${text.slice(17, 20)}`,
    text.slice(20, 32),
  ].join('-');
};

/** A resource as cdktf names it. Its id is that of its path. */
export const resource = (type: string, path: string, values: Json): KnownResource & { readonly path: string } => ({
  address: `${type}.${path.replaceAll('/', '_')}_${sha256(path).slice(0, 8).toUpperCase()}`,
  type,
  path,
  values: { id: idOf(path), ...values },
});

export const changed = (
  { address, type, values }: KnownResource,
  action: PlannedResource['action'],
  more: Json = {},
): PlannedResource => ({
  address,
  type,
  action,
  before: values,
  after: action === 'delete' ? undefined : { ...values, ...more },
  unknown: action === 'replace' ? { id: true, access_ip_v4: true } : {},
  sensitiveBefore: {},
  sensitiveAfter: {},
  replacePaths: action === 'replace' ? Object.keys(more).map((name) => [name]) : [],
  movedFrom: undefined,
  importedId: undefined,
});

export const publicCidr = '203.0.113.64/26';
const publicNetwork = 'shared/Public/Network';
const publicSubnet = 'shared/Public/Subnet';

/** What a tenant has: a green network, and a UTM between it and the public network. */
export function tenant(stack: string, number: number, red: string) {
  const name = stack.toLowerCase();
  const own = { tenant_id: idOf(`${stack}/Project`) };
  const port = (path: string, network: string, subnet: string, address: string, more: Json = {}) =>
    resource('openstack_networking_port_v2', `${stack}/${path}`, {
      ...own,
      name: `${name}-${path.toLowerCase().replace('/', '-')}`,
      network_id: idOf(network),
      fixed_ip: [{ subnet_id: idOf(subnet), ip_address: address }],
      ...more,
    });
  const inGreen = (path: string, last: number) =>
    port(path, `${stack}/Green/Network`, `${stack}/Green/Subnet`, `10.9${number}.1.${last}`);
  const server = (path: string, ports: readonly KnownResource[], more: Json = {}) =>
    resource('openstack_compute_instance_v2', `${stack}/${path}`, {
      ...own,
      name: `${name}-${path.toLowerCase()}`,
      network: ports.map(({ values }) => ({ port: values.id })),
      ...more,
    });
  const project = resource('openstack_identity_project_v3', `${stack}/Project`, { name });
  const network = resource('openstack_networking_network_v2', `${stack}/Green/Network`, {
    ...own,
    name: `${name}-green`,
  });
  const subnet = resource('openstack_networking_subnet_v2', `${stack}/Green/Subnet`, {
    ...own,
    cidr: `10.9${number}.1.0/24`,
    network_id: idOf(`${stack}/Green/Network`),
  });
  const redPort = port('Utm/Red', publicNetwork, publicSubnet, red, { description: 'red' });
  const greenPort = inGreen('Utm/Green', 1);
  const utm = server('Utm', [redPort, greenPort]);
  return { all: [project, network, subnet, redPort, greenPort, utm], redPort, inGreen, server, own };
}

export const shared = [
  resource('openstack_networking_network_v2', publicNetwork, { name: 'public', tenant_id: idOf('admin') }),
  resource('openstack_networking_subnet_v2', publicSubnet, {
    cidr: publicCidr,
    network_id: idOf(publicNetwork),
    tenant_id: idOf('admin'),
  }),
  {
    ...resource('openstack_identity_auth_scope_v3', 'admin', { project_id: idOf('admin'), project_name: 'admin' }),
    address: 'data.openstack_identity_auth_scope_v3.Admin',
  },
];

/** A step of one of our kinds, with the declaration that it follows from and what it writes. */
export interface Own {
  readonly declared: DeclaredResource;
  readonly step: PlannedStep;
  readonly effects: readonly Effect[];
  /** Of an exception. */
  readonly packets?: { readonly host: string; readonly portId: string; readonly restores: readonly RestoreText[] };
}

const declaredAs = (kind: string, path: string, spec: object): DeclaredResource => ({
  kind,
  path,
  stack: path.split('/')[0] ?? '',
  owner,
  spec: spec as Spec,
  dependsOn: [],
  unknown: [],
});

export function exception(stack: string, host: string, red: string, sources: string, destinations: string): Own {
  const portId = idOf(`${stack}/Utm/Red`);
  const prefixes = (text: string) => (text === 'any' ? text : [text]);
  const spec: FirewallExceptionSpec = {
    portId,
    mode: 'routed',
    sources: prefixes(sources),
    destinations: prefixes(destinations),
    reason: 'clients go out under their own addresses',
    placement: 'bound',
    release: 'zed',
    firewallDriver: 'iptables_hybrid',
  };
  const declared = declaredAs(firewallException.kind, `${stack}/Transit`, spec);
  const family = (name: 'ipv4' | 'ipv6'): OwnFamily => ({
    names: newNames('/var/lib/stackward', owner, name),
    kernel: { mangle: noChain, filter: noChain },
    stored: nothingStored,
    foreign: [],
  });
  const observed: FirewallExceptionObserved = {
    host,
    stateFolder: '/var/lib/stackward',
    hasHook: { ipv4: true, ipv6: true },
    variant: { ipv4: 'nft', ipv6: 'nft' },
    bridgeOf: new Map([[`tap${portId.slice(0, 11)}`, `qbr${portId.slice(0, 11)}`]]),
    owners: new Map([[owner, { ipv4: family('ipv4'), ipv6: family('ipv6') }]]),
  };
  const port = {
    id: portId,
    name: `${stack.toLowerCase()}-utm-red`,
    networkId: idOf(publicNetwork),
    macAddress: `fa:16:3e:${portId.slice(0, 6).match(/../g)?.join(':') ?? ''}`,
    fixedIps: [{ subnetId: idOf(publicSubnet), address: red }],
    deviceId: idOf(`${stack}/Utm`),
    deviceOwner: 'compute:nova',
    status: 'ACTIVE',
    hostId: host,
    vifType: 'ovs',
    securityGroups: [],
  };
  const id = `${declared.kind}.${declared.path}`;
  const subnets = [{ cidr: publicCidr, gatewayIp: '203.0.113.65' }];
  const target = `host:${host}` as const;
  const wanted = [{ id, stack, owner, spec: { is: 'declared', spec, port, subnets } as const }];
  const { steps } = firewallException.diff({ wanted, target, owners: [owner], sweep: [], ids: [id] }, observed);
  const [step] = steps;
  if (step === undefined) throw new RangeError('the exception is in place');
  const before = firewallException.image(step, observed);
  return {
    declared,
    step: { ...step, kind: declared.kind, target, before },
    effects: firewallException.effect?.(step, observed) ?? [],
    packets: { host, portId, restores: firewallException.restores?.([step], observed) ?? [] },
  };
}

/** @param used the addresses of the public network that ports and floating IPs have */
export function widerPool(used: readonly string[]): Own {
  const subnetId = idOf(publicSubnet);
  const spec: AllocationPoolSpec = {
    subnetId,
    pools: [{ start: '203.0.113.71', end: '203.0.113.85' }],
    method: 'database',
  };
  const declared = declaredAs(allocationPool.kind, 'shared/Public/Pools', spec);
  const pools = (name: string) => [{ id: idOf(name), start: '203.0.113.71', end: '203.0.113.75' }];
  const subnet = {
    id: subnetId,
    networkId: idOf(publicNetwork),
    ipVersion: 4,
    cidr: publicCidr,
    gatewayIp: '203.0.113.65',
    ledgers: [
      { book: 'ipallocationpools', owner: subnetId, pools: pools('pool') },
      { book: 'ipamallocationpools', owner: idOf('ipam'), pools: pools('ipam pool') },
    ],
    allocated: used,
  } as const;
  const observed: AllocationPoolObserved = {
    tables: { ranges: false, ipam: true, ipamRanges: false },
    subnets: new Map([[subnetId, subnet]]),
  };
  const id = `${declared.kind}.${declared.path}`;
  const target = 'database:neutron';
  const wanted = [{ id, stack: 'shared', owner, spec }];
  const { steps } = allocationPool.diff({ wanted, target, owners: [owner], sweep: [], ids: [id] }, observed);
  const [step] = steps;
  if (step === undefined) throw new RangeError('the pool is as declared');
  const before = allocationPool.image(step, observed);
  return {
    declared,
    step: { ...step, kind: declared.kind, target, before },
    effects: allocationPool.effect?.(step, observed) ?? [],
  };
}

/** As docs/kinds/policy-rule.md shows a grant. */
export function grant(): Own {
  const [rule, before] = [
    'create_port:fixed_ips:ip_address',
    'rule:context_is_advsvc or rule:network_owner or rule:admin_only',
  ];
  const reason = 'tenants boot firewalls from ports with a fixed address';
  const file = '/etc/neutron/policy.yaml';
  const declared = declaredAs('policy-rule', 'shared/ChooseAddress', {
    service: 'neutron',
    rule,
    role: 'member',
    release: 'zed',
    intent: 'choose-port-address',
    reason,
  });
  return {
    declared,
    step: {
      id: 'policy-rule.shared/ChooseAddress',
      kind: 'policy-rule',
      target: 'host:ctl1',
      action: 'create',
      subject: `neutron's rule ${rule} (choose-port-address) in ${file}`,
      because: "the file has no line for this rule, and without a line the rule doesn't admit the role member",
      changes: [{ attribute: rule, before: `${before} (no line in the file)`, after: `(${before}) or role:member` }],
      notes: [
        'any user with the role member in any project may choose the address of a port that they make, on any network that the project can see',
        `the reason given: ${reason}`,
        `the file had no line for it: the value in force until now, ${before}, is written there together with the role, and a later release's default no longer applies`,
      ],
      before: {},
    },
    effects: [
      {
        language: 'diff',
        lines: [
          `--- ${file}`,
          `+++ ${file}`,
          '@@ -1,1 +1,2 @@',
          ' "get_network": "rule:admin_or_owner"',
          `+"${rule}": "(${before}) or role:member"`,
        ],
      },
    ],
  };
}
