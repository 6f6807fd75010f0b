/** Options of services at synth: an option has one owner, and no secret is in the code. */
import { Testing } from 'cdktf';
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
  [{ section: undefined, value: '1' }, /"section" is not valid: is missing; give the section of the file/],
  [{ value: 8 }, /"value" is not valid: must be one line of at most 1000 characters, in quotes/],
  [{ option: 'a.b', value: '1' }, /"option" is not valid: is a key of a dictionary, which only Horizon has/],
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

const horizon = { service: 'horizon', section: undefined, hosts: ['ctl1'], option: 'DEBUG' };

test.each([
  [{ section: 'DEFAULT', value: true }, /"section" is not valid: is given, and settings of Horizon have none/],
  [{ option: 'SECRET_KEY', value: 'x' }, /"option" is not valid: is the name of a secret/],
  [
    { option: 'CACHES.default.LOCATION', value: 'redis://:top@h/' },
    /"value" is not valid: is an address with a password/,
  ],
  [{ option: 'DEBUG.', value: true }, /"option" is not valid/],
  [{ values: ['a'] }, /"values" is not valid: is for options of other services; give "value" a list/],
  [
    { valueFromEnvironment: 'X' },
    /"valueFromEnvironment" is not valid: is for secrets, which stackward does not write/,
  ],
  [
    { hosts: undefined, value: true },
    /"hosts" is not valid: is missing: stackward.yaml can't name the hosts of horizon; name the hosts here/,
  ],
  [
    { value: true, restart: true },
    /can't be true for horizon: its web server may serve other services too, such as Keystone/,
  ],
])('of Horizon, %j is refused', (props, expected) => {
  expect(said(['A', { ...horizon, ...props }])).toMatch(expected);
});

test.each([[false], [8], [null], ['Asia/Seoul'], [['a', 1, ['b', null]]]])(
  'of Horizon, the value %j travels as it is',
  (value) => {
    const { app, cloud } = appWithCloud();
    const stack = new CloudStack(app, 'shared', { cloud });
    new ServiceOption(stack, 'A', { service: 'horizon', hosts: ['ctl1'], option: 'DEBUG', value, reason: 'why' });
    const { output } = JSON.parse(Testing.synth(stack)) as {
      output: { stackward_manifest: { value: { resources: object } } };
    };
    expect(output.stackward_manifest.value.resources).toEqual({
      'shared/A': expect.objectContaining({
        spec: { service: 'horizon', hosts: ['ctl1'], option: 'DEBUG', value, reason: 'why' },
      }),
    });
  },
);

test('a second value for a setting of Horizon is a finding that names both places', () => {
  expect(said(['A', { ...horizon, value: true }], ['B', { ...horizon, value: false }])).toContain(
    'more/B: DEBUG of horizon has two owners: shared/A sets it to true, and this one sets it to false; leave it to one of them',
  );
});
