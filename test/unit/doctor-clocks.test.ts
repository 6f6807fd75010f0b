/** SW-2001 over clocks as they were read: which machine is named, and when none is. */
import type { ApiClock } from '../../lib/contract/report-ports';
import { clocks, type Clocks } from '../../reports/doctor/checks/clocks';
import { read } from '../../reports/looked';

const api = (service: string, machine: string, aheadSeconds: number): ApiClock => ({
  service,
  machine,
  aheadSeconds,
  withinSeconds: 0.5,
});
const host = (name: string, aheadSeconds: number, isHere = false): Clocks['hosts'][number] => ({
  host: name,
  isHere,
  clock: read({ aheadSeconds, withinSeconds: 0.1 }),
});
const seen = (apis: readonly ApiClock[], hosts: Clocks['hosts'] = []): Clocks => ({
  apis: read(apis),
  services: apis.map(({ service }) => service),
  databases: [],
  hosts,
});
const told = (given: Clocks): readonly string[] =>
  clocks
    .judge(given, String)
    .flatMap((result) => ('step' in result ? [`${result.result} ${result.subject}: ${result.found}`] : []));

test('of two machines that differ, neither is called wrong', () => {
  expect(told(seen([api('compute', 'ctl1', -100)]))).toEqual([
    'fault clocks: They differ by 100 s, and no majority of machines tells which is wrong.',
  ]);
});

test('four services of one machine have one vote', () => {
  const controller = ['compute', 'network', 'image', 'identity'].map((service) => api(service, 'ctl1', -100));
  expect(told(seen(controller))).toEqual([
    'fault clocks: They differ by 100 s, and no majority of machines tells which is wrong.',
  ]);
  expect(told(seen(controller, [host('cnode01', 0)]))).toEqual(
    ['compute', 'network', 'image', 'identity'].map(
      (service) => `fault API ${service}: Its clock is 100 s behind most others.`,
    ),
  );
});

test('a host that is this machine, and one in a namespace of it, have no vote of their own', () => {
  expect(told(seen([api('compute', 'ctl1', 20)], [host('here', 0, true)]))).toEqual([
    'risk clocks: They differ by 20 s, and no majority of machines tells which is wrong.',
  ]);
});

test('two machines against two are no majority, two against this machine are', () => {
  const two = [api('compute', 'ctl1', 40), api('network', 'ctl2', 41)];
  expect(told(seen(two))).toEqual(['fault this machine: Its clock is 40 s behind most others.']);
  expect(told(seen(two, [host('cnode01', 0)]))).toEqual([
    'fault clocks: They differ by 41 s, and no majority of machines tells which is wrong.',
  ]);
});

test('a clock that nobody could read exactly makes no majority out of two that differ', () => {
  const vague = { host: 'slow', isHere: false, clock: read({ aheadSeconds: -50, withinSeconds: 60 }) };
  expect(told(seen([api('compute', 'ctl1', -100)], [vague]))).toEqual([
    'fault clocks: They differ by 100 s, and no majority of machines tells which is wrong.',
  ]);
});

test('clocks that agree are fine', () => {
  expect(clocks.judge(seen([api('compute', 'ctl1', 2)], [host('cnode01', -1)]), String)[0]).toMatchObject({
    result: 'fine',
    found: '3 clocks agree within 3.0 s',
  });
});
