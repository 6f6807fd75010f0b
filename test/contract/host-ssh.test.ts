/** The suites over ssh, as users who may run Python through sudo: one with the oldest Python, and one of csh (cases 1110, 1020). */
import { defined } from '../../lib/basics/defined';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost } from '../../adapters/host/ssh-host';
import { sentAlong } from '../support/host-failure';
import { makeLogin, type Login } from '../support/login';
import { findPython2 } from '../support/python2';
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

const python2 = findPython2('the host suites over ssh');
if (python2 !== undefined) {
  let user: string | undefined;
  let ways = 0;
  // A login whose shell reads no start file, which may set PATH.
  const withPython2 = (name: string, namespace?: string): SshHost => {
    const program = join(sshd.folder, 'python3');
    user ??= login('/bin/sh', [`${program} -ES -c *`]);
    writeFileSync(program, `#!/bin/sh\nexec ${python2} "$@"\n`, { mode: 0o755 });
    const path = `${sshd.folder}:/usr/sbin:/usr/bin`;
    return open(sshd.addWay(`${name}-${++ways}`, { user, path, ...defined({ namespace }) }));
  };
  fileContract('ssh, Python 2.7', async () => {
    const host = withPython2('python2');
    const [facts] = await host.read([{ verb: 'facts' }]);
    expect(facts).toMatchObject({ ok: true, value: { python: expect.stringMatching(/^2\.7\./) as unknown } });
    return host;
  });
  networkContract('ssh, Python 2.7', (namespace) => Promise.resolve(withPython2(`python2-${namespace}`, namespace)));
}

let cshUser: string | undefined;
const withCsh = (name: string, namespace?: string): SshHost => {
  cshUser ??= login('/bin/csh', [sentAlong]);
  return open(sshd.addWay(name, { user: cshUser, ...defined({ namespace }) }));
};
fileContract('ssh, csh', () => Promise.resolve(withCsh('csh')));
networkContract('ssh, csh', (namespace) => Promise.resolve(withCsh(`csh-${namespace}`, namespace)));

function login(shell: string, commands: readonly string[]): string {
  const made = makeLogin(shell, commands);
  logins.push(made);
  return made.name;
}
