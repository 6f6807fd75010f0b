/** Verdicts by broker, databases and logs, for each kind of task, and where something was not read. */
import type { BrokerQueue } from '../../lib/contract/broker-ports';
import { hangingServer } from '../../reports/doctor/checks/hanging-server';
import { read, untried } from '../../reports/looked';
import type { HangFacts } from '../../reports/server-hang/facts';
import type { HostLogs, LogTrace } from '../../reports/server-hang/logs';
import { isForgotten } from '../../reports/server-hang/situation';
import { saySituation } from '../../reports/server-hang/words';
import { agent, ago, begun, compute, conductor, dead, facts, failed, idle, namedBy, noCells, scheduler, spawning, verdict } from '../support/hang-facts'; // prettier-ignore

test.each([
  ['none', []],
  [
    'dead ones alone',
    [
      { ...compute, ...dead },
      { ...compute, host: 'cnode02', ...dead },
    ],
  ],
])(
  'of a server for which no host was found, %s in the databases of some cells rules out and names nothing',
  (_, computes) => {
    const server = failed('No valid host was found. There are not enough hosts available.');
    const { named, notLookedAt } = verdict({ server, services: read([conductor, scheduler, ...computes]), hasAllServices: false }); // prettier-ignore
    expect([named, notLookedAt.map(({ cause }) => cause)]).toEqual([
      [],
      expect.arrayContaining(['compute-dead', 'compute-disabled', 'compute-skewed', 'no-valid-host']),
    ]);
  },
);

