/** A rule of a security group in words: whoever reads `tcp` and a packet to 443 must not think of HTTPS alone. */
import { assembleReview } from '../../review/assemble';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

const web = staying('networking_secgroup_v2', 'Web', { id: 'web', name: 'Web' });
const ofAll = { port_range_min: 0, port_range_max: 0 };
const wordsOf = (values: object, more: Partial<Forged> = {}): string => {
  const after = { security_group_id: 'web', direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', ...values };
  const made = { type: 'networking_secgroup_rule_v2', name: 'New', after, ...more };
  const { stacks } = assembleReview({ ...opening, stacks: [forgedStack('acme', [web, made])], own: ownPlan([]) });
  return stacks.flatMap(({ terraform }) => terraform.map(({ subject }) => subject)).join();
};

test.each([
  ['no ports', ofAll, 'ingress IPv4 tcp any port from anywhere'],
  ['no ports in the state', { port_range_min: null, port_range_max: null }, 'ingress IPv4 tcp any port from anywhere'],
  ['a protocol by its number', { ...ofAll, protocol: '17' }, 'ingress IPv4 17 any port from anywhere'],
  ['every protocol', { ...ofAll, protocol: '' }, 'ingress IPv4 any protocol from anywhere'],
  ['a protocol without ports', { ...ofAll, protocol: 'gre' }, 'ingress IPv4 gre from anywhere'],
  ['the least ports', { port_range_min: 0, port_range_max: 100 }, 'ingress IPv4 tcp from anywhere'],
])('of %s: %j is %s', (_what, values, expected) => {
  expect(wordsOf(values)).toContain(expected);
});

test('a port that is known after apply is not any port', () => {
  const more = { unknown: { port_range_min: true }, refers: { port_range_min: 'openstack_x.Port' } };
  expect(wordsOf({}, more)).toContain('ingress IPv4 tcp from anywhere');
});
