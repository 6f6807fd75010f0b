/** Exactly what a step writes, in the words of its kind. */
import type { Effect } from '../../lib/contract/reconciler';
import { olderProgram } from '../../lib/hosts/older-program';
import { parsePluginListing } from '../../lib/broker-plugins/listing';
import { eraOfLibrary } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';
import { effect as bootRestore } from '../../reconcilers/boot-restore/effect';
import { effect as bridgePort } from '../../reconcilers/bridge-port/effect';
import { effect as brokerPlugin } from '../../reconcilers/broker-plugin/effect';
import { effect as databaseView } from '../../reconcilers/database-view/effect';
import { effect as logCollection } from '../../reconcilers/log-collection/effect';
import { effect as serviceOption } from '../../reconcilers/service-option/effect';
import { Sealed, type Job, type OptionObserved } from '../../reconcilers/service-option/model';
import { serviceProcess } from '../support/memory-service-host';

const step = { id: 'kind.a/b', action: 'update', subject: 's', changes: [], because: 'b', owner: 'ours' } as const;
const linesOf = (effects: readonly Effect[]): string[] => effects.flatMap(({ lines }) => lines);

test('a view shows the statement that makes or drops it, and none where the view stays', () => {
  const observed = { schema: 'stackward' } as Parameters<typeof databaseView>[1];
  const dropped = { ...step, view: 'vw_inventory' } as const;
  expect(linesOf(databaseView(dropped, observed))).toEqual(['DROP VIEW IF EXISTS `stackward`.`vw_inventory`;']);
  expect(databaseView({ ...dropped, leaves: true }, observed)).toEqual([]);
});

test('a plugin shows its command, and a bridge flag the file of the kernel', () => {
  const listing = parsePluginListing(
    '[E ] rabbitmq_management\n     Dependencies:\n[E ] rabbitmq_shovel\n     Dependencies:\tamqp_client\n[e ] amqp_client\n',
  );
  expect(linesOf(brokerPlugin({ ...step, plugin: 'rabbitmq_shovel', enabled: false }, listing!))).toEqual([
    'rabbitmq-plugins disable rabbitmq_shovel',
    '--- rabbitmq-plugins list -e -m',
    '+++ rabbitmq-plugins list -e -m',
    '@@ -1,3 +1,1 @@',
    '-amqp_client',
    '-rabbitmq_management',
    '-rabbitmq_shovel',
    '+rabbitmq_management',
  ]);
  const set = { bridge: 'qbr1', expect: false, value: true };
  const aim = { device: 'tap1', flag: 'hairpin', set, before: undefined, after: undefined } as const;
  const recordAlone = { device: 'tap1', flag: 'learning', before: undefined, after: undefined } as const;
  expect(linesOf(bridgePort({ ...step, portId: 'p', aims: [aim, recordAlone] }))).toEqual([
    '--- /sys/class/net/qbr1/brif/tap1/hairpin_mode',
    '+++ /sys/class/net/qbr1/brif/tap1/hairpin_mode',
    '@@ -1 +1 @@',
    '-0',
    '+1',
  ]);
});

test('files of the boot are named with what becomes of each', () => {
  const digest = (letter: string) => ({ sha256: letter.repeat(64), size: 1 });
  const files = [
    { path: '/a', isOurs: false, now: null, right: digest('a') },
    { path: '/b', isOurs: true, now: digest('c'), right: digest('b') },
    { path: '/c', isOurs: true, now: digest('d'), right: digest('d') },
    { path: '/d', isOurs: false, now: digest('e'), right: null },
  ];
  const observed = { boot: { files } } as unknown as Parameters<typeof bootRestore>[1];
  expect(linesOf(bootRestore({ ...step, wanted: true }, observed))).toEqual([
    `make /a (sha256 ${'a'.repeat(64)})`,
    `replace /b (sha256 ${'b'.repeat(64)})`,
  ]);
  expect(linesOf(bootRestore({ ...step, wanted: false }, observed))).toEqual(['remove /b', 'remove /c']);
});

