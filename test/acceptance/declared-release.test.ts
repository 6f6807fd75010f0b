/** The command against the lab, which runs Zed: a manifest that declares another release is refused by what the real APIs say. */
import { readFileSync } from 'node:fs';
import { CommandFolder, type Ended } from '../support/command';
import { LabLock } from '../support/lab-lock';
import { getLab } from '../support/lab-cloud';

const lab = getLab();
const rule = 'create_port:fixed_ips:ip_address';
let command: CommandFolder;

let policyFiles: LabLock;

beforeAll(async () => {
  policyFiles = await LabLock.take('policy-files');
  command = new CommandFolder(lab.environment);
  command.write('stackward.yaml', readFileSync(lab.stackwardYaml, 'utf8'));
}, 900_000);
afterAll(async () => {
  command?.remove();
  await policyFiles?.release();
});

function plan(release: string): Promise<Ended> {
  const spec = { service: 'neutron', rule, role: 'nobodys-role', release, reason: 'acceptance' };
  const resources = { 'shared/Grant': { kind: 'policy-rule', spec, dependsOn: [] } };
  const manifest = { schemaVersion: '1.0', owner: 'declared-release', stack: 'shared', release, resources };
  return command.run(['plan', '--manifest', '-'], JSON.stringify(manifest));
}

test('a code that declares Kilo for a cloud of Zed is Blocked with the evidence of each API, and no grant is planned', async () => {
  const { code, stdout } = await plan('kilo');
  expect(stdout).toMatch(/release kilo\n {2}Nova's API goes up to 2.93, which is zed; .*stack shared says kilo\./);
  expect(stdout).toContain("set release: 'zed'");
  expect(stdout).toContain('Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.');
  expect(code).toBe(1);
});

test('a code that declares Zed for a cloud of Zed gets no warning, and the plan shows the rule that the file leaves out beside its default', async () => {
  const { code, stdout } = await plan('zed');
  expect(stdout).not.toContain('release zed');
  expect(stdout).toMatch(
    /~ create_port:fixed_ips:ip_address = .*rule:network_owner.* \(no line in the file\) -> \(.*\) or role:nobodys-role/,
  );
  expect(code).toBe(2);
});
