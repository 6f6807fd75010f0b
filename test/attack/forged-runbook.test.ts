/**
 * Whoever may write the folder of a run must not bring a resumption or a rollback to do what the runbook named in it never
 * does: other acts, other inputs, another thing under another lock.
 */
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunbookReaders } from '../../lib/contract/runbook-ports';
import type { RecordedRunbook } from '../../lib/journal/runbook-record';
import { isRunbook, parseAnyRun } from '../../lib/journal/runbook-record';
import { planResume, planUndo } from '../../runbooks/again';
import type { Looking } from '../../runbooks/context';
import { CommandFolder } from '../support/command';

const server = '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11';
const stranger = '11111111-1111-4111-8111-111111111111';

/** A cloud in which everything exists, so that only the record decides. */
const web1 = { id: server, name: 'web1', status: 'ERROR', vmState: 'error', projectId: 'p' };
const mallory = { id: 'u2', name: 'mallory', domainId: 'default' };
const alice = { id: 'u1', name: 'alice', domainId: 'default' };
const readers = {
  cloud: 'lab',
  computeServices: () =>
    Promise.resolve({
      computes: () => Promise.resolve([{ host: 'cnode01', binary: 'nova-compute', isUp: false, isEnabled: true }]),
      serversOn: () => Promise.resolve([]),
    }),
  servers: () => Promise.resolve({ find: (id: string) => Promise.resolve([{ ...web1, id }]) }),
  serverRemains: () => Promise.resolve({ remains: () => Promise.resolve({ ports: [], volumes: [], allocations: [] }) }),
  users: () =>
    Promise.resolve({
      find: (name: string) => Promise.resolve([alice, mallory].filter((user) => user.name === name)),
      applicationCredentials: () => Promise.resolve([]),
    }),
  secretFolders: { find: () => Promise.resolve(undefined) },
} as unknown as RunbookReaders;
const clock = { now: () => new Date(), show: (time: Date) => time.toISOString() };
const soon = () => Promise.resolve();
const watch = { now: () => new Date(), pause: soon, sleep: soon, waitFor: () => () => undefined };
const looking: Looking = { readers, clock, watch, lastResult: () => undefined };

type Told = readonly [act: string, inputs: object];

function forge(runbook: string, argument: string, steps: readonly Told[], more: object = {}): RecordedRunbook {
  const record = {
    formatVersion: '1.2',
    version: '0',
    command: 'run',
    by: { host: 'attackers-store', pid: 1, identity: 'x' },
    startedAt: '2026-11-29T12:00:00.000Z',
    runbook,
    argument,
    options: {},
    thing: 'compute cnode01',
    cloud: 'lab',
    steps: steps.map(([act, inputs], index) => ({ step: index + 1, act, title: 'look', inputs, before: null })),
    ...more,
  };
  const run = parseAnyRun('RUN', JSON.stringify(record), '', undefined);
  if (!isRunbook(run)) throw new Error('this is no run of a runbook');
  return run;
}

const disable = (host: string, reason: string): Told => ['compute-enablement', { host, to: { isEnabled: false, reason } }]; // prettier-ignore
const reset = (id: string): Told => ['server-state', { server: id, to: 'error' }];
const deleted = (mayRun: boolean): Told => ['server-deleted', { server, mayRun }];
const proved = (id: string): Told => ['server-remains', { server: id, volumes: [] }];
const removal = 'stackward removes this host';
const handedOut = (more: object): Told => [
  'credentials',
  {
    kind: 'application-credential',
    to: 'handed out',
    user: alice,
    project: { id: 'p', name: 'p', domainId: 'default' },
    credential: 'stackward-alice-2026-11-29T12:00:00.000Z',
    folder: '/home/ops/credentials-alice',
    ...more,
  },
];
const restarted = (service: string, host: string, unit = `${service}.service`): Told => [
  'service-restart',
  { service, host, unit, main: [1], sockets: [], others: [] },
];
const asCredential = { options: { applicationCredential: true } };

