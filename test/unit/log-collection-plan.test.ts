/** What a plan says of collected logs on one host, by what the host tells. */
import type { Placement, Wanted } from '../../lib/contract/reconciler';
import type { LogFilesSeen, LogPart } from '../../lib/hosts/log-answers';
import { logCollection } from '../../reconcilers/log-collection';
import type { LogsObserved } from '../../reconcilers/log-collection/model';

const id = 'log-collection.Shared/Logs';
const listen = { protocol: 'tcp', port: 514, days: 30 } as const;
const send = { to: 'ctl1', protocol: 'tcp', port: 514 } as const;
const both: LogPart = { listen, send };

const seen = (more: Partial<LogFilesSeen> = {}): LogFilesSeen => ({
  owner: 'ours',
  path: 'Shared/Logs',
  folder: '/var/log/stackward/Shared-Logs',
  files: ['/etc/rsyslog.d/10-x.conf', '/etc/logrotate.d/x'],
  seen: 'a'.repeat(64),
  foreign: [],
  part: null,
  isAsWritten: false,
  ...more,
});

const observed = (files: LogFilesSeen | undefined, more: Partial<LogsObserved> = {}): LogsObserved => ({
  host: 'ctl1',
  rsyslog: '8.2302',
  restart: 'systemctl restart rsyslog.service',
  waits: true,
  restartDue: false,
  texts: new Map(),
  wanted: new Map(files ? [[id, files]] : []),
  others: [],
  obstacles: [],
  ...more,
});

const placed = (spec?: LogPart): Placement<LogPart> => ({
  target: 'host:ctl1',
  wanted: spec ? [{ id, stack: 'Shared', owner: 'ours', spec } satisfies Wanted<LogPart>] : [],
  sweep: [{ owner: 'ours', stacks: ['Shared'] }],
  owners: ['ours'],
  ids: [],
});

const differences = (spec: LogPart | undefined, world: LogsObserved) => logCollection.diff(placed(spec), world);

test('a new server says where logs will be, how long they are kept, and how large the queue is', () => {
  const { steps, findings } = differences(both, observed(seen()));
  expect(findings).toEqual([]);
  expect(steps).toMatchObject([
    {
      action: 'create',
      because: 'the code declares it',
      changes: [
        { attribute: 'listens on', after: 'tcp port 514' },
        { attribute: 'logs in', after: '/var/log/stackward/Shared-Logs' },
        { attribute: 'kept', after: '30 days' },
        { attribute: 'sends to', after: 'ctl1, tcp port 514' },
      ],
    },
  ]);
  const notes = steps[0]?.notes?.join('\n');
  expect(notes).toContain('10000 messages wait in memory and then up to 256 MiB on disk');
  expect(notes).toContain('`systemctl restart rsyslog.service` makes rsyslog read it');
  expect(notes).toContain('lost with tcp');
});

test('files as they are to be are no step, unless rsyslog was not restarted after them', () => {
  const right = seen({ part: both, isAsWritten: true });
  expect(differences(both, observed(right))).toEqual({ steps: [], findings: [] });
  expect(differences(both, observed(right, { restartDue: true })).steps).toMatchObject([
    { action: 'update', because: 'a run that wrote it was cut short before rsyslog was restarted' },
  ]);
});

test('a file that somebody edited, one of another rsyslog, and a declared change say why they are written', () => {
  const because = (files: LogFilesSeen) =>
    differences(both, observed(files)).steps.map((step) => [step.because, step.changes]);
  expect(because(seen({ part: both }))).toEqual([
    [
      'its files are not as this stackward writes them for rsyslog 8.2302',
      [
        {
          attribute: 'files',
          before: 'other than stackward writes them',
          after: '/etc/rsyslog.d/10-x.conf, /etc/logrotate.d/x',
          isComparable: false,
        },
      ],
    ],
  ]);
  expect(because(seen({ part: { listen: { ...listen, days: 1 }, send } }))).toEqual([
    ['the code declares it otherwise', [{ attribute: 'kept', before: '1 day', after: '30 days' }]],
  ]);
});

test('an obstacle that rsyslog or the host names is Blocked, and a foreign file is named before it', () => {
  const blocked = (world: LogsObserved) =>
    differences(both, world).findings.map(({ reason, message }) => `${reason}: ${message}`);
  expect(blocked(observed(seen(), { obstacles: ['port 514 is held by syslog-ng; choose another'] }))).toEqual([
    "Blocked: logs can't be collected on ctl1: port 514 is held by syslog-ng; choose another",
  ]);
  expect(blocked(observed(seen({ foreign: ['/etc/logrotate.d/x'] }), { obstacles: ['no'] }))).toEqual([
    'Blocked: /etc/logrotate.d/x is there and does not bear our header; move it away, then plan again',
  ]);
});

test('a collection that nobody declares any more goes where the run may sweep its stack, and the logs stay', () => {
  const left = seen({ part: both, isAsWritten: true });
  const steps = (more: Partial<LogFilesSeen>) =>
    differences(undefined, observed(undefined, { others: [{ ...left, ...more }] })).steps;
  expect(steps({})).toMatchObject([{ id, action: 'delete', leftBy: { owner: 'ours', stack: 'Shared' } }]);
  expect(steps({})[0]?.notes?.[0]).toBe('the logs that were collected stay in /var/log/stackward/Shared-Logs');
  expect(steps({ owner: 'theirs' })).toEqual([]);
  expect(steps({ path: 'Other/Logs' })).toEqual([]);
});

test('after its steps nothing is left to do, whether files were written or went', () => {
  const world = observed(seen(), {
    restartDue: true,
    others: [seen({ path: 'Shared/Old', part: both, isAsWritten: true, seen: 'b'.repeat(64) })],
  });
  const { steps } = differences(both, world);
  expect(steps).toHaveLength(2);
  expect(differences(both, logCollection.advance(world, steps))).toEqual({ steps: [], findings: [] });
});

test('a rollback to no collection removes its files', () => {
  const { steps } = differences({ listen: null, send: null }, observed(seen({ part: both })));
  expect(steps).toMatchObject([{ action: 'delete', after: { listen: null, send: null } }]);
});
