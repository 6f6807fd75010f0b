/** The kind on a real Neutron (Zed): what the command writes is what Neutron hands out, and nothing else. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { only, parseAddress, parseRange, formatRange, subtract } from '../../lib/net/ip-ranges';
import type { AddressRange } from '../../lib/contract/ports';
import { CommandFolder } from '../support/command';
import { LabCloud, type LabSubnet } from '../support/lab-cloud';
import { alikeTest } from '../support/moments';

let cloud: LabCloud;
let command: CommandFolder;
let names = 0;

beforeAll(async () => {
  cloud = new LabCloud('allocation-pool');
  await cloud.clean();
  command = new CommandFolder(cloud.lab.environment);
  command.write('stackward.yaml', readFileSync(cloud.lab.stackwardYaml, 'utf8'));
});
afterAll(async () => {
  await cloud.clean();
  await cloud.close();
  command.remove();
});

interface Declared {
  readonly subnet: LabSubnet;
  readonly pools: readonly AddressRange[];
  readonly method?: 'database' | 'api' | 'check';
}

const manifest = (...declared: Declared[]) => ({
  schemaVersion: '1.0',
  owner: 'tests',
  stack: 'shared',
  resources: Object.fromEntries(
    declared.map(({ subnet, pools, method = 'database' }) => [
      `shared/N${++names}/AllocationPools`,
      { kind: 'allocation-pool', spec: { subnetId: subnet.id, method, pools }, dependsOn: [] },
    ]),
  ),
});
const run = (verb: string, ...declared: Declared[]) =>
  command.run(
    [verb, '--manifest', '-', ...(verb === 'apply' ? ['--auto-approve'] : [])],
    JSON.stringify(manifest(...declared)),
  );

const pool = (start: string, end: string): AddressRange => ({ start, end });
/** The pools' addresses without these; [] means exactly these. */
const leftOf = (pools: readonly AddressRange[], addresses: readonly string[]) =>
  subtract(
    pools.map(parseRange),
    addresses.map((address) => only(parseAddress(address))),
  ).map(formatRange);

test('after a change by the method database Neutron hands out exactly the free addresses of the pool, and then answers 409', async () => {
  const before = [pool('10.66.0.10', '10.66.0.12')];
  const after = [pool('10.66.0.10', '10.66.0.13'), pool('10.66.0.40', '10.66.0.41')];
  const subnet = await cloud.subnet({ cidr: '10.66.0.0/26', allocation_pools: before });
  const full = await cloud.portsUntilRefused(subnet);
  expect(leftOf(before, full.addresses)).toEqual([]);
  expect(full.refusal).toContain('No more IP addresses available');
  await cloud.deletePort('10.66.0.11', subnet);

  expect(await run('apply', { subnet, pools: after })).toMatchObject({ code: 0 });
  expect(await cloud.pools(subnet)).toEqual(after);
  const { addresses, refusal } = await cloud.portsUntilRefused(subnet);
  const inUse = full.addresses.filter((address) => address !== '10.66.0.11');
  expect(addresses).toHaveLength(4);
  expect(leftOf(after, [...inUse, ...addresses])).toEqual([]);
  expect(new Set([...inUse, ...addresses]).size).toBe(6);
  expect(refusal).toContain('No more IP addresses available');
  expect(await run('plan', { subnet, pools: after })).toMatchObject({ code: 0 });
});

alikeTest('two subnets of one network, IPv4 and IPv6, are extended together', async () => {
  const v4 = await cloud.subnet({ cidr: '10.66.1.0/26', allocation_pools: [pool('10.66.1.10', '10.66.1.11')] });
  const v6 = await cloud.addSubnet(v4.networkId, {
    cidr: '2001:db8:66::/64',
    ip_version: 6,
    allocation_pools: [pool('2001:db8:66::10', '2001:db8:66::11')],
  });
  const wanted: Declared[] = [
    { subnet: v4, pools: [pool('10.66.1.10', '10.66.1.13')] },
    { subnet: v6, pools: [pool('2001:db8:66::10', '2001:DB8:66:0::13')] },
  ];
  expect(await run('apply', ...wanted)).toMatchObject({ code: 0 });
  const four = await cloud.portsUntilRefused(v4);
  const six = await cloud.portsUntilRefused(v6);
  expect(four.addresses.sort()).toEqual(['10.66.1.10', '10.66.1.11', '10.66.1.12', '10.66.1.13']);
  expect(six.addresses.sort()).toEqual(['2001:db8:66::10', '2001:db8:66::11', '2001:db8:66::12', '2001:db8:66::13']);
  expect(await run('plan', ...wanted)).toMatchObject({ code: 0 });
});

