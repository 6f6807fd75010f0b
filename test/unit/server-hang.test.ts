/** Verdicts on a server from what was read of it. The failures are recorded from Zed unless a test names another release. */
import { read, untried } from '../../reports/looked';
import type { HangFacts } from '../../reports/server-hang/facts';
import { causes } from '../../reports/server-hang/cause-names';
import { agent, ago, begun, compute, conductor, dead, failed, idle, namedBy, scheduler, server, spawning, verdict } from '../support/hang-facts'; // prettier-ignore

describe('a server that hangs', () => {
  test.each<[string, Partial<HangFacts>, string[]]>([
    ['no conductor took it, and all are alive', {}, ['message-lost']],
    ['every conductor is dead', { services: read([{ ...conductor, ...dead }, scheduler, compute]) }, ['control-dead']],
    ['every scheduler is dead', { services: read([conductor, { ...scheduler, ...dead }, compute]) }, ['control-dead']],
    ['one conductor of two is dead', { services: read([{ ...conductor, ...dead }, { ...conductor, host: 'ctl2' }, scheduler, compute]) }, ['message-lost']], // prettier-ignore
    ['its nova-compute is dead', { server: spawning, actions: begun, services: read([conductor, scheduler, { ...compute, ...dead }]) }, ['compute-dead']], // prettier-ignore
    ['its nova-compute was forced down', { server: spawning, actions: begun, services: read([conductor, scheduler, { ...compute, isUp: false, isForcedDown: true }]) }, ['compute-forced-down']], // prettier-ignore
    ['its nova-compute is alive by a clock that is wrong', { server: spawning, actions: begun, services: read([conductor, scheduler, { ...compute, isUp: false, hasMoved: true }]) }, []], // prettier-ignore
    ['nobody knows its nova-compute', { server: { ...spawning, host: 'gone' }, actions: begun }, ['compute-dead']],
    ['the network agent of its host is dead', { server: spawning, actions: begun, agents: read([{ ...agent, ...dead }]) }, ['agent-dead']], // prettier-ignore
    ['another agent of its host is dead', { server: spawning, actions: begun, agents: read([agent, { ...agent, name: 'neutron-l3-agent', ...dead }]) }, []], // prettier-ignore
    ['its host has a dead nova-compute and a dead agent', { server: spawning, actions: begun, services: read([conductor, scheduler, { ...compute, ...dead }]), agents: read([{ ...agent, ...dead }]) }, ['agent-dead', 'compute-dead']], // prettier-ignore
    ['a reboot that no event follows', { server: { ...spawning, status: 'REBOOT', taskState: 'rebooting' }, actions: read([{ action: 'reboot', requestId: 'req-2', startedAt: ago(1500), events: [] }]) }, ['message-lost']], // prettier-ignore
  ])('%s', (_, more, expected) => {
    expect(namedBy(more)).toEqual(expected);
  });

  test('for less than ten minutes, with nothing wrong, names nothing', () => {
    expect(namedBy({ server: { ...server, created: ago(60) } })).toEqual([]);
  });

  test('on the host that placement holds for it', () => {
    const hypervisor = { host: 'cnode01', node: 'node-a', vcpus: 8, vcpusUsed: 0, ramMiB: 1, ramMiBUsed: 0, diskGiB: 1, diskGiBUsed: 0 }; // prettier-ignore
    const told = verdict({ placedOn: read('node-a'), hypervisors: read([hypervisor]), services: read([conductor, scheduler, { ...compute, ...dead }]) }); // prettier-ignore
    expect([told.host, told.named.map(({ cause }) => cause)]).toEqual(['cnode01', ['compute-dead']]);
  });

  test('in a cloud whose services nobody could read: what was not looked at is said', () => {
    const { notLookedAt } = verdict({ services: untried('the list was refused'), server: spawning, actions: begun });
    expect(notLookedAt.map(({ cause }) => cause)).toEqual([
      ...[
        'control-dead',
        'broker-stuck',
        'queue-unserved',
        'queue-full',
        'compute-dead',
        'compute-skewed',
        'compute-forced-down',
        'compute-disabled',
        'no-valid-host',
      ],
    ]);
  });
});