describe('a broker between those who work on a server', () => {
  const queue = (name: string, more: Partial<BrokerQueue> = {}): BrokerQueue => ({ vhost: '/', name, consumers: 1, ready: 0, unacked: 0, ...more }); // prettier-ignore
  const node = { name: 'rabbit@ctl1', isRunning: true, alarms: [], partitions: [] };
  const all = [queue('conductor'), queue('scheduler'), queue('compute.cnode01')];
  const onHost = { server: { ...spawning, taskState: 'scheduling' }, actions: read([]) };
  const told = (queues: readonly BrokerQueue[], more: Partial<HangFacts> = {}) =>
    verdict({ ...onHost, nodes: read([node]), queues: read(queues), ...more });
  const without = (name: string) => all.filter((each) => each.name !== name);

  test.each<[string, readonly BrokerQueue[], string[]]>([
    ['whose queues are all served: the message is lost', all, ['message-lost']],
    ['without a consumer of the conductor', [...without('conductor'), queue('conductor', { consumers: 0, ready: 3 })], ['queue-unserved']],
    ['without a consumer of the conductor in one virtual host of two', [...all, queue('conductor', { vhost: 'old', consumers: 0 })], ['message-lost']],
    ['without a queue of the scheduler', without('scheduler'), ['queue-unserved']],
    ['in which a message lies before the host', [...without('compute.cnode01'), queue('compute.cnode01', { unacked: 1 })], ['queue-full']],
    ['in which a few messages lie before the conductor', [...without('conductor'), queue('conductor', { ready: 9 })], ['message-lost']],
    ['in which a thousand messages lie before the conductor', [...without('conductor'), queue('conductor', { ready: 1_000 })], ['queue-full']],
    ['without a queue of the host, while another host has one', [...without('compute.cnode01'), queue('compute.cnode02')], ['queue-unserved']],
  ])('%s', (_, queues, expected) => {
    expect(told(queues).named.map(({ cause }) => cause)).toEqual(expected);
  }); // prettier-ignore

  test('of another cell, which has no queue of a host: whether it is served is not known', () => {
    const { named, notLookedAt } = told(without('compute.cnode01'));
    expect([named.map(({ cause }) => cause), notLookedAt.map(({ cause }) => cause)]).toEqual([
      ['message-lost'],
      ['queue-unserved'],
    ]);
  });

  test('whose numbers nobody told: no queue is ruled out by them', () => {
    const { notLookedAt } = told(all.map(({ vhost, name }) => ({ vhost, name })));
    expect(notLookedAt.map(({ cause }) => cause)).toEqual(['queue-unserved', 'queue-full']);
  });

  test('with an alarm is the cause of every silence, and one whose alarms nobody told is ruled out by nothing', () => {
    const alarmed = told(all, { nodes: read([{ ...node, alarms: ['memory'] }]) });
    expect(alarmed.named.map(({ cause }) => cause)).toEqual(['broker-stuck']);
    const { name, isRunning, partitions } = node;
    const untold = told(all, { nodes: read([{ name, isRunning, partitions }]) });
    expect(untold.notLookedAt.map(({ cause }) => cause)).toEqual(['broker-stuck']);
  });

  test('without a consumer because nova-compute is dead: the dead service is named, and its queue is not', () => {
    const services = read([conductor, scheduler, { ...compute, ...dead }]);
    const queues = [...without('compute.cnode01'), queue('compute.cnode01', { consumers: 0, ready: 1 })];
    expect(told(queues, { services }).named.map(({ cause }) => cause)).toEqual(['compute-dead']);
  });

  test('without a consumer of the scheduler does not matter to a server that is rebooted', () => {
    const rebooting = { ...spawning, status: 'REBOOT', taskState: 'rebooting' };
    const queues = [...without('scheduler'), queue('scheduler', { consumers: 0 })];
    const actions = read([{ action: 'reboot', requestId: 'req-2', startedAt: ago(1500), events: [] }]);
    expect(told(queues, { server: rebooting, actions }).named.map(({ cause }) => cause)).toEqual(['message-lost']);
  });

  describe('while the server waits for its volumes', () => {
    const waits = { server: { ...spawning, taskState: 'block_device_mapping', imageId: 'i1' } };
    const ofCinder = [queue('cinder-scheduler'), queue('cinder-volume.ctl1@lvm')];
    const seen = (queues: readonly BrokerQueue[], more: Partial<HangFacts> = waits) => {
      const { named, notLookedAt } = told([...all, ...queues], more);
      return [named.map(({ cause }) => cause), notLookedAt.map(({ cause }) => cause)];
    };
    const idle = { consumers: 0 };

    test.each<[string, readonly BrokerQueue[], [string[], string[]]]>([
      ['every queue of Cinder is served: the message is lost', ofCinder, [['message-lost'], []]],
      ['nobody takes from the scheduler of Cinder', [queue('cinder-scheduler', idle), queue('cinder-volume.ctl1@lvm')], [['queue-unserved'], []]],
      ['a message waits for a cinder-volume that takes nothing', [...ofCinder, queue('cinder-volume.ctl2@lvm', { consumers: 0, ready: 1 })], [['queue-unserved'], []]],
      ['a message lies before a cinder-volume', [...ofCinder, queue('cinder-volume.ctl2@lvm', { unacked: 1 })], [['queue-full'], []]],
      ['no cinder-volume takes anything', [queue('cinder-scheduler'), queue('cinder-volume.ctl1@lvm', idle)], [['queue-unserved'], []]],
      ['the broker has no queue of a cinder-volume', [queue('cinder-scheduler')], [['queue-unserved'], []]],
      ['a cinder-volume of several takes nothing, which may have been removed', [...ofCinder, queue('cinder-volume.ctl2@old', idle)], [['message-lost'], ['queue-unserved']]],
      ['the broker has no queue of Cinder, and the server boots from an image', [], [['message-lost'], []]],
    ])('%s', (_, queues, expected) => {
      expect(seen(queues)).toEqual(expected);
    }); // prettier-ignore

    test('a server that boots from a volume needs Cinder, whose queues another broker has', () => {
      const fromVolume = { ...spawning, taskState: 'block_device_mapping' };
      expect(seen([], { server: fromVolume })).toEqual([['message-lost'], ['queue-unserved']]);
    });

    test('the queues of Cinder do not matter to a server in another task', () => {
      expect(seen([queue('cinder-scheduler', idle)], { server: spawning })).toEqual([['message-lost'], []]);
    });
  });
});

