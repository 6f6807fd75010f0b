/** The services of a host, where its program is of an earlier version. */
import { UnrecoverableError } from '../../lib/basics/errors';
import { readConfiguredServices } from '../../lib/host-services/configured-services';
import type { HostRead, HostReader } from '../../lib/hosts/host';
import { readHostServices, tooOldForServices } from '../../reports/host-services';
import { untried } from '../../reports/looked';
import { memoryNow, memoryServiceHost, serviceProcess, servicesOf } from '../support/memory-service-host';

test('an older host program, which refuses to tell of services, is said to be older, and how to mend that', async () => {
  const refused = {
    ok: false,
    reason: 'refused',
    error: new UnrecoverableError('no verb of a request'),
    isUnknown: true,
  } as const;
  const read = (questions: readonly unknown[]) => Promise.resolve(questions.map(() => refused));
  const host = { name: 'cnode01', stateFolder: '/var/lib/stackward', read } as unknown as HostReader;
  expect(await readHostServices(host)).toEqual(untried(tooOldForServices));
});

test('files for which a full answer has no room are asked for again, and a file that is too large by itself is asked for twice', async () => {
  const files = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((name) => [`/etc/nova/${name}.conf`, '[DEFAULT]\nx = 1\n']),
  );
  const args = Object.keys(files).flatMap((path) => ['--config-file', path]);
  const memory = memoryServiceHost({ processes: [serviceProcess('nova-api', args)], files });
  const tooLarge = { ok: false, reason: 'too-large', error: new UnrecoverableError('too large') } as const;
  const asked: number[] = [];
  const read = async (questions: readonly HostRead[]) => {
    const answers = await memory.read(questions);
    const configs = questions.filter(({ verb }) => verb === 'read-config');
    if (configs.length > 0) asked.push(configs.length);
    return questions.map((question, index) => {
      if (question.verb !== 'read-config') return answers[index];
      return question.path === '/etc/nova/a.conf' || configs.indexOf(question) > 1 ? tooLarge : answers[index];
    });
  };
  const looked = await readHostServices({ ...memory, read } as HostReader);
  const [service] = looked.isRead ? looked.value.services : [];
  expect(service?.places.map(({ state }) => state.is)).toEqual(['unread', 'read', 'read', 'read']);
  expect(asked).toEqual([4, 3, 2, 1]);
});

const readNothing = async (paths: readonly string[]) =>
  paths.map(() => ({ ok: true, value: { exists: false } }) as const);

test.each([
  ['a report', async (host: HostReader) => servicesOf(host)],
  ['a kind', async (host: HostReader) => readConfiguredServices(host, [], readNothing)],
])('%s finds no service older than it is, however long its host takes for each answer', async (_, find) => {
  const memory = memoryServiceHost({ processes: [serviceProcess('nova-api', [])] });
  const started = memoryNow.getTime() - serviceProcess('nova-api', []).aliveSeconds * 1000;
  const read = async (questions: readonly HostRead[]) => {
    const answers = await memory.read(questions);
    return answers.map((answer, index) => {
      const value = answer.ok ? (answer.value as { time?: number; processes?: { aliveSeconds: number }[] }) : {};
      if (value.time !== undefined) return { ok: true, value: { time: value.time + index } };
      if (value.processes === undefined) return answer;
      const processes = value.processes.map((each) => ({ ...each, aliveSeconds: each.aliveSeconds + index }));
      return { ok: true, value: { ...value, processes } };
    });
  };
  const found = await find({ ...memory, read } as HostReader);
  const [process] = found?.services[0]?.processes ?? [];
  const seen = (found?.now.getTime() ?? 0) - (process?.aliveSeconds ?? 0) * 1000 - started;
  // One answer lies between the processes and the clock.
  expect(seen).toBe(1000);
});
