/** The suites over ssh, as users who may run Python through sudo: one with the oldest Python, and one of csh. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SshHost } from '../../adapters/ssh-host';
import { makeLogin, type Login } from '../support/login';
import { Sshd } from '../support/sshd';
import { fileContract } from './host-suite';
import { networkContract } from './host-network-suite';

let sshd: Sshd;
const logins: Login[] = [];
beforeAll(async () => {
  sshd = await Sshd.start();
});
afterAll(async () => {
  for (const login of logins) login.remove();
  await sshd.stop();
});

const open = (destination: string): SshHost => new SshHost('cnode01', { destination, configFile: sshd.configFile });

const python2 = findPython2();
if (python2 === undefined) {
  const reason = 'there is no Python 2.7: put python2.7 into PATH, or have pyenv with 2.7';
  if (process.env.CI) throw new Error(`${reason}; CI leaves nothing out`);
  process.stdout.write(`skipped, the host suites with Python 2.7: ${reason}\n`);
} else {
  let user: string | undefined;
  let ways = 0;
  // A login whose shell reads no start file, which may set PATH.
  const withPython2 = (name: string, namespace?: string): SshHost => {
    const program = join(sshd.folder, 'python3');
    user ??= login('/bin/sh', [`${program} -ES -c *`]);
    writeFileSync(program, `#!/bin/sh\nexec ${python2} "$@"\n`, { mode: 0o755 });
    const path = `${sshd.folder}:/usr/sbin:/usr/bin`;
    return open(sshd.addWay(`${name}-${++ways}`, { user, path, ...(namespace === undefined ? {} : { namespace }) }));
  };
  fileContract('ssh, Python 2.7', async () => {
    const host = withPython2('python2');
    const [facts] = await host.read([{ verb: 'facts' }]);
    expect(facts).toMatchObject({ ok: true, value: { python: expect.stringMatching(/^2\.7\./) as unknown } });
    return host;
  });
  networkContract('ssh, Python 2.7', (namespace) => Promise.resolve(withPython2(`python2-${namespace}`, namespace)));
}

fileContract('ssh, csh', () => {
  const user = login('/bin/csh', ['/usr/bin/python3 -ES -c *']);
  return Promise.resolve(open(sshd.addWay('csh', { user })));
});

function login(shell: string, commands: readonly string[]): string {
  const made = makeLogin(shell, commands);
  logins.push(made);
  return made.name;
}

/** A Python 2.7 that runs; Debian 12 has none. */
function findPython2(): string | undefined {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv).filter((version) => version.startsWith('2.7')) : [];
  const candidates = ['python2.7', ...versions.map((version) => join(pyenv, version, 'bin/python2.7'))];
  for (const candidate of candidates) {
    try {
      const print = 'import sys; sys.stdout.write(sys.executable)';
      return execFileSync(candidate, ['-c', print], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      // Not this one.
    }
  }
  return undefined;
}
