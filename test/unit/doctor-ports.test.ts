/** SW-4011 over recorded hosts: an API that runs and does not hold its port, and those that do. */
import type { Endpoint } from '../../lib/contract/report-ports';
import type { Listener, ServiceProcess } from '../../lib/hosts/service-answers';
import { judgePorts } from '../../reports/doctor/checks/ports';
import type { Result } from '../../reports/doctor/check';
import { read } from '../../reports/looked';
import { servicesOf, memoryServiceHost, serviceProcess } from '../support/memory-service-host';

const conf = '/etc/nova/nova.conf';
const listener = (port: number, ...holders: readonly (readonly [number, string])[]): Listener => ({
  address: '0.0.0.0',
  port,
  holders: holders.map(([pid, program]) => ({ pid, program })),
});
const compute: Endpoint = { service: 'compute', interface: 'public', region: 'R', url: 'http://api.example:8774/v2.1' };

async function judge(
  processes: readonly ServiceProcess[],
  listeners: readonly Listener[],
  text = '[DEFAULT]\n',
): Promise<readonly Result[]> {
  const services = await servicesOf(memoryServiceHost({ processes, listeners, files: { [conf]: text } }));
  const answer = { isAnswer: true, status: 200, saysVersions: true } as const;
  return judgePorts({
    hosts: [{ host: 'ctl', services: read(services) }],
    knocks: read([{ endpoint: compute, answer }]),
  });
}

const novaApi = (more: Partial<ServiceProcess> = {}, name = 'nova-api') =>
  serviceProcess(name, ['--config-file', conf], more);
const words = (results: readonly Result[]) =>
  results.map((each) => `${each.result} ${each.subject}: ${'found' in each ? each.found : each.why}`);

test('each API that a process or one of its workers holds the port of is fine', async () => {
  const worker = novaApi({ pid: 101, parent: 100 });
  const sockets = [listener(8774, [101, 'nova-api']), listener(8775, [100, 'nova-api'], [101, 'nova-api'])];
  expect(words(await judge([novaApi(), worker], sockets))).toEqual([
    'fine ports on ctl: each holds its port: nova-api osapi_compute, nova-api metadata',
  ]);
});

test('another process that holds the port is named, with enabled_apis and its place', async () => {
  const [fault, ...more] = await judge(
    [novaApi()],
    [listener(8774, [7, 'nova-api-os-com']), listener(8775, [100, 'nova-api'])],
    '[DEFAULT]\nenabled_apis = osapi_compute, metadata\n',
  );
  expect(more).toEqual([]);
  expect(fault).toMatchObject({
    result: 'fault',
    subject: 'nova-api on ctl',
    found: 'It runs, and another process holds 8774, the default of osapi_compute_listen_port: nova-api-os-com (7).',
    evidence: [`enabled_apis is osapi_compute, metadata by ${conf}:2`, '0.0.0.0:8774 is held by nova-api-os-com (7)'],
  });
});

test('a port on which nothing listens is named by the line that sets it', async () => {
  const text = '[DEFAULT]\nenabled_apis = osapi_compute\nosapi_compute_listen_port = 18774\n';
  expect(words(await judge([novaApi()], [listener(8774, [100, 'nova-api'])], text))).toEqual([
    `fault nova-api on ctl: It runs, and nothing listens on 18774, osapi_compute_listen_port of ${conf}:3.`,
  ]);
});

test('enabled_apis that leave out the API to which the catalogue leads are a fault, unless another service serves it', async () => {
  const text = '[DEFAULT]\nenabled_apis = metadata\n';
  const sockets = [listener(8775, [100, 'nova-api']), listener(8774, [200, 'nova-api-os-com'])];
  expect(words(await judge([novaApi()], sockets, text))[0]).toBe(
    'fault nova-api on ctl: It runs, and its enabled_apis leave out osapi_compute, to which the catalogue sends every client.',
  );
  const separate = novaApi({ pid: 200 }, 'nova-api-os-compute');
  expect(words(await judge([novaApi(), separate], sockets, text))).toEqual([
    'fine ports on ctl: each holds its port: nova-api metadata, nova-api-os-compute osapi_compute',
  ]);
});

test('an API in a web server is left out, and a port whose holder is not told is not looked at', async () => {
  expect(words(await judge([novaApi({ python: null })], [listener(8774, [5, 'uwsgi'])]))).toEqual([
    'not looked at ports on ctl: no service there opens a port of an API by itself; in a web server, which names the port itself: nova-api',
  ]);
  const sockets = [listener(8774), listener(8775, [100, 'nova-api'])];
  expect(words(await judge([novaApi()], sockets))).toEqual([
    'fine ports on ctl: each holds its port: nova-api metadata',
    'not looked at nova-api on ctl: the host does not tell who holds the port of osapi_compute',
  ]);
});
