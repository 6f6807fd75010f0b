/**
 * Whatever a kind refuses, its construct refuses at synth: a refused wish would otherwise stop every plan of every
 * stack, after the apply that wrote it. One value per field; the list of fields is that of the kinds' own schemas.
 */
import { Testing } from 'cdktf';
import * as z from 'zod';
import {
  AllocationPools,
  BridgePort,
  DatabaseViews,
  BrokerPlugin,
  LogCollection,
  CloudStack,
  FirewallException,
  FixedIpPort,
  OpenStackCloud,
  PolicyGrant,
  ServiceOption,
  SharedNetwork,
  TenantStack,
  type FirewallDriver,
} from '../../constructs';
import { specs } from '../../constructs/internal/wish-findings';
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { Release } from '../../lib/openstack/releases';
import { appWithCloud, synthError } from '../support/synth';

function stacks() {
  const { app, cloud } = appWithCloud();
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  const network = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24' });
  return { app, shared, acme, port: new FixedIpPort(acme, 'Port', { network, portSecurity: true }) };
}
type Stacks = ReturnType<typeof stacks>;

/** Props that a program may give if nobody checks its types. */
const wrong = (value: unknown) => value as never;
const cloudWith = (props: { release?: Release; firewallDriver?: FirewallDriver; markBit?: number }) => () =>
  new OpenStackCloud(Testing.app(), 'Cloud', { owner: 'o', release: 'zed', ...props });

function pools(props: object) {
  return ({ shared }: Stacks) =>
    new AllocationPools(shared, 'Pools', {
      subnetId: '2f0c',
      pools: [{ start: '192.0.2.5', end: '192.0.2.9' }],
      ...props,
    });
}
const granted =
  (props: object) =>
  ({ shared }: Stacks) =>
    new PolicyGrant(shared, 'Grant', wrong({ role: 'member', reason: 'why', ...props }));
const grant = (props: object) => granted({ intent: 'choose-port-address', ...props });
const byRule = (props: object) => granted({ service: 'neutron', rule: 'create_port', ...props });
const exception =
  (props: object) =>
  ({ acme, port }: Stacks) =>
    new FirewallException(acme, 'Exception', {
      port,
      mode: 'routed',
      sources: ['10.8.0.0/24'],
      destinations: ['192.0.2.0/24'],
      reason: 'why',
      ...props,
    });
const flags =
  (props: object) =>
  ({ acme, port }: Stacks) =>
    new BridgePort(acme, 'Flags', { port, hairpin: true, ...props });

const views =
  (props: object) =>
  ({ shared }: Stacks) =>
    new DatabaseViews(shared, 'Views', props);

const brokerPlugin =
  (props: object) =>
  ({ shared }: Stacks) =>
    new BrokerPlugin(shared, 'Management', { plugin: 'rabbitmq_management', hosts: ['ctl1'], ...props });
const logs =
  (props: object) =>
  ({ shared }: Stacks) =>
    new LogCollection(shared, 'Logs', { server: 'ctl1', ...props });

const option =
  (props: object) =>
  ({ shared }: Stacks) =>
    new ServiceOption(
      shared,
      'Option',
      wrong({ service: 'nova', section: 'DEFAULT', option: 'debug', value: 'true', reason: 'why', ...props }),
    );

/** Builds with a port that says a wrong id of itself: ids come from there alone. */
const withBadPort = (build: (stacks: Stacks) => unknown) => (all: Stacks) => {
  Object.assign(all.port, { portId: 'a\nb' });
  return build(all);
};