alikeTest('a later update of the subnet through the API does not undo the extension', async () => {
  const after = [pool('10.66.2.10', '10.66.2.13')];
  const subnet = await cloud.subnet({ cidr: '10.66.2.0/26', allocation_pools: [pool('10.66.2.10', '10.66.2.11')] });
  expect(await run('apply', { subnet, pools: after })).toMatchObject({ code: 0 });
  await cloud.updateSubnet(subnet, { description: 'renamed by somebody' });
  expect(await cloud.pools(subnet)).toEqual(after);
  expect((await cloud.portsUntilRefused(subnet)).addresses).toHaveLength(4);
  expect(await run('plan', { subnet, pools: after })).toMatchObject({ code: 0 });
});

test('an apply beside a stream of new ports gives no address twice and loses none', async () => {
  const after = [pool('10.66.3.10', '10.66.3.29')];
  const subnet = await cloud.subnet({ cidr: '10.66.3.0/26', allocation_pools: [pool('10.66.3.10', '10.66.3.17')] });
  const addresses: string[] = [];
  const refusals: string[] = [];
  let applied = false;
  const stream = async (): Promise<void> => {
    while (addresses.length < 20 && refusals.length < 400) {
      try {
        addresses.push(await cloud.port(subnet));
      } catch (error) {
        refusals.push((error as Error).message);
        if (applied && addresses.length < 20 && !refusals.at(-1)?.includes('No more IP addresses')) throw error;
        await sleep(100);
      }
    }
  };
  const apply = async () => {
    const ended = await run('apply', { subnet, pools: after });
    applied = true;
    return ended;
  };
  const [ended] = await Promise.all([apply(), stream(), stream()]);
  expect(ended).toMatchObject({ code: 0 });
  expect(new Set(addresses).size).toBe(addresses.length);
  expect(leftOf(after, addresses)).toEqual([]);
  expect(refusals.filter((refusal) => !refusal.includes('No more IP addresses'))).toEqual([]);
});

alikeTest('one of the two tables changed by hand is drift, and is repaired', async () => {
  const pools = [pool('10.66.4.10', '10.66.4.13')];
  const subnet = await cloud.subnet({ cidr: '10.66.4.0/26', allocation_pools: pools });
  const { ports, passwords } = cloud.lab;
  const connection = await createConnection({
    host: '127.0.0.1',
    port: ports.mariadb,
    user: 'stackward',
    password: passwords.stackward,
    database: 'neutron',
  });
  await connection.execute('UPDATE ipallocationpools SET last_ip = ? WHERE subnet_id = ?', ['10.66.4.11', subnet.id]);
  await connection.end();
  expect(await cloud.pools(subnet)).toEqual([pool('10.66.4.10', '10.66.4.11')]);
  const planned = await run('plan', { subnet, pools });
  expect(planned).toMatchObject({ code: 2, stdout: expect.stringContaining('differ') as string });
  expect(await run('apply', { subnet, pools })).toMatchObject({ code: 0 });
  expect(await cloud.pools(subnet)).toEqual(pools);
  expect((await cloud.portsUntilRefused(subnet)).addresses).toHaveLength(4);
});

test('method api extends a subnet that Terraform does not own, with credentials of clouds.yaml', async () => {
  const pools = [pool('10.66.5.10', '10.66.5.13')];
  const subnet = await cloud.subnet({ cidr: '10.66.5.0/26', allocation_pools: [pool('10.66.5.10', '10.66.5.11')] });
  const wanted: Declared = { subnet, pools, method: 'api' };
  const planned = await run('plan', wanted);
  expect(planned).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('@api:stackward-lab will be updated in-place') as string,
  });
  expect(await run('apply', wanted)).toMatchObject({ code: 0 });
  expect((await cloud.portsUntilRefused(subnet)).addresses.sort()).toEqual([
    '10.66.5.10',
    '10.66.5.11',
    '10.66.5.12',
    '10.66.5.13',
  ]);
  expect(await run('plan', wanted)).toMatchObject({ code: 0 });
});

alikeTest('method check warns of a pool that is full, and writes nothing', async () => {
  const pools = [pool('10.66.6.10', '10.66.6.13')];
  const subnet = await cloud.subnet({ cidr: '10.66.6.0/26', allocation_pools: pools });
  await cloud.portsUntilRefused(subnet);
  const ended = await run('apply', { subnet, pools, method: 'check' });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('4 of 4 addresses are in use');
  expect(await cloud.pools(subnet)).toEqual(pools);
});

test('a subnet that does not exist is named by the methods database and api', async () => {
  const subnet = { id: '00000000-0000-4000-8000-000000000000', networkId: '' };
  const pools = [pool('10.66.7.10', '10.66.7.13')];
  for (const method of ['database', 'api'] as const) {
    const ended = await run('plan', { subnet, pools, method });
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining(`the subnet ${subnet.id} `) as string });
  }
});
