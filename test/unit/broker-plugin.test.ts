import { explicitOf, neededBy, parsePluginListing, withExplicit } from '../../lib/broker-plugins/listing';
import { advance } from '../../reconcilers/broker-plugin/advance';
import { diff } from '../../reconcilers/broker-plugin/diff';
import type { PluginOn } from '../../reconcilers/broker-plugin/model';

const block = (mark: string, name: string, needs: string) =>
  `[${mark}] ${name}\n     Version:     \t3.10.8\n     Dependencies:\t${needs}\n     Description: \tx\n`;
const legends = {
  live: ' | Status:   * = running on rabbit@ctl1\n |/\n',
  down: ' | Status: [failed to contact rabbit@ctl1 - status not shown]\n |/\n',
  file: '',
};
const listing = (node: keyof typeof legends = 'live') => {
  const mark = (letter: string) =>
    node === 'file' ? letter : `${letter}${node === 'live' && letter !== ' ' ? '*' : ' '}`;
  const text =
    legends[node] +
    block(mark('E'), 'rabbitmq_management', '[amqp_client,rabbitmq_management_agent]') +
    block(mark('e'), 'rabbitmq_management_agent', '[rabbitmq_web_dispatch]') +
    block(mark(' '), 'rabbitmq_shovel', '[amqp_client]') +
    block(mark('e'), 'rabbitmq_web_dispatch', '[cowboy]');
  return parsePluginListing(text)!;
};
const placement = (...wanted: readonly PluginOn[]) => ({
  target: 'host:ctl1' as const,
  sweep: [],
  owners: ['team-a'],
  ids: [],
  wanted: wanted.map((spec, index) => ({ id: `broker-plugin.a/${index}`, stack: 'a', owner: 'team-a', spec })),
});
const on = (plugin: string) => ({ plugin, enabled: true });
const off = (plugin: string) => ({ plugin, enabled: false });

test.each(['live', 'down', 'file'] as const)('the list of a node (%s) tells marks and needs', (node) => {
  const { plugins, ...more } = listing(node);
  expect(more.node).toBe(node);
  expect([...plugins.values()].map(({ name, enabled, needs }) => [name, enabled, needs])).toEqual([
    ['rabbitmq_management', 'explicitly', ['rabbitmq_management_agent']],
    ['rabbitmq_management_agent', 'implicitly', ['rabbitmq_web_dispatch']],
    ['rabbitmq_shovel', 'no', []],
    ['rabbitmq_web_dispatch', 'implicitly', []],
  ]);
  expect(plugins.get('rabbitmq_management')?.isRunning).toBe(node === 'live' ? true : undefined);
  expect([neededBy(listing(), 'rabbitmq_web_dispatch'), neededBy(listing(), 'rabbitmq_shovel')]).toEqual([
    ['rabbitmq_management'],
    [],
  ]);
});

test('words that are no list of plugins are none', () => {
  expect(parsePluginListing('Error: unable to perform an operation\n')).toBeUndefined();
});

test.each([
  ['live', /at once: RabbitMQ is not restarted/],
  ['file', /when RabbitMQ is restarted, which ends the connections of every service/],
  ['down', /at its next start/],
] as const)('a plan for a node (%s) says when a plugin takes effect', (node, words) => {
  const { steps, findings } = diff(placement(on('rabbitmq_shovel')), listing(node));
  expect([steps.length, findings, steps[0]?.notes?.[0]]).toEqual([1, [], expect.stringMatching(words)]);
});

test('a plugin that another enabled plugin needs is not switched off, unless that one goes too', () => {
  const observed = withExplicit(listing(), ['rabbitmq_management', 'rabbitmq_management_agent']);
  const alone = diff(placement(off('rabbitmq_management_agent')), observed);
  expect(alone.steps).toEqual([]);
  expect(alone.findings).toEqual([
    {
      id: 'broker-plugin.a/0',
      reason: 'Blocked',
      message: expect.stringMatching(/rabbitmq_management is enabled and needs it/) as string,
    },
  ]);
  const both = placement(off('rabbitmq_management_agent'), off('rabbitmq_management'));
  const together = diff(both, observed);
  expect([together.steps.length, together.findings]).toEqual([2, []]);
  const after = advance(observed, together.steps);
  expect([explicitOf(after), diff(both, after)]).toEqual([[], { steps: [], findings: [] }]);
});

test('a plugin that is on because another needs it stays on when somebody wants it by name', () => {
  const wanted = placement(on('rabbitmq_management_agent'));
  const { steps } = diff(wanted, listing());
  expect(steps.map(({ changes }) => changes)).toEqual([
    [{ attribute: 'plugin', before: 'off, and needed by another', after: 'on' }],
  ]);
});

test('two declarations that contradict each other are both refused, and an unknown plugin names one that is near', () => {
  const { steps, findings } = diff(
    placement(on('rabbitmq_shovel'), off('rabbitmq_shovel'), on('rabbitmq_shovell')),
    listing(),
  );
  expect(steps).toEqual([]);
  expect(findings.map(({ reason, message }) => [reason, message])).toEqual([
    ['Blocked', expect.stringMatching(/broker-plugin\.a\/1 declares rabbitmq_shovel of this host off/)],
    ['Blocked', expect.stringMatching(/broker-plugin\.a\/0 declares rabbitmq_shovel of this host on/)],
    ['InvalidConfiguration', expect.stringMatching(/no plugin rabbitmq_shovell \(near: rabbitmq_shovel\)/)],
  ]);
});

test.each([
  ['rabbitmq_shovel', /or by `rabbitmq-plugins disable rabbitmq_shovel` and another apply$/],
  ['rabbitmq_management_agent', /don't disable it for that, as rabbitmq_management would go with it$/],
])('the way to start %s, which is enabled and does not run, takes no other plugin with it', (name, words) => {
  const there = listing();
  const stopped = { ...there.plugins.get(name)!, enabled: 'explicitly' as const, isRunning: false };
  const { steps, findings } = diff(placement(on(name)), {
    ...there,
    plugins: new Map([...there.plugins, [name, stopped]]),
  });
  expect([steps, findings]).toEqual([
    [],
    [expect.objectContaining({ message: expect.stringMatching(words) as string })],
  ]);
});