const refused: Readonly<Record<string, Readonly<Record<string, (stacks: Stacks) => unknown>>>> = {
  'allocation-pool': {
    subnetId: pools({ subnetId: '' }),
    pools: pools({ pools: [] }),
    'pools.start': pools({ pools: [{ start: 'here', end: '192.0.2.9' }] }),
    'pools.end': pools({ pools: [{ start: '192.0.2.5', end: '' }] }),
    method: pools({ method: wrong('sql') }),
    allowShrink: pools({ allowShrink: wrong('yes') }),
  },
  'boot-restore': {
    exceptions: withBadPort(exception({})),
    'exceptions.portId': withBadPort(exception({})),
    'exceptions.placement': exception({ placement: wrong('everywhere') }),
    'exceptions.firewallDriver': cloudWith({ firewallDriver: wrong('nftables') }),
  },
  'bridge-port': {
    portId: withBadPort(flags({})),
    hairpin: flags({ hairpin: wrong('on') }),
    learning: flags({ learning: wrong(1) }),
    flood: flags({ flood: wrong('off') }),
  },
  'broker-plugin': {
    hosts: brokerPlugin({ hosts: ['ctl1; reboot'] }),
    plugin: brokerPlugin({ plugin: '--offline' }),
    enabled: brokerPlugin({ enabled: wrong('on') }),
  },
  'database-view': {
    view: views({ views: [wrong('vw_everything')] }),
    schemas: views({ schemas: { nova: 'nova`; DROP DATABASE nova' } }),
    vcpuRatio: views({ vcpuRatio: 0 }),
  },
  'firewall-exception': {
    portId: withBadPort(exception({})),
    mode: exception({ mode: wrong('switched') }),
    sources: exception({ sources: ['10.8.0.1/24'] }),
    destinations: exception({ destinations: [] }),
    reason: exception({ reason: 'two\nlines' }),
    placement: exception({ placement: wrong('everywhere') }),
    release: cloudWith({ release: wrong('zebra') }),
    firewallDriver: cloudWith({ firewallDriver: wrong('nftables') }),
    markBit: cloudWith({ markBit: 32 }),
  },
  'log-collection': {
    server: logs({ server: 'ctl1; rm -rf /' }),
    clients: logs({ clients: [] }),
    protocol: logs({ protocol: wrong('tls') }),
    port: logs({ port: 65_536 }),
    retentionDays: logs({ retentionDays: 0 }),
  },
  'policy-rule': {
    service: byRule({ service: 'dns' }),
    rule: byRule({ rule: 'create port' }),
    role: grant({ role: 'load balancer' }),
    release: cloudWith({ release: wrong('zebra') }),
    intent: grant({ intent: 'anything' }),
    reason: grant({ reason: '' }),
    overrideManager: grant({ overrideManager: 'yes' }),
  },
  'service-option': {
    service: option({ service: 'horizon' }),
    hosts: option({ hosts: [] }),
    section: option({ section: '[DEFAULT]' }),
    option: option({ option: 'my-ip' }),
    value: option({ value: 'two\nlines' }),
    values: option({ value: undefined, values: [] }),
    absent: option({ value: undefined, absent: false }),
    valueFromEnvironment: option({ value: undefined, valueFromEnvironment: 'a b' }),
    reason: option({ reason: '' }),
    restart: option({ service: 'nova-compute', restart: true }),
    overrideManager: option({ overrideManager: 'yes' }),
  },
};

/** The message of synth, whether a construct stops at once or the app has a finding. */
function said(build: (stacks: Stacks) => unknown): string {
  const all = stacks();
  try {
    build(all);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    return error.message;
  }
  return synthError(all.app);
}

/** Names of the wish's fields, and of the fields of its lists' items: `pools`, `pools.start`. */
const fieldsOf = (schema: z.ZodType): string[] =>
  Object.entries((schema as z.ZodObject).shape).flatMap(([name, field]) => [
    name,
    ...(field instanceof z.ZodArray && field.element instanceof z.ZodObject
      ? fieldsOf(field.element).map((inner) => `${name}.${inner}`)
      : []),
  ]);

describe.each(Object.entries(specs))('the kind %s', (kind, schema) => {
  test('has a refused value for each of its fields', () => {
    expect(Object.keys(refused[kind] ?? {}).sort()).toEqual(fieldsOf(schema).sort());
  });

  test.each(fieldsOf(schema))('a value of %s that the kind refuses is refused at synth', (field) => {
    const build = refused[kind]?.[field];
    expect(build && said(build)).toMatch(/\S/);
  });
});

test('right values are refused by none of them', () => {
  const builds = [pools({}), grant({}), byRule({}), exception({}), flags({}), option({})];
  expect(builds.map(said)).toEqual(builds.map(() => ''));
});

test.each([
  [[], /^one finding.*\n {2}shared\/Pools: it declares no pool, so no address could be handed out/],
  [[{ start: 'here', end: '192.0.2.9' }], /shared\/Pools: "here" is not an IP address/],
  [[{ start: '192.0.2.9', end: '192.0.2.5' }], /ends before it starts/],
  [
    [
      { start: '192.0.2.5', end: '192.0.2.9' },
      { start: '192.0.2.9', end: '192.0.2.12' },
    ],
    /the pools 192\.0\.2\.5-192\.0\.2\.9 and 192\.0\.2\.9-192\.0\.2\.12 overlap/,
  ],
])('%#: pools of a subnet that Terraform does not own are checked by themselves', (given, expected) => {
  expect(said(pools({ pools: given }))).toMatch(expected);
});

test('pools of a network in the code are told once, at the network', () => {
  const { app, shared } = stacks();
  new SharedNetwork(shared, 'Blue', { cidr: '198.51.100.0/24', allocationPools: [] });
  expect(synthError(app)).toMatch(/^one finding.*\n {2}shared\/Blue: it declares no pool/);
});
