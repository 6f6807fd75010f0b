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