describe('a server that failed', () => {
  const noHost = failed('No valid host was found. There are not enough hosts available.');
  test.each<[string, Partial<HangFacts>, string[]]>([
    ['no host is left, and the only one is skewed', { server: noHost, services: read([conductor, scheduler, { ...compute, isUp: false, hasMoved: true }]) }, ['compute-skewed']], // prettier-ignore
    ['no host is left, one disabled and one dead', { server: noHost, services: read([conductor, scheduler, { ...compute, isEnabled: false }, { ...compute, host: 'cnode02', ...dead }]) }, ['no-valid-host']], // prettier-ignore
    ['a host of another zone is well', { server: { ...noHost, zone: 'east' }, services: read([conductor, scheduler, compute, { ...compute, host: 'e1', zone: 'east', isEnabled: false }]) }, ['compute-disabled']], // prettier-ignore
    ['its zone has no host', { server: { ...noHost, zone: 'west' } }, ['no-valid-host']],
    ['nobody answered the scheduler in time', { server: failed('Timed out waiting for a reply to message ID 5f1c') }, ['message-lost']], // prettier-ignore
    ['nobody answered, and no scheduler is alive', { server: failed('MessagingTimeout'), services: read([conductor, { ...scheduler, ...dead }]) }, ['control-dead']], // prettier-ignore
    ['the event of the last host tells of a binding', { server: failed('Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance 6a0c.'), actions: read([{ action: 'create', requestId: 'req-1', events: [{ event: 'compute__do_build_and_run_instance', result: 'Error', traceback: 'nova.exception.PortBindingFailed: Binding failed for port 1c2d, please check neutron logs for more information.' }] }]) }, ['binding-failed']], // prettier-ignore
  ])('%s', (_, more, expected) => {
    expect(namedBy(more)).toEqual(expected);
  });

  test('for a reason that no cause has: nothing is named, and every cause is ruled out', () => {
    const { named, ruledOut, notLookedAt } = verdict({ server: failed('Insufficient PCI devices') });
    expect([named, notLookedAt, ruledOut.map(({ cause }) => cause).sort()]).toEqual([
      [],
      [],
      Object.keys(causes).sort(),
    ]);
  });
});

describe('the words about a server', () => {
  const foundOf = (more: Partial<HangFacts>) => verdict(more).named.map(({ found, step }) => `${found} ${step}`);
  const resizing = { ...idle, status: 'RESIZE', vmState: 'active', taskState: 'resize_migrated', host: 'cnode01' };
  const ended = (event: string) => ({ event, startedAt: ago(1400), finishedAt: ago(1300), result: 'Success' });
  const resize = { action: 'resize', requestId: 'req-3', startedAt: ago(1500) };

  test('that stands between two steps of a resize: both steps are said to have ended, and nobody is told to delete it', () => {
    const events = [ended('conductor_migrate_server'), ended('compute_resize_instance')];
    const [told = ''] = foundOf({ server: resizing, actions: read([{ ...resize, events }]) });
    expect(told).toContain('compute_resize_instance ended');
    expect(told).not.toMatch(/nobody has begun with it|delete this server/);
  });

  test('whose events Nova does not show: nobody can tell whether a message is lost', () => {
    const { named, notLookedAt } = verdict({ server: resizing, actions: read([resize]) });
    expect([named, notLookedAt.map(({ cause }) => cause)]).toEqual([
      [],
      ['message-lost', 'broker-stuck', 'queue-unserved', 'queue-full'],
    ]);
  });

  test('that has been in BUILD for a minute: it is too early to rule a lost message out', () => {
    const { notLookedAt } = verdict({ server: { ...server, created: ago(60) } });
    expect(notLookedAt.map(({ cause }) => cause)).toContain('message-lost');
  });

  test('whose host placement alone knows: the evidence says so', () => {
    const more = { placedOn: read('cnode01'), services: read([conductor, scheduler, { ...compute, ...dead }]) };
    expect(verdict(more).named[0]?.evidence[0]).toBe(
      'placement holds its resources on cnode01, which the scheduler chose',
    );
  });

  const tried = failed(
    'Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures.',
  );
  const trace = { host: 'cnode01', service: 'nova-compute', path: '/var/log/nova/nova-compute.log', count: 9, errors: ['ERROR disk on fire'] }; // prettier-ignore
  test.each([
    ['with an error', { traces: read([trace]), missed: [] }, ['/var/log/nova/nova-compute.log on cnode01: ERROR disk on fire']],
    ['without an error', { traces: read([{ ...trace, errors: [] }]), missed: [] }, ['the logs on cnode01 have no error of it']],
    ['that are not there', { traces: read([]), missed: [] }, ['no log of Nova was found on cnode01']],
    ['one of which was refused', { traces: read([{ ...trace, errors: [] }]), missed: ['/x.log (no way)'] }, ['the logs on cnode01 have no error of it', 'not looked at on cnode01: /x.log (no way)']],
  ])('that failed on every host, by logs %s', (_, logs, expected) => {
    const { named, notLookedAt } = verdict({ server: tried, logs: [{ host: 'cnode01', ...logs }] });
    expect(named.map(({ cause, evidence }) => [cause, evidence.slice(1)])).toEqual([['no-valid-host', expected]]);
    expect(notLookedAt.map(({ cause }) => cause)).toContain('pool-empty');
  }); // prettier-ignore
});

test('every verdict on a server in trouble tells of every cause once', () => {
  for (const more of [{}, { server: spawning, actions: begun }, { server: failed('No valid host was found. ') }]) {
    const { named, ruledOut, notLookedAt } = verdict(more);
    const told = [...named, ...ruledOut, ...notLookedAt].map(({ cause }) => cause);
    expect(told.sort()).toEqual(Object.keys(causes).sort());
  }
});

test('a server at rest has no causes to tell of', () => {
  expect(verdict({ server: { ...idle, status: 'ACTIVE', vmState: 'active' } })).toMatchObject({
    named: [],
    ruledOut: [],
  });
});
