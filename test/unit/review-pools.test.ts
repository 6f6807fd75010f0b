/** What a change of a subnet's pools by Terraform means for the addresses that Neutron hands out. */
import { classifySubnet } from '../../review/risks/network';
import type { TerraformChange } from '../../review/risks/terraform-change';

const pools = (...ranges: string[]) => ({
  allocation_pool: ranges.map((range) => {
    const [start, end] = range.split('-');
    return { start, end };
  }),
});
const said = (before: object, after: object): string[] =>
  classifySubnet({
    planned: { action: 'update', before, after },
    shown: { subject: 'subnet Red' },
  } as unknown as TerraformChange).map(([name, message]) => `${name}: ${message}`);

test('a pool that grows loses no address', () => {
  expect(said(pools('192.0.2.10-192.0.2.20'), pools('192.0.2.10-192.0.2.60'))).toEqual([
    'widens-pool: subnet Red hands out 40 addresses more: 192.0.2.21-192.0.2.60',
  ]);
});

test('a pool that moves loses some addresses and gets others', () => {
  expect(said(pools('192.0.2.10-192.0.2.20'), pools('192.0.2.20-192.0.2.21'))).toEqual([
    'loses-addresses: subnet Red no longer hands out 10 addresses: 192.0.2.10-192.0.2.19',
    'widens-pool: subnet Red hands out 1 address more: 192.0.2.21',
  ]);
});

test('two pools that become one with the same addresses are no risk', () => {
  const two = pools('2001:db8::20-2001:db8::30', '2001:db8::10-2001:db8::1f');
  expect(said(two, pools('2001:db8::10-2001:db8::30'))).toEqual([]);
});

test('pools that leave the code, or that nobody can read, count as a loss', () => {
  expect(said(pools('192.0.2.10-192.0.2.20'), {})).toEqual([
    'loses-addresses: subnet Red hands out its whole cidr in place of 192.0.2.10-192.0.2.20',
  ]);
  expect(said(pools('192.0.2.10-192.0.2.20'), pools('192.0.2.10-soon'))).toEqual([
    'loses-addresses: subnet Red hands out 192.0.2.10-soon in place of 192.0.2.10-192.0.2.20',
  ]);
});
