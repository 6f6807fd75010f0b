import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { TerraformOutput, TerraformVariable, Testing } from 'cdktf';
import { ComputeKeypairV2 } from '@cdktf/provider-openstack/lib/compute-keypair-v2';
import schema from '../../providers/openstack/schema.json';
import {
  AllocationPools,
  CloudStack,
  FixedIpPort,
  FloatingIp,
  OpenStackCloud,
  Quotas,
  SecurityGroup,
  SharedNetwork,
  Tenant,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  UtmInstance,
} from '../../constructs';
import { declareResource } from '../../constructs/internal/declarations';
import { sensitiveAttributes } from '../../constructs/internal/sensitive-attributes';
import { appWithCloud, synth, synthError } from '../support/synth';

const pool = (start: string, end: string) => [{ start, end }];

/** The findings of an app that `build` fills, as lines without the count. */
function findings(build: (stacks: ReturnType<typeof threeStacks>) => void): string[] {
  const stacks = threeStacks();
  build(stacks);
  return synthError(stacks.app)
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

function threeStacks() {
  const { app, cloud } = appWithCloud();
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  const globex = new TenantStack(app, 'globex', { cloud });
  return { app, cloud, shared, acme, globex };
}

describe('all findings of an app', () => {
  function broken() {
    const stacks = threeStacks();
    const red = new SharedNetwork(stacks.shared, 'Red', {
      cidr: '203.0.113.0/24',
      allocationPools: pool('203.0.113.1', '203.0.113.9'),
    });
    new FixedIpPort(stacks.acme, 'A', { network: red, address: '203.0.113.7' });
    new FixedIpPort(stacks.globex, 'B', { network: red, address: '203.0.113.7' });
    return stacks;
  }

  test('are reported together, for all stacks, with construct paths', () => {
    expect(synthError(broken().app)).toMatchInlineSnapshot(`
      "2 findings, nothing was written:
        shared/Red: the pool 203.0.113.1-203.0.113.9 holds the gateway 203.0.113.1, which Neutron would hand out; split the pool around it
        globex/B: 203.0.113.7 is used twice: acme/A has it too; give each its own address"
    `);
  });

  test('are thrown before any stack is written', () => {
    const { app } = broken();
    synthError(app);
    for (const name of ['shared', 'acme', 'globex'])
      expect(existsSync(join(app.outdir, 'stacks', name, 'cdk.tf.json'))).toBe(false);
  });

  test('are printed once if nobody catches the error', () => {
    const { app } = broken();
    let printed = '';
    try {
      app.synth();
    } catch (error) {
      printed = inspect(error);
    }
    expect(printed.match(/holds the gateway/g)).toHaveLength(1);
  });

  test('are thrown by Testing.synth of any stack too', () => {
    const { globex } = broken();
    expect(() => Testing.synth(globex, true)).toThrow(/^2 findings/);
  });

  test('are computed again after the app changed', () => {
    const { app, acme } = threeStacks();
    expect(synthError(app)).toBe('');
    new TenantNetwork(acme, 'Late', { cidr: '10.0.0.1/24' });
    expect(synthError(app)).toMatch(/acme\/Late: 10\.0\.0\.1\/24 has host bits set/);
  });
});

test('two tenants, or two clouds, may use the same range, because their packets never meet', () => {
  const { app, shared, acme, globex } = threeStacks();
  for (const stack of [acme, globex]) new TenantNetwork(stack, 'Green', { cidr: '10.0.0.0/24' });
  new SharedNetwork(shared, 'Management', { cidr: '10.255.0.0/24' });
  const there = new OpenStackCloud(app, 'There', { owner: 'there', release: 'zed' });
  new SharedNetwork(new CloudStack(app, 'elsewhere', { cloud: there }), 'Management', { cidr: '10.255.0.0/24' });
  expect(synthError(app)).toBe('');
});

describe('one thing has one owner', () => {
  test.each<[string, (stacks: ReturnType<typeof threeStacks>) => void, RegExp]>([
    [
      'the pools of a subnet that Terraform owns',
      ({ shared }) => {
        const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24' });
        new AllocationPools(shared, 'Pools', {
          subnetId: red.subnet.subnetId,
          pools: pool('203.0.113.5', '203.0.113.9'),
        });
      },
      /^shared\/Pools: the allocation pools of subnet \$\{openstack_networking_subnet_v2\.Red_Subnet_\w+\.id\} is declared twice: shared\/Red decides/,
    ],
    [
      'the pools of a subnet named by its id in two stacks',
      ({ shared, acme }) => {
        for (const stack of [shared, acme])
          new AllocationPools(stack, 'Pools', { subnetId: '0d5f', pools: pool('192.0.2.5', '192.0.2.9') });
      },
      /^acme\/Pools: the allocation pools of subnet 0d5f is declared twice: shared\/Pools/,
    ],
    [
      'the quota of a project',
      ({ acme }) => {
        for (const id of ['Q1', 'Q2']) new Quotas(acme, id, { tenant: acme.tenant, network: { ports: 50 } });
      },
      /^acme\/Q2: the quota of project .* is declared twice: acme\/Q1/,
    ],
    [
      'a project, by its name',
      ({ app, cloud }) => {
        new TenantStack(app, 'other', { cloud, name: 'acme' });
      },
      /^other\/Tenant: the project named "acme" of Cloud is declared twice: acme\/Tenant/,
    ],
    [
      'a port',
      ({ acme }) => {
        const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
        const green = new FixedIpPort(acme, 'Port', { network, address: '10.0.0.5', portSecurity: false });
        for (const id of ['Utm1', 'Utm2']) new UtmInstance(acme, id, { image: 'i', flavor: 'f', green });
      },
      /^acme\/Utm2: the port acme\/Port is declared twice: acme\/Utm1/,
    ],
    [
      'the floating address of a port',
      ({ acme, shared }) => {
        const network = new SharedNetwork(shared, 'Public', { cidr: '203.0.113.0/24', external: true });
        const port = new FixedIpPort(acme, 'Port', { network });
        for (const id of ['One', 'Two']) new FloatingIp(acme, id, { network, port });
      },
      /^acme\/Two: the floating address of the first address of port acme\/Port is declared twice/,
    ],
    [
      'the tenant of a stack',
      ({ acme }) => {
        new Tenant(acme, 'Second', { name: 'second' });
      },
      /^acme\/Second: its stack has the tenant acme\/Tenant already; give each a TenantStack/,
    ],
  ])('%s', (_what, build, expected) => {
    expect(findings(build)).toEqual([expect.stringMatching(expected)]);
  });
});

describe('a declared resource', () => {
  const pools = pool('192.0.2.5', '192.0.2.9');

  test('is refused if it refers to a sensitive attribute, also of another stack', () => {
    const found = findings(({ shared, acme }) => {
      const key = new ComputeKeypairV2(shared, 'Key', { name: 'key' });
      new AllocationPools(shared, 'Own', { subnetId: key.privateKey, pools });
      new AllocationPools(acme, 'Across', { subnetId: key.privateKey, pools });
      new AllocationPools(acme, 'Fine', { subnetId: key.fingerprint, pools });
    });
    const message =
      'its declaration refers to openstack_compute_keypair_v2.private_key, which is sensitive; people read the manifest, so refer to an id instead';
    expect(found).toEqual([`shared/Own: ${message}`, `acme/Across: ${message}`]);
  });

  test('is refused if it refers to a sensitive variable', () => {
    const found = findings(({ acme }) => {
      const secret = new TerraformVariable(acme, 'secret', { sensitive: true });
      const plain = new TerraformVariable(acme, 'plain', {});
      new AllocationPools(acme, 'Pools', { subnetId: secret.stringValue, pools });
      new AllocationPools(acme, 'Other', { subnetId: plain.stringValue, pools });
    });
    expect(found).toEqual([expect.stringMatching(/^acme\/Pools: its declaration refers to variable secret/)]);
  });

  test('is refused if its construct has declared one already', () => {
    const found = findings(({ acme }) => {
      const declared = new AllocationPools(acme, 'Pools', { subnetId: '0d5f', pools });
      declareResource(declared, { kind: 'allocation-pool', spec: declared.spec });
    });
    expect(found).toEqual(['acme/Pools: it declares two resources; give each its own construct']);
  });

  test('the table of sensitive attributes equals the sensitive attributes of the schema', () => {
    const [provider] = Object.values(schema.provider_schemas);
    type Block = {
      attributes?: Record<string, { sensitive?: boolean }>;
      block_types?: Record<string, { block: Block }>;
    };
    const sensitive = (block: Block): string[] => [
      ...Object.entries(block.attributes ?? {}).flatMap(([name, attribute]) => (attribute.sensitive ? [name] : [])),
      ...Object.values(block.block_types ?? {}).flatMap((inner) => sensitive(inner.block)),
    ];
    const things = Object.entries({ ...provider?.resource_schemas, ...provider?.data_source_schemas });
    const found = things.flatMap(([type, { block }]) => sensitive(block as Block).map((name) => `${type}.${name}`));
    expect(found.filter((name) => !sensitiveAttributes.some((known) => known === name))).toEqual([]);
  });
});

test('a quota must be large enough for everything that the app declares, with DHCP ports and router interfaces', () => {
  const { app, cloud } = appWithCloud();
  const acme = new TenantStack(app, 'acme', {
    cloud,
    quotas: {
      network: { networks: 1, ports: 5, routers: 0, securityGroups: 1, securityGroupRules: 6, floatingIps: -1 },
      compute: { instances: 1, cores: 1, ramMiB: 512 },
    },
  });
  const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' }); // a DHCP port
  green.addSubnet('V6', { cidr: '2001:db8::/64' }); // the same one
  new TenantNetwork(acme, 'Orange', { cidr: '10.0.1.0/24', dhcp: false });
  new TenantRouter(acme, 'Router', { interfaces: [green] }); // a port
  new SecurityGroup(acme, 'Web', { rules: [{ direction: 'ingress' }] });
  new FixedIpPort(acme, 'A', { network: green });
  new FixedIpPort(acme, 'B', { network: green });
  new UtmInstance(acme, 'Utm', {
    image: 'i',
    flavor: { name: 'f', cores: 2, ramMiB: 512 },
    green: { network: green, address: '10.0.0.5', portSecurity: false },
    orange: { network: green, address: '10.0.0.6', portSecurity: false },
  });
  const [, ...found] = synthError(app).split('\n');
  expect(
    found.map((line) =>
      line.replace(/^ *acme\/Tenant\/Quotas: the quota allows (.*?) and the code declares (\d+).*$/, '$1 < $2'),
    ),
  ).toEqual([
    '1 networks < 2',
    '5 ports < 6',
    '0 routers < 1',
    '1 security groups < 2',
    '6 security group rules < 7',
    '1 cores < 2',
  ]);
});

test('floating addresses and red addresses come from different subnets (case 1115 b)', () => {
  const found = findings(({ shared, acme, globex }) => {
    const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true });
    const floating = red.addSubnet('Floating', { cidr: '198.51.100.0/24' });
    new UtmInstance(acme, 'Utm', { image: 'i', flavor: 'f', red: { network: red, address: '203.0.113.30' } });
    new FloatingIp(globex, 'Wrong', { network: red });
    new FloatingIp(globex, 'AlsoWrong', { network: red, address: '203.0.113.31' });
    new FloatingIp(globex, 'Right', { network: red, subnet: floating });
  });
  expect(found).toEqual([
    expect.stringMatching(/^globex\/Wrong: it takes its address from the subnet that acme\/Utm has a red address on/),
    expect.stringMatching(/^globex\/AlsoWrong: it takes its address/),
  ]);
});

test('an app without findings is written', () => {
  const { app, acme, shared } = threeStacks();
  const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  const orange = new TenantNetwork(acme, 'Orange', { cidr: '10.0.0.0/24' });
  new UtmInstance(acme, 'Utm', {
    image: 'i',
    flavor: 'f',
    green: { network: green, address: '10.0.0.5', portSecurity: false },
    orange: { network: orange, portSecurity: false },
  });
  new TerraformOutput(shared, 'Nothing', { value: 1 });
  expect(synth(app).stack('acme').resource).toHaveProperty('openstack_compute_instance_v2');
});
