/**
 * The helpers with privileges that the lab's Neutron agents start. Calls that come at once are answered, also when the kernel
 * stops a thread of the helper while it holds the lock of Python's logging.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../lab/command';
import { COMPUTE_HOSTS, describeLab, LAB_VERSION } from '../../lab/environment';
import { writeFiles } from '../../lab/files';
import { Queues } from '../../lab/probes';
import { declareStack } from '../../lab/stack';
import { agentService } from '../../lab/stack/compute-host';
import { l3Service } from '../../lab/stack/l3-agent';

const passwords = { services: 'secret-1', admin: 'secret-2', member: 'secret-3', stackward: 'secret-4' };
const lab = describeLab(mkdtempSync(join(tmpdir(), 'stackward-privsep-')), {
  version: LAB_VERSION,
  slot: 0,
  passwords,
});
const components = declareStack(lab, new Queues(lab));
const slowed = join(lab.folder, 'slowed');

/** Each thread of a helper is stopped for a while when it holds the lock. */
const SLOW_LOGGING = `
import logging, sys, time
if '--privsep_context' in sys.orig_argv:
    def slowly(self, level=logging.Logger.getEffectiveLevel):
        time.sleep(0.2)
        return level(self)
    logging.Logger.getEffectiveLevel = slowly
`;

const LIST_HELPERS = `
import json
from oslo_config import cfg
from oslo_privsep.priv_context import PrivContext
import neutron.privileged
cfg.CONF([], project='neutron')
contexts = [each for each in vars(neutron.privileged).values() if isinstance(each, PrivContext)]
print(json.dumps({each.pypath: each.helper_command('/socket') for each in contexts}))
`;

/** The half minute passes only where a call gets no answer. */
const CALL_TWICE = `
import threading
from oslo_config import cfg
from neutron.privileged import namespace_cmd
from neutron.privileged.agent.linux.ip_lib import list_netns
cfg.CONF([], project='neutron')
answers = []
both = threading.Barrier(2)
def call():
    both.wait()
    answers.append(list_netns())
namespace_cmd.start()
threads = [threading.Thread(target=call, daemon=True) for _ in range(2)]
for each in threads: each.start()
for each in threads: each.join(30)
print(len(answers), flush=True)
`;

/** Runs a program of Python as this agent, and ends the helpers that it started. */
async function runAs(service: string, program: string): Promise<string> {
  const declared = components.flatMap(({ services }) => services ?? []).find(({ name }) => name === service);
  const child = spawn('/usr/bin/python3', ['-c', program], {
    // As on a machine with two processors, and with another sitecustomize.py than Debian's.
    env: {
      ...childEnvironment(lab),
      ...declared?.environment,
      OS_PRIVSEP_NAMESPACE__THREAD_POOL_SIZE: '2',
      PYTHONPATH: slowed,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await ended;
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // Its helpers have ended with it.
  }
  return said;
}

beforeAll(() => {
  writeFiles(
    lab,
    components.flatMap(({ files }) => files ?? []),
  );
  mkdirSync(slowed);
  writeFileSync(join(slowed, 'sitecustomize.py'), SLOW_LOGGING);
});
afterAll(() => rmSync(lab.folder, { recursive: true }));

test.each([l3Service, ...COMPUTE_HOSTS.map(agentService)])(
  "each helper of %s is the lab's, with the agent's configuration",
  async (service) => {
    const helpers = JSON.parse(await runAs(service, LIST_HELPERS)) as Record<string, string[]>;

    expect(Object.keys(helpers)).toContain('neutron.privileged.link_cmd');
    const config = service.replace('neutron-', '');
    for (const [context, command] of Object.entries(helpers))
      expect(command).toEqual([
        '/usr/bin/python3',
        `${lab.folder}/bin/entry_point.py`,
        'privsep-helper=privsep_helper:main',
        `--config-file=${lab.folder}/etc/neutron/${config}.conf`,
        '--privsep_context',
        context,
        '--privsep_sock_path',
        '/socket',
      ]);
  },
);

test('two calls that come to a new helper at once are both answered', async () => {
  expect(await runAs(l3Service, CALL_TWICE)).toBe('2\n');
});