test('files of collected logs show each line that is written, and the restart', () => {
  const files = {
    owner: 'ours',
    path: 'a/b',
    folder: '/var/log/x',
    files: ['/etc/rsyslog.d/x.conf', '/etc/logrotate.d/x'],
    seen: 'digest',
    foreign: [],
    isAsWritten: false,
    part: null,
  };
  const restart = 'systemctl restart rsyslog.service';
  const after = { listen: { protocol: 'tcp', port: 514, days: 7 }, send: null } as const;
  const texts = [
    { path: '/etc/rsyslog.d/x.conf', now: null, right: 'module(load="imtcp")\n' },
    { path: '/etc/logrotate.d/x', now: 'rotate 30\n', right: 'rotate 7\n' },
  ];
  const observed = { restart, texts: new Map([['ours a/b digest', texts]]) } as unknown as Parameters<
    typeof logCollection
  >[1];
  expect(linesOf(logCollection({ ...step, files, after }, observed))).toEqual([
    ...['--- /dev/null', '+++ /etc/rsyslog.d/x.conf', '@@ -0,0 +1,1 @@', '+module(load="imtcp")'],
    ...['--- /etc/logrotate.d/x', '+++ /etc/logrotate.d/x', '@@ -1,1 +1,1 @@', '-rotate 30', '+rotate 7'],
    'systemctl restart rsyslog.service',
  ]);
  const older = { restart, texts: olderProgram('does not tell the text') } as unknown as Parameters<typeof logCollection>[1]; // prettier-ignore
  expect(linesOf(logCollection({ ...step, files, after }, older))[0]).toMatch(
    /^# \/etc\/rsyslog\.d\/x\.conf, .*: written; the host program there is older, and does not tell the text; install/,
  );
});

describe('an option', () => {
  const path = '/etc/nova/nova.conf';
  const text = '[DEFAULT]\ntransport_url = rabbit://nova:hunter2@ctl1\nworkers = 2\n[glance]\nurl = x\n';
  const site = {
    records: new Map(),
    others: new Map(),
    now: new Date(0),
    described: new Map(),
    undescribed: new Map(),
    gone: new Set(),
    settings: { is: 'absent' },
    services: [
      {
        name: 'nova-api',
        processes: [serviceProcess('nova-api', [], { unit: 'nova-api.service' })],
        places: [],
        config: { files: [parseOsloFile(path, text, 3)], environment: new Map(), era: eraOfLibrary(undefined, 3) },
      },
    ],
    files: new Map([[path, { realPath: path, sha256: 'a', owner: 'root', managers: [] }]]),
  } as unknown as OptionObserved;
  const shown = (name: string, value: string, hasSecretValue = false) => {
    const job = {
      service: 'nova-api',
      section: 'DEFAULT',
      name,
      owner: 'ours',
      seen: [],
      does: { is: 'set', values: [value], isOfSeveral: false },
      overridesManager: false,
      hasSecretValue,
      before: undefined,
      after: undefined,
      restart: undefined,
    } satisfies Job;
    return linesOf(serviceOption({ ...step, jobs: new Sealed([job]) }, site));
  };

  test('shows its own lines alone, because a line beside them may hold a password', () => {
    expect(shown('workers', '4')).toEqual([
      `--- ${path}`,
      `+++ ${path}`,
      '@@ line 3 @@ [DEFAULT]',
      '-workers = 2',
      '+workers = 4',
    ]);
  });

  test('never shows a secret, by its source or by its value', () => {
    expect(shown('workers', 'hunter3', true).slice(3)).toEqual(['-workers: ***', '+workers: ***']);
    const url = shown('transport_url', 'rabbit://nova:hunter4@ctl1');
    expect(url.slice(3)).toEqual(['-transport_url: ***', '+transport_url: ***']);
  });
});