describe('a lost message, by logs and database', () => {
  const rebooting = { ...spawning, status: 'REBOOT', taskState: 'rebooting' };
  const actions = read([{ action: 'reboot', requestId: 'req-2', startedAt: ago(1500), events: [] }]);
  const log = (service: string, host: string, more: Partial<LogTrace>): HostLogs => ({
    host,
    traces: read([{ host, service, path: `/var/log/nova/${service}.log`, count: 9, errors: [], ...more }]),
    missed: [],
  });
  const evidenceOf = (more: Partial<HangFacts>) =>
    verdict({ server: rebooting, actions, ...more }).named.flatMap(({ evidence }) => evidence);

  test('is followed to the log of the API, and to that of the host, which was written all the time without it', () => {
    const evidence = evidenceOf({ logs: [log('nova-api', 'ctl1', { ofRequest: 2 }), log('nova-compute', 'cnode01', { ofRequest: 0, since: ago(9000) })] }); // prettier-ignore
    expect(evidence.slice(-2)).toEqual([
      '/var/log/nova/nova-api.log on ctl1 has req-2: 2 lines',
      expect.stringMatching(
        /^\/var\/log\/nova\/nova-compute\.log on cnode01 does not have it and was written all the time, since /,
      ) as string,
    ]);
  });

  test('is not told by a log that begins after it, or whose begin nobody knows', () => {
    const begins = (since: Partial<LogTrace>) => evidenceOf({ logs: [log('nova-compute', 'cnode01', { ofRequest: 0, ...since })] }).at(-1); // prettier-ignore
    expect(begins({ since: ago(60) })).toMatch(/begins later than it .*, so that says nothing$/);
    expect(begins({})).toMatch(/nobody tells since when it was written$/);
  });

  test('is none where the log of the host has its request', () => {
    const { named, ruledOut } = verdict({ server: rebooting, actions, logs: [log('nova-compute', 'cnode01', { ofRequest: 1 })] }); // prettier-ignore
    expect([named, ruledOut.find(({ cause }) => cause === 'message-lost')?.because]).toEqual([
      [],
      '/var/log/nova/nova-compute.log on cnode01 has req-2, so nova-compute on cnode01 has the message',
    ]);
  });

  test('went to the conductor where nova_api still has the request, and to a host where a cell has the server', () => {
    const record = { isRequested: read(true), cell: read({ is: 'no cell yet' } as const), mappedHosts: noCells };
    const [before] = verdict({ record }).named;
    expect(before?.found).toMatch(/^The message to nova-conductor or nova-scheduler did not arrive/);
    expect(before?.evidence).toContain('nova_api.build_requests still has its request');
    const inCell = { ...record, isRequested: read(false), cell: read({ is: 'cell', name: 'cell1' } as const) };
    expect(verdict({ record: inCell }).named[0]?.found).toMatch(/^The message to the nova-compute that was chosen did not/); // prettier-ignore
  });
});

