/** What `stackward where` says where a host refuses a look. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownProjects } from '../../lib/openstack/services';
import { plain } from '../../lib/render/style';
import { readWhere } from '../../reports/where/read';
import { renderWhere, renderWhereJson, whereExitCode } from '../../reports/where/render';
import { memoryServiceHost, serviceProcess } from '../support/memory-service-host';

const processes = [serviceProcess('nova-api', ['--config-file', '/etc/nova/nova.conf'])];
const files = { '/etc/nova/nova.conf': '[DEFAULT]\nmy_ip = 192.0.2.1\n', '/etc/nova/policy.json': '{}' };
const clock = { show: (time: Date) => time.toISOString() };

async function whereOf(hidden: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const report = await readWhere(memoryServiceHost({ processes, files: { ...files, ...more }, hidden }), 'nova-api');
  return { report, text: renderWhere(report, clock, 80, plain), code: whereExitCode(report) };
}
const policyLine = (text: string): string | undefined => /^policy +(.*)$/m.exec(text)?.[1];

test('the policy file that is there is named', async () => {
  const { text, code } = await whereOf([]);
  expect([policyLine(text), code]).toEqual(['/etc/nova/policy.json (its usual place)', 0]);
});

test('a policy file that may not be looked at is said to be unread, since it would count over the next', async () => {
  const { report, text, code } = await whereOf(['/etc/nova/policy.yaml']);
  expect([policyLine(text), code]).toEqual(['not looked at: it may not be read', 1]);
  const { found } = JSON.parse(renderWhereJson(report, 'c', '1')) as { found: { notLookedAt: string[] }[] };
  expect(found[0]?.notLookedAt).toEqual(['the policy file: it may not be read']);
});

test('a file that may not be looked at behind the one that counts changes nothing', async () => {
  const { text, code } = await whereOf(['/etc/nova/policy.json'], { '/etc/nova/policy.yaml': '{}' });
  expect([policyLine(text), code]).toEqual(['/etc/nova/policy.yaml (its usual place)', 0]);
});

test.each([
  ['dpkg-query', 'packages'],
  ['boot-log', 'start'],
  ['listeners', 'listens'],
  ['systemctl', 'unit'],
])('where %s is refused, %s is said to be not looked at, and the answer is no 0', async (name, title) => {
  const { report, text, code } = await whereOf([name]);
  expect([new RegExp(`^${title} +(.*)$`, 'm').exec(text)?.[1], code]).toEqual(['not looked at: it may not be read', 1]);
  expect(renderWhereJson(report, 'c', '1')).toContain('it may not be read');
});

const container = { service: 'nova-api', pid: 100, runtime: 'docker', container: 'ab'.repeat(32) } as const;

test('a service in a container runs, and nothing of the host is said to be its unit, package, log or policy', async () => {
  const contained = [serviceProcess('nova-api', [], { isContained: true })];
  const containers = [{ ...container, sharesNetwork: true }];
  const report = await readWhere(memoryServiceHost({ processes: contained, containers, files }), 'nova-api');
  const text = renderWhere(report, clock, 80, plain);
  expect(text).toMatch(/^nova-api on cnode01: runs in a container\n/);
  expect(text).toMatch(/^contained +docker abababababab: 1 process$/m);
  for (const title of ['unit', 'reads', 'policy', 'logs'])
    expect(text).toMatch(new RegExp(`^${title} +not looked at: it runs in a container`, 'm'));
  expect(whereExitCode(report)).toBe(1);
});

test('a service in a container with a network of its own is not said to be down', async () => {
  const containers = [{ ...container, runtime: 'lxc', container: 'infra1_nova_api', sharesNetwork: false } as const];
  const report = await readWhere(memoryServiceHost({ processes: [], containers }), 'nova-api');
  const text = renderWhere(report, clock, 80, plain);
  expect(text).toMatch(/^nova-api on cnode01: runs in a container\n/);
  expect(text).toMatch(/^contained +lxc infra1_nova_api, in a network namespace of its own: 1 process$/m);
  expect(whereExitCode(report)).toBe(1);
});

test('a program that does not look into containers says so beside a service that does not run', async () => {
  const report = await readWhere(memoryServiceHost({ processes: [], hidden: ['contained-services'] }), 'nova-api');
  expect(renderWhere(report, clock, 80, plain)).toMatch(/^besides +not looked at: it may not be read$/m);
  expect(whereExitCode(report)).toBe(2);
});

test('a service that is none of OpenStack is refused, and is not told to be down', async () => {
  const host = memoryServiceHost({ processes });
  await expect(readWhere(host, 'rabbitmq-server')).rejects.toThrow(
    /^unknown service "rabbitmq-server": .* nova, .*; name one of them/,
  );
});

test('a misspelt name leads to the service that runs', async () => {
  const report = await readWhere(memoryServiceHost({ processes }), 'nova-appi');
  const text = renderWhere(report, clock, 80, plain);
  expect([/^meant +(.*)$/m.exec(text)?.[1], whereExitCode(report)]).toEqual(['did you mean nova-api?', 2]);
});

test('the report knows the projects that the host program finds', () => {
  const program = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
  const [, projects = ''] = /^PROJECTS = \(((?:'[^']*'\s*)+)\)/m.exec(program) ?? [];
  expect(projects.replace(/['\s]/g, '').split('|')).toEqual(knownProjects);
});