const forged: readonly (readonly [string, RecordedRunbook, RegExp])[] = [
  ['an act of another runbook', forge('disable-compute', 'cnode01', [disable('cnode01', 'r'), reset(stranger)], { options: { reason: 'r' } }), /its step 2 is "reset the state of server 1111/],
  ['another host than the argument', forge('disable-compute', 'cnode01', [disable('cnode02', 'r')], { options: { reason: 'r' } }), /its step 1 is "disable nova-compute on cnode02/],
  ['another reason than the option', forge('disable-compute', 'cnode01', [disable('cnode01', 'x')], { options: { reason: 'r' } }), /its step 1 is/],
  ['an option of another runbook', forge('disable-compute', 'cnode01', [disable('cnode01', 'r')], { options: { reason: 'r', yesItRuns: true } }), /options are none of a run of disable-compute/],
  ['a second server', forge('reset-state', 'web1', [reset(server), reset(stranger)]), /its step 2 is/],
  ['two servers in one deletion', forge('delete-stuck-server', 'web1', [reset(server), reset(stranger), proved(server)]), /its step 2 is/],
  ['a server that may run without the option', forge('delete-stuck-server', 'web1', [reset(server), deleted(true), proved(server)]), /its step 2 is "delete server/],
  ['a server with another name', forge('reset-state', 'db1', [reset(server)]), /its steps are about server web1/],
  ['a removal without its proof', forge('remove-compute', 'cnode01', [disable('cnode01', removal), ['compute-removed', { host: 'cnode01' }]]), /its step 3 is missing/],
  ['an agent before the service', forge('remove-compute', 'cnode01', [disable('cnode01', removal), ['agent-removed', { host: 'cnode01', agent: stranger, type: 'L3 agent' }]]), /its step 2 is "remove Neutron's L3 agent/],
  ['credentials that are taken back', forge('hand-out-credentials', 'alice', [handedOut({ to: 'taken back' })], asCredential), /its step 1 is "delete application credential/],
  ["a folder that isn't named after the user", forge('hand-out-credentials', 'alice', [handedOut({ folder: '/home/ops/credentials-root' })], asCredential), /its step 1 is/],
  ["an application credential that isn't stackward's", forge('hand-out-credentials', 'alice', [handedOut({ credential: 'ci-2026-11-29T12:00:00.000Z' })], asCredential), /its step 1 is/],
  ['another user than the argument', forge('hand-out-credentials', 'mallory', [handedOut({})], asCredential), /its steps are about user alice/],
  ['another service than the argument', forge('restart-service', 'nova-api', [restarted('nova-api', 'ctl1'), restarted('glance-api', 'ctl1')]), /its step 2 is "restart glance-api.service on ctl1/],
  ['a service on another host than the option', forge('restart-service', 'nova-api', [restarted('nova-api', 'ctl2')], { options: { host: 'ctl1' } }), /its step 1 is "restart nova-api.service on ctl2/],
  ['a unit that runs another service', forge('restart-service', 'nova-api', [restarted('nova-api', 'ctl1', 'neutron-l3-agent.service')]), /name a unit that runs another service/],
  ['a service that carries traffic', forge('restart-service', 'nova-compute', [restarted('nova-compute', 'ctl1')]), /is no service to restart/],
  ['a rollback that restarts', forge('restart-service', 'nova-api', [restarted('nova-api', 'ctl1')], { rolledBack: 'R' }), /its step 1 is "restart nova-api.service/],
  ['no step', forge('disable-compute', 'cnode01', [], { options: { reason: 'r' } }), /it has no step/],
  ['a rollback that disables another host', forge('disable-compute', 'cnode01', [disable('cnode02', 'r')], { options: { reason: 'r' }, rolledBack: 'R' }), /not what a rollback of disable-compute cnode01 records/],
  ['a rollback with a deletion', forge('delete-stuck-server', 'web1', [deleted(false)], { rolledBack: 'R' }), /its step 1 is "delete server/],
]; // prettier-ignore

test.each(forged)('a record with %s is neither resumed nor rolled back', async (_, run, words) => {
  await expect(planResume(run, looking)).rejects.toThrow(words);
  await expect(planUndo(run, looking)).rejects.toThrow(words);
});

const real: readonly (readonly [RecordedRunbook, string])[] = [
  [forge('disable-compute', 'cnode01', [disable('cnode01', 'r')], { options: { reason: 'r' } }), 'compute cnode01'],
  [forge('reset-state', 'web1', [reset(server)]), `server ${server}`],
  [forge('reset-state', server, [reset(server)]), `server ${server}`],
  [forge('delete-stuck-server', 'web1', [reset(server), deleted(false), proved(server)]), `server ${server}`],
  [forge('hand-out-credentials', 'alice', [handedOut({})], asCredential), 'credentials of user u1'],
  [forge('hand-out-credentials', 'alice', [handedOut({ to: 'taken back' })], { ...asCredential, rolledBack: 'R' }), 'credentials of user u1'],
]; // prettier-ignore

test.each(real)('the lock of a resumed run is on the thing of its steps, whatever the record says', async (run, thing) => {
  const lied = { ...run, record: { ...run.record, thing: 'something else' } };
  expect((await planResume(lied, looking)).thing).toBe(thing);
}); // prettier-ignore

test('the run of another machine is resumed only with --from-elsewhere; nothing else is taken from a record unasked', async () => {
  const name = '20260101T000000.000Z-abcdef';
  const command = new CommandFolder();
  try {
    const auth = { auth_url: 'http://127.0.0.1:9/v3', username: 'u', password: 'p', project_name: 'p', user_domain_id: 'default', project_domain_id: 'default' }; // prettier-ignore
    command.write('clouds.yaml', { clouds: { lab: { auth } } });
    command.write('stackward.yaml', { cloud: 'lab' });
    mkdirSync(join(command.folder, 'runs', name), { recursive: true });
    command.write(`runs/${name}/run.json`, forge('disable-compute', 'cnode01', [disable('cnode01', 'r')], { options: { reason: 'r' } }).record); // prettier-ignore
    command.write(`runs/${name}/results.jsonl`, '');
    for (const words of [[name], []]) {
      const { code, stderr } = await command.run(['run', '--resume', ...words, '--yes']);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/recorded on attackers-store.*resume it there, or add\s+--from-elsewhere/s)]); // prettier-ignore
    }
    const { stderr } = await command.run(['run', '--resume', name, '--yes', '--from-elsewhere']);
    expect(stderr).not.toMatch(/attackers-store/);
    // A record of this machine, as far as the record itself says, and a later one of the store's.
    const own = '20251231T000000.000Z-abcdef';
    mkdirSync(join(command.folder, 'runs', own), { recursive: true });
    const by = { host: hostname(), pid: 1, identity: 'gone' };
    command.write(`runs/${own}/run.json`, forge('delete-stuck-server', 'web1', [reset(server), deleted(true), proved(server)], { options: { yesItRuns: true }, by }).record); // prettier-ignore
    command.write(`runs/${own}/results.jsonl`, '');
    const unnamed = await command.run(['run', '--resume', '--yes']);
    expect([unnamed.code, unnamed.stderr.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining(`the latest run that is left open is ${own}, and with --yes nobody looks whether it is the right one; name it: \`stackward run --resume ${own} --yes\``)]); // prettier-ignore
    const unsaid = await command.run(['run', '--resume', own, '--yes']);
    expect([unsaid.code, unsaid.stderr.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('its record says that the server may be deleted although it runs (--yes-it-runs); give --yes-it-runs once more beside --resume')]); // prettier-ignore
  } finally {
    command.remove();
  }
});
