/** Policy grants on one host, beside Ansible in check mode. Both read and write nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ComputeHosts } from '../test/support/compute-hosts';
import { login } from './exceptions';
import { inTurn, median, medianUsage, runNode, runProgram, type Usage } from './measure';
import { measured, type Measured } from './results';

const rounds = 3;
const count = 50;
const rules = Array.from({ length: count }, (_, index) => `get_thing_${index}`);

/** @param empty runs a plan of a manifest without targets */
export async function benchGrants(
  bundle: string,
  empty: () => Promise<Usage>,
  say: (text: string) => void,
): Promise<Measured[]> {
  if (!hasAnsible()) {
    say("No ansible-playbook here (Debian's package ansible): policy grants are left out.");
    return [];
  }
  say(`${count} policy grants, and Ansible's lineinfile and replace in check mode, three times each …`);
  const hosts = await ComputeHosts.make(1);
  try {
    const [host = ''] = hosts.names;
    const policy = writeService(hosts);
    hosts.command.write(
      'stackward.yaml',
      stringify({
        hosts: [{ ssh: '{host}', sshConfig: hosts.sshd.configFile, stateFolder: join(hosts.folder, 'state') }],
        services: { neutron: { hosts: [host], configFiles: [join(hosts.folder, 'neutron.conf')] } },
      }),
    );
    hosts.command.write('manifest.json', manifest);
    const inventory = `${host} ansible_ssh_common_args="-F ${hosts.sshd.configFile}" ansible_python_interpreter=/usr/bin/python3\n`;
    hosts.command.write('inventory', inventory);
    hosts.command.write('lineinfile.yaml', playbook(host, policy, lineinfile));
    hosts.command.write('replace.yaml', playbook(host, policy, replace));
    const ansible = (file: string) => () =>
      runProgram('ansible-playbook', ['--check', '-i', 'inventory', file], hosts.command.folder);
    const [ours, lines, replaced, starts, logins] = await inTurn(
      rounds,
      async () =>
        (
          await runNode([bundle, 'plan', '--manifest', 'manifest.json'], {
            cwd: hosts.command.folder,
            env: { ...process.env, ...hosts.env },
            allowed: [2],
          })
        ).seconds,
      ansible('lineinfile.yaml'),
      ansible('replace.yaml'),
      empty,
      () => login(hosts, host),
    );
    const what = `plan of ${count} policy grants`;
    const target = { target: { of: 'ratio', atMost: 1 / 50 } } as const;
    return [
      measured(what, [median(ours), median(lines)], 's', `Ansible, ${count} × lineinfile --check`, target),
      measured(
        `${what}, beside replace`,
        [median(ours), median(replaced)],
        's',
        `Ansible, ${count} × replace --check`,
        target,
      ),
      measured(
        `floor of ${what}: start and login alone`,
        [medianUsage(starts).seconds + median(logins), median(lines)],
        's',
        `Ansible, ${count} × lineinfile --check`,
        { remark: 'a plan without targets, and `ssh HOST true`' },
      ),
    ];
  } finally {
    await hosts.remove();
  }
}

function hasAnsible(): boolean {
  try {
    execFileSync('ansible-playbook', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes a Neutron of Zed whose policy file has every rule. Returns the file's path. */
function writeService({ folder }: ComputeHosts): string {
  const policy = join(folder, 'policy.yaml');
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'neutron.conf'), `[oslo_policy]\npolicy_file = ${policy}\n`);
  writeFileSync(policy, rules.map((rule) => `"${rule}": "role:admin"\n`).join(''));
  return policy;
}

const manifest = {
  schemaVersion: '1.0',
  owner: 'bench',
  stack: 'bench',
  resources: Object.fromEntries(
    rules.map((rule) => [
      `bench/${rule}`,
      {
        kind: 'policy-rule',
        spec: { service: 'neutron', rule, role: 'member', release: 'zed', reason: 'bench' },
        dependsOn: [],
      },
    ]),
  ),
};

type Task = (path: string, rule: string) => object;
const lineinfile: Task = (path, rule) => ({
  'ansible.builtin.lineinfile': { path, regexp: `^"${rule}":`, line: `"${rule}": "(role:admin) or role:member"` },
});
const replace: Task = (path, rule) => ({
  'ansible.builtin.replace': {
    path,
    regexp: `^"${rule}": "role:admin"$`,
    replace: `"${rule}": "(role:admin) or role:member"`,
  },
});
const playbook = (hosts: string, path: string, task: Task): string =>
  JSON.stringify([{ hosts, gather_facts: false, tasks: rules.map((rule) => task(path, rule)) }]);
