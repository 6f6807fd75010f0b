/** No program that stackward starts on the way to a host has a secret in its environment, whatever the user's ssh configuration does. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { SshHost } from '../../adapters/host/ssh-host';
import { makeNamespace } from '../contract/host-network-suite';
import { askFacts } from '../support/host-failure';
import { Sshd } from '../support/sshd';

const secrets = {
  OS_PASSWORD: 'hunter2-keystone',
  OS_TOKEN: 'hunter2-token',
  TF_VAR_password: 'hunter2-terraform',
  STACKWARD_NEUTRON_PASSWORD: 'hunter2-database',
  AWS_SECRET_ACCESS_KEY: 'hunter2-backend',
  // A name that ssh itself would read, with a program to run.
  SSH_ASKPASS: '/tmp/hunter2-askpass',
};
const kept = { SSH_AUTH_SOCK: '/nowhere/agent', XDG_RUNTIME_DIR: '/run/user/0', KRB5CCNAME: '/nowhere/tickets' };

let folder: string;
let before: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync('/tmp/stackward-environment-');
  before = { ...process.env };
  Object.assign(process.env, secrets, kept);
});
afterAll(() => {
  for (const name of Object.keys({ ...secrets, ...kept })) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
  rmSync(folder, { recursive: true, force: true });
});

const leaked = (text: string): string[] => text.match(/\w+=[^\0\n]*hunter2[^\0\n]*/g) ?? [];
const environOf = (pid: string): string => readFileSync(`/proc/${pid}/environ`, 'latin1');
const pids = (pattern: string): string[] =>
  spawnSync('pgrep', ['-f', pattern], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);

describe('ssh', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    // A host that takes every variable that it is sent, and says so.
    sshd = await Sshd.start(['AcceptEnv *', `ForceCommand env >>${folder}/there; exec sh -c "$SSH_ORIGINAL_COMMAND"`]);
  });
  afterAll(() => sshd.stop());

  test('has no secret of stackward in /proc, hands none to ProxyCommand or Match exec, and sends none with SendEnv *', async () => {
    const proxy = join(folder, 'proxy');
    writeFileSync(proxy, `env >${folder}/proxy-env\nexec /usr/sbin/sshd -i -f ${sshd.folder}/sshd_config\n`);
    const lines = ['SendEnv *', `ProxyCommand sh ${proxy}`];
    const way = sshd.addWay('leaky', { lines });
    writeFileSync(sshd.configFile, `Match exec "env >${folder}/match-env"\n  SendEnv *\n`, { flag: 'a' });
    const host = new SshHost('cnode01', { destination: way, configFile: sshd.configFile });
    expect(await askFacts(host)).toMatchObject([{ ok: true }]);
    const [client = '', ...others] = pids(`^ssh -F ${sshd.configFile} `);
    expect(others).toEqual([]);
    const seen = [
      environOf(client),
      ...['proxy-env', 'match-env', 'there'].map((name) => readFileSync(join(folder, name), 'utf8')),
    ];
    await host.close();
    expect(seen.map(leaked)).toEqual([[], [], [], []]);
    expect(seen[0]).toContain('SSH_AUTH_SOCK=/nowhere/agent');
    expect(seen[1]).toContain('KRB5CCNAME=/nowhere/tickets');
  });
});

describe('this machine', () => {
  /** A `sh` that tells its environment, first in PATH. */
  const telling = (): void => {
    writeFileSync(join(folder, 'sh'), `#!/bin/sh\nenv >>${folder}/local-env\nexec /bin/sh "$@"\n`, { mode: 0o755 });
    process.env.PATH = `${folder}:${before.PATH}`;
  };
  afterEach(() => {
    process.env.PATH = before.PATH;
    rmSync(join(folder, 'local-env'), { force: true });
  });

  test.each([
    ['without a namespace', () => undefined],
    ['in a network namespace', makeNamespace],
  ])('gives the shell and all processes below it no secret: %s', async (_, make) => {
    const namespace = make();
    try {
      telling();
      const host = new LocalHost('here', namespace === undefined ? {} : { namespace: namespace.name });
      expect(await askFacts(host)).toMatchObject([{ ok: true }]);
      const seen = readFileSync(join(folder, 'local-env'), 'utf8');
      expect(seen).toContain('LC_ALL=C');
      expect(leaked(seen)).toEqual([]);
    } finally {
      namespace?.remove();
    }
  });
});
