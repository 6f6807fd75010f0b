/** Options of services at synth: an option has one owner, and no secret is in the code. */
import { ServiceOption, CloudStack, type ServiceOptionProps } from '../../constructs';
import { appWithCloud, synthError } from '../support/synth';

function said(...all: readonly (readonly [id: string, props: object])[]): string {
  const { app, cloud } = appWithCloud();
  const stacks = [new CloudStack(app, 'shared', { cloud }), new CloudStack(app, 'more', { cloud })];
  for (const [index, [id, props]] of all.entries()) {
    const common = { service: 'nova', section: 'quotas', option: 'instances', reason: 'why' };
    new ServiceOption(stacks[index % 2]!, id, { ...common, ...props } as ServiceOptionProps);
  }
  return synthError(app);
}

test('a second value for an option is a finding that names both places, also by the name of the program (case 1024)', () => {
  const message = said(['A', { value: '50' }], ['B', { service: 'nova-api', section: 'QUOTAS', value: '60' }]);
  expect(message).toMatch(/^one finding/);
  expect(message).toContain(
    'more/B: [QUOTAS] instances of nova-api has two owners: shared/A sets it to "50", and this one sets it to "60"; leave it to one of them',
  );
});

test('an option has another owner on another host, and none beside one for all hosts', () => {
  const [a, b] = [
    { value: '50', hosts: ['ctl1'] },
    { value: '60', hosts: ['ctl2'] },
  ];
  expect(said(['A', a], ['B', b])).toBe('');
  expect(said(['A', a], ['B', b], ['C', { absent: true }])).toMatch(
    /shared\/C: .* two owners: shared\/A sets it to "50"/,
  );
});

test.each([
  [{ option: 'connection', value: 'x' }, /shared\/A: .*"value" is not valid: is a secret/],
  [{ value: 'http://user:password@proxy/' }, /is a secret, by the option's name or as an address with a password/],
  [{ values: ['a', 'http://user:password@proxy/'] }, /"values" is not valid: is a secret/],
  [{}, /"value" is not valid: is missing; give one of value, values, absent, valueFromEnvironment/],
  [{ value: '1', absent: true }, /"absent" is not valid: is beside "value"/],
  [
    { service: 'heat-api', value: '1' },
    /"hosts" is not valid: is missing: stackward.yaml can name the hosts only of neutron/,
  ],
  [{ section: 'default', value: '1' }, /is one that oslo.config ignores; write DEFAULT/],
  [{ service: 'horizon', value: '1' }, /"service" is not valid: is one whose settings are Python/],
  [
    { service: 'neutron-l3-agent', value: '1', restart: true },
    /can't be true for neutron-l3-agent: it sets up the networks of servers, and its restart may interrupt customers' traffic/,
  ],
  [{ service: 'nova-compute', value: '1', restart: true }, /its restart cuts off what it is doing to servers/],
])('%j is refused', (props, expected) => {
  expect(said(['A', props])).toMatch(expected);
});

test('a secret is named by its variable, and a control service may be restarted', () => {
  expect(said(['A', { option: 'connection', valueFromEnvironment: 'NOVA_DB', restart: true }])).toBe('');
});
