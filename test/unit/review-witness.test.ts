/** The packets that show a risk: both ends are in the prefixes, and no packet goes from an address to itself. */
import { addressIn } from '../../review/risks/witness';

test.each([
  ['any', 'any'],
  ['0.0.0.0/0', 'any'],
  ['10.0.0.0/24', '10.0.0.0/24'],
  ['10.0.0.0/31', '10.0.0.0/31'],
])('a packet from %s to %s has two ends', (source, destination) => {
  const from = addressIn(source, 'IPv4');
  const to = addressIn(destination, 'IPv4', from);
  expect(to).toMatch(/^\d/);
  expect(to).not.toBe(from);
});

test('a prefix with one address gives that address, also where both ends have it', () => {
  expect(addressIn('2001:db8::1/128', 'IPv6', '2001:db8::1')).toBe('2001:db8::1');
});
