import { defined } from '../../lib/basics/defined';
import { colored, plain } from '../../lib/render/style';
import { compareLooks, disabledBy, healthOf, heartbeatOfService, type Heartbeat } from '../../reports/heartbeats';
import { untried } from '../../reports/looked';
import { renderServices, renderServicesJson, servicesExitCode } from '../../reports/services/report';

const now = new Date('2026-11-29T03:00:00Z');
const beat = (more: Partial<Heartbeat> = {}): Heartbeat => ({
  service: 'nova',
  name: 'nova-compute',
  host: 'cnode01',
  isUp: true,
  isEnabled: true,
  writtenBy: 'conductor',
  at: new Date('2026-11-29T02:59:56Z'),
  ageSeconds: 4,
  ...more,
});

test.each<[string, Partial<Heartbeat>, string]>([
  ['a fresh heartbeat is up', {}, 'up'],
  ['forced down counts more than a heartbeat', { isForcedDown: true, isUp: false }, 'forced down'],
  ['a heartbeat in the future was written by another clock', { ageSeconds: -40 }, 'skewed'],
  ['one look does not tell dead from skewed', { isUp: false, ageSeconds: 900 }, 'down'],
  ['a heartbeat that stands still is dead', { isUp: false, ageSeconds: 900, hasMoved: false }, 'dead'],
  ['a heartbeat that moves is alive, by a clock that is behind', { isUp: false, ageSeconds: 900, hasMoved: true }, 'skewed'], // prettier-ignore
])('%s', (_, more, health) => {
  expect(healthOf(beat(more))).toBe(health);
});

test('a service that is gone at the second look has not moved, and one of the same name elsewhere is another', () => {
  const first = [beat({ isUp: false }), beat({ isUp: false, host: 'cnode02' })];
  const second = [beat({ isUp: false, host: 'cnode02', at: new Date('2026-11-29T03:00:06Z') })];
  expect(compareLooks(first, second).map(({ host, hasMoved }) => [host, hasMoved])).toEqual([
    ['cnode01', false],
    ['cnode02', true],
  ]);
});

test('who disabled a service: Nova itself, an operator, or an operator without a reason', () => {
  const off = (disabledReason?: string | null) => disabledBy(beat({ isEnabled: false, ...defined({ disabledReason }) })); // prettier-ignore
  expect(off('AUTO: Connection to libvirt lost: 1')).toBe('by Nova itself: Connection to libvirt lost: 1');
  expect(off('new mainboard')).toBe('by an operator: new mainboard');
  expect(off(null)).toBe('by an operator, who gave no reason');
  expect(off()).toBe('(this release tells neither by whom nor why)');
  expect(disabledBy(beat())).toBeUndefined();
});

test('a field that the release does not tell is absent, and shown as "?"', () => {
  const old = heartbeatOfService('nova', { binary: 'nova-compute', host: 'c1', isUp: true, isEnabled: true }, now);
  expect(Object.keys(old).sort()).toEqual(['host', 'isEnabled', 'isUp', 'name', 'service', 'writtenBy']);
  const clock = { show: () => 'now' };
  expect(renderServices({ rows: [old], unread: [] }, clock, 120)).toContain(
    'nova-compute  c1    up     ?    conductor   ?',
  );
  expect(JSON.parse(renderServicesJson({ rows: [old], unread: [] }, 'c', now, '1.0'))).toMatchObject({
    services: [{ zone: null, forcedDown: null, heartbeat: null, ageSeconds: null }],
  });
});

const unread = [{ ...untried('the catalogue has no endpoint of "volumev3"'), service: 'cinder' as const }];
const rows = [
  beat(),
  beat({ host: 'cnode02', isUp: false, isEnabled: false, disabledReason: 'new mainboard', ageSeconds: 7_200 }),
];

test.each([80, 120])('a table of %i columns fits, and says what was not looked at (case 1023 d)', (width) => {
  const clock = { show: (time: Date) => time.toISOString() };
  const text = renderServices({ rows, unread }, clock, width, plain);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  expect(text).toContain('disabled by an operator: new mainboard');
  expect(text).toMatch(/not looked at: cinder\n {2}the catalogue has no endpoint of "volumev3"\n/);
  expect(text).toContain('2026-11-29T02:59:56');
  // eslint-disable-next-line no-control-regex
  expect(renderServices({ rows, unread }, clock, width, colored).replace(/\u001b\[\d+m/g, '')).toBe(text);
});

test('the exit code: trouble counts more than what was not looked at, and a missing service is no failure', () => {
  expect(servicesExitCode({ rows, unread })).toBe(2);
  expect(servicesExitCode({ rows: [beat()], unread })).toBe(0);
  expect(servicesExitCode({ rows: [], unread: [{ service: 'nova', isRead: false, why: 'x', wasTried: true }] })).toBe(
    1,
  );
});