describe('a task that hangs', () => {
  const host = 'cnode01';
  const task = (status: string, taskState: string, action: string) =>
    verdict({
      server: { ...idle, status, vmState: 'active', taskState, host },
      actions: read([{ action, requestId: 'req-9', startedAt: ago(1500), events: [] }]),
    });

  test.each([
    ['ACTIVE', 'deleting', 'delete', /delete it again/],
    ['BUILD', 'deleting', 'delete', /delete it again/],
    ['BUILD', 'networking', 'create', /delete this server and create it anew/],
    ['BUILD', 'spawning', 'create', /delete this server and create it anew/],
    ['REBUILD', 'rebuilding', 'rebuild', /only when you know where its disk is/],
    ['MIGRATING', 'migrating', 'live-migration', /only when you know where its disk is/],
    ['RESIZE', 'resize_prep', 'resize', /only when you know where its disk is/],
    ['ACTIVE', 'image_uploading', 'createImage', /delete the image that was never finished/],
    ['ACTIVE', 'powering-off', 'stop', /its disk is where it was/],
  ])('in %s (%s): the step fits what is at stake', (status, taskState, action, step) => {
    const [told] = task(status, taskState, action).named;
    expect([told?.cause, told?.step]).toEqual(['message-lost', expect.stringMatching(step)]);
    const ways = [/delete this server and create/, /delete it again/, /its disk is where it was/, /know where its disk is/];
    expect(ways.filter((way) => way.test(told?.step ?? '')).length).toBeLessThanOrEqual(1);
  }); // prettier-ignore

  test('since the deletion began, and not since the server was made', () => {
    const { situation } = task('BUILD', 'deleting', 'delete');
    expect(situation).toEqual({ is: 'under way', what: 'BUILD (deleting)', seconds: 1500 });
    const old = { ...idle, created: ago(90_000), status: 'BUILD', vmState: 'building', taskState: 'deleting', host };
    const young = verdict({ server: old, actions: read([{ action: 'delete', requestId: 'r', startedAt: ago(60), events: [] }]) }); // prettier-ignore
    expect(young.situation).toMatchObject({ seconds: 60 });
  });

  test('on a host without a scheduler in the cloud: a dead scheduler is no cause of a deletion', () => {
    const services = read([conductor, { ...scheduler, ...dead }, compute]);
    const server = { ...idle, status: 'ACTIVE', vmState: 'active', taskState: 'deleting', host };
    const actions = read([{ action: 'delete', requestId: 'req-9', startedAt: ago(1500), events: [] }]);
    expect(namedBy({ services, server, actions })).toEqual(['message-lost']);
  });

  test('while memory is copied: no event tells of it, so nobody says that a message is lost', () => {
    const event = { event: 'compute_live_migration', startedAt: ago(1400), finishedAt: ago(1399), result: 'Success' };
    const server = { ...idle, status: 'MIGRATING', vmState: 'active', taskState: 'migrating', host };
    const actions = read([{ action: 'live-migration', requestId: 'req-9', startedAt: ago(1500), events: [event] }]);
    const { named, notLookedAt } = verdict({ server, actions });
    expect([named, notLookedAt.find(({ cause }) => cause === 'message-lost')?.why]).toEqual([
      [],
      expect.stringContaining('migration list'),
    ]);
  });

  test('a resize that nobody confirmed waits for a person, and no cause is looked for', () => {
    const server = { ...idle, status: 'VERIFY_RESIZE', vmState: 'resized', host };
    const told = verdict({ server, actions: read([{ action: 'resize', requestId: 'r', startedAt: ago(90_000), events: [] }]) }); // prettier-ignore
    expect([told.situation, told.named, told.ruledOut]).toEqual([
      { is: 'waits for a person', seconds: 90_000 },
      [],
      [],
    ]);
    expect(isForgotten(told.situation)).toBe(true);
    expect(saySituation(told, facts({ server }))).toContain('until somebody confirms or reverts its resize');
  });

  test.each(['networking', 'spawning', 'deleting', 'rebuilding', 'migrating', 'resize_finish'])('%s is told in words', (taskState) => {
    const server = { ...idle, status: 'ACTIVE', vmState: 'active', taskState, host };
    expect(saySituation(verdict({ server }), facts({ server }))).toMatch(/^It has been in ACTIVE \(\w+\) for 25 min: \S.+\.$/);
  }); // prettier-ignore
});

