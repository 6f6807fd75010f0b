/** The sentence of a plan about when an option takes effect, for each class of ADR 17. */
import type { HostService } from '../../lib/host-services/service-files';
import { eraOfLibrary } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';
import type { Job, OptionObserved } from '../../reconcilers/service-option/model';
import { effectNotes, notInUse } from '../../reconcilers/service-option/option/effect';
import { serviceProcess } from '../support/memory-service-host';

const option = { section: 'DEFAULT', name: 'debug', former: [], multiple: false, secret: false };

function siteOf(reader: HostService, { mutable = false, now = new Date(0) } = {}): OptionObserved {
  return {
    records: new Map(),
    others: new Map(),
    services: [reader],
    now,
    files: new Map(),
    described: new Map([['nova', [{ ...option, mutable }]]]),
    undescribed: new Map(),
    gone: new Set(),
    settings: { is: 'absent' },
  };
}

/** @param unit undefined if no process of the service runs */
function noteOf(service: string, unit: string | null | undefined, { mutable = false, restarts = false } = {}): string {
  const files = [parseOsloFile('/etc/nova/nova.conf', '[DEFAULT]\n', 3)];
  const reader: HostService = {
    name: service,
    processes: unit === undefined ? [] : [serviceProcess(service, [], { unit })],
    places: [],
    config: { files, environment: new Map(), era: eraOfLibrary(undefined, 3) },
  };
  return effectNotes({ service, section: 'DEFAULT', name: 'debug' }, restarts, siteOf(reader, { mutable })).join('\n');
}

const unit = 'nova-scheduler.service';

test.each([
  [
    'at a signal',
    noteOf('nova-scheduler', unit, { mutable: true }),
    'nova-scheduler takes it up at once when it is told, by `systemctl kill --kill-who=main -s HUP nova-scheduler.service`; that costs nothing',
  ],
  [
    'at a restart by hand',
    noteOf('nova-scheduler', unit),
    'nova-scheduler reads it when nova-scheduler.service is restarted, which stackward does not do: requests to it wait in the queue for some seconds',
  ],
  [
    'at a restart by stackward, also where a signal would do',
    noteOf('nova-scheduler', unit, { mutable: true, restarts: true }),
    'stackward restarts nova-scheduler.service, one host after the other: requests to it wait in the queue for some seconds',
  ],
  [
    'at a restart that cuts off work',
    noteOf('nova-compute', 'openstack-nova-compute.service'),
    'nova-compute reads it when openstack-nova-compute.service is restarted, which stackward does not do: its restart cuts off what it is doing to servers, such as builds and migrations',
  ],
  [
    'at a restart of a unit that serves more than the service',
    noteOf('nova-api', 'apache2.service', { mutable: true }),
    'nova-api reads it when it is restarted, by hand: apache2.service runs it, and may serve more than it; requests to its API fail for some seconds',
  ],
  [
    'at a restart without a unit',
    noteOf('nova-api', null),
    'nova-api reads it when it is restarted, by hand: no unit of systemd runs it; requests to its API fail for some seconds',
  ],
  [
    'at its start, from files that are assumed',
    noteOf('nova-scheduler', undefined),
    'nova-scheduler does not run there: it reads the option when it starts, if its command names no other files than /etc/nova/nova.conf',
  ],
])('an option takes effect %s', (_, found, expected) => expect(found).toBe(expected));

/** A service that started 100 s ago, or doesn't run; its file was written so many seconds ago. */
function notesOf(runs: boolean, writtenAgo: number, job: Partial<Job>): readonly string[] {
  const path = '/etc/nova/nova.conf';
  const now = new Date('2026-11-29T12:00:00Z');
  const file = parseOsloFile(path, '[DEFAULT]\ndebug = true\n', 3);
  const writtenAt = new Date(now.getTime() - writtenAgo * 1000);
  const reader: HostService = {
    name: 'nova-scheduler',
    processes: runs ? [serviceProcess('nova-scheduler', [], { unit, aliveSeconds: 100 })] : [],
    places: [{ path, by: '--config-file', state: { is: 'read', file, writtenAt } }],
    config: { files: [file], environment: new Map(), era: eraOfLibrary(undefined, 3) },
  };
  const about = { service: 'nova-scheduler', section: 'DEFAULT', name: 'debug', seen: [], before: undefined };
  return notInUse({ ...about, ...job } as unknown as Job, siteOf(reader, { now }));
}

const seen = [{ path: '/etc/nova/nova.conf', section: 'DEFAULT', line: 2, text: 'debug = true' }];
const mayBeOld =
  'nova-scheduler started before /etc/nova/nova.conf was written, so it may still use another value; a restart makes it read this one';

test.each<[string, Parameters<typeof notesOf>, readonly string[]]>([
  ['started after its file was written', [true, 200, { seen }], []],
  ['started before its file was written', [true, 50, { seen }], [mayBeOld]],
  ['started before a line of it may have been deleted', [true, 50, {}], [mayBeOld]],
  ['does not run', [false, 200, { seen }], ['nova-scheduler does not run there: it reads the option when it starts, if its command names no other files than /etc/nova/nova.conf']], // prettier-ignore
])('an option that was as declared before: the plan says what is true where the service %s', (_, given, notes) => {
  expect(notesOf(...given)).toEqual(notes);
});