describe('doctor’s results for a verdict', () => {
  const judge = (more: Partial<HangFacts>) =>
    hangingServer.judge({ servers: read([facts(more)]), more: 0, hidden: [], looked: 0, failed: 0 }, String);

  test('a server that nothing explains is a fault, with what the logs have of it', () => {
    const path = '/var/log/nova/nova-compute.log';
    const trace = { host: 'cnode01', service: 'nova-compute', path, count: 9, errors: ['ERROR libvirt hangs'] };
    const logs = [{ host: 'cnode01', traces: read([trace]), missed: [] }];
    expect(judge({ server: spawning, actions: begun, logs })).toMatchObject([
      { result: 'fault', found: expect.stringContaining('Nothing that was looked at explains it') as string, evidence: ['ERROR libvirt hangs'] },
    ]);
  });

  test.each([
    [3_600, 'fine'],
    [90_000, 'risk'],
  ])('a resize that waits for %s s to be confirmed is %s', (seconds, result) => {
    const server = { ...idle, status: 'VERIFY_RESIZE', vmState: 'resized', host: 'cnode01' };
    const actions = read([{ action: 'resize', requestId: 'r', startedAt: ago(seconds), events: [] }]);
    expect(judge({ server, actions })).toMatchObject([{ result }]);
  });
}); // prettier-ignore

describe('a reading that failed rules nothing out', () => {
  const notLookedAt = (more: Partial<HangFacts>) => verdict(more).notLookedAt.map(({ cause }) => cause);
  const refused = untried('it was refused');
  const ofHost = ['compute-dead', 'compute-skewed', 'compute-forced-down', 'compute-disabled'];

  test('nobody tells which host was chosen: no cause on a host is ruled out', () => {
    expect(notLookedAt({ placedOn: refused })).toEqual(expect.arrayContaining(ofHost));
    expect(notLookedAt({ placedOn: refused, ports: read([{ id: 'p', networkId: 'n', status: 'DOWN', hostId: '', vifType: '' }]) })).toContain('agent-dead'); // prettier-ignore
  });

  test('a failure of which Nova tells no reason leaves every cause open', () => {
    const silent = { ...idle, status: 'ERROR', vmState: 'error' };
    const open = notLookedAt({ server: silent });
    expect(open).toEqual(expect.arrayContaining(['message-lost', 'agent-dead', 'no-valid-host', 'quota', ...ofHost]));
  });

  test('a flavor or hypervisors that nobody told: no host is called large enough', () => {
    const noHost = failed('No valid host was found. There are not enough hosts available.');
    const [told] = verdict({ server: noHost, hypervisors: refused }).named;
    expect(told?.found).toContain('for all that is known');
    expect(told?.evidence).toContain('cnode01: up and enabled; its size was not looked at (it was refused)');
  });

  test('rows of a database that lack a service do not say that there is none', () => {
    const rows = { services: read([compute]), hasAllServices: false };
    expect(notLookedAt(rows)).toContain('control-dead');
    expect(notLookedAt({ ...rows, server: { ...spawning, host: 'cnode09' }, actions: begun })).toContain('compute-dead');
  });

  test('a port that was not plugged in is put down to a dead agent alone', () => {
    const unplugged = { ...failed('Virtual Interface creation failed'), host: 'cnode01' };
    expect(namedBy({ server: unplugged, agents: read([{ ...agent, ...dead }]) })).toEqual(['agent-dead']);
    expect(notLookedAt({ server: unplugged })).toContain('agent-dead');
  });

  test('an address in use that Icehouse tells by the word for a quota says by what it was found', () => {
    const room = read({ quotas: [{ projectId: 'p1', limit: 10, used: 9 }], pools: [] });
    const [told] = verdict({ server: failed('Maximum number of ports exceeded'), isOld: true, room }).named;
    expect([told?.cause, told?.evidence.at(-1)]).toEqual(['address-in-use', expect.stringContaining('has room now')]);
  });

  test('a default quota that nobody read leaves the causes of one word open, except for the pool', () => {
    const conflict = failed('Maximum number of ports exceeded');
    const room = read({ quotas: [{ projectId: 'p1', used: 9 }], pools: [] });
    expect(notLookedAt({ server: conflict, isOld: true, room })).toEqual(expect.arrayContaining(['quota', 'address-in-use']));
    expect(notLookedAt({ server: conflict, isOld: true, room })).not.toContain('pool-empty');
  });
}); // prettier-ignore
