/**
 * Both kinds with least privilege: over sshd, by an ordinary user whom sudoers lets run the installed program alone
 * (docs/hosts.md).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost } from '../../adapters/host/ssh-host';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { makeLogin, type Login } from '../support/login';
import { Sshd } from '../support/sshd';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
const unit = '/etc/systemd/system/stackward-restore.service';
const sweep = [{ owner: 'team-a', stacks: 'all' as const }];

let sshd: Sshd;
let login: Login;
let installed: string;
let world: FirewallHosts;
let machine: FirewallMachine;
const open: SshHost[] = [];
beforeAll(async () => {
  sshd = await Sshd.start();
  installed = join(sshd.folder, 'stackward-host');
  writeFileSync(installed, source, { mode: 0o755 });
  login = makeLogin('/bin/sh', [`${installed} ""`]);
  world = new FirewallHosts(['cnode01'], {
    open: ({ name, namespace }) => {
      const destination = machine.addTo(sshd, `${namespace.name}-${open.length}`, login.name);
      const host = new SshHost(name, { destination, configFile: sshd.configFile, installed });
      open.push(host);
      return host;
    },
  });
  machine = await FirewallMachine.start(world.get().namespace.name);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
});
afterAll(async () => {
  for (const host of open) await host.close();
  await machine.stop();
  world.remove();
  login.remove();
  await sshd.stop();
});

/** The limits of the program. */
const allow = (limits: object): void => writeFileSync(`${installed}.limits`, JSON.stringify(limits));

function wish() {
  const exceptions = manifestOf({ Branch: exception({ release: 'mitaka' }) });
  const boot = manifestOf(
    { BootRestore: { exceptions: [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }] } },
    { kind: 'boot-restore' },
  );
  return [{ ...exceptions, resources: [...exceptions.resources, ...boot.resources] }];
}

test("an installed program with the limits of the kind's page applies exceptions, removes them, and leaves no trace", async () => {
  const text = readFileSync(join(__dirname, '../../docs/kinds/boot-restore.md'), 'utf8');
  allow(JSON.parse(/```json\n([^`]*)```/.exec(text)![1]!) as object);
  const host = world.get();
  const before = [host.lines(4), host.lines(6)];
  const { outcomes, problems } = await world.run(wish());
  expect([outcomes.map(([, outcome]) => outcome), problems]).toEqual([['applied', 'applied'], []]);
  expect(host.ours().some((line) => line.includes('--mac-source'))).toBe(true);
  expect(machine.read(unit)).toContain(`-ES ${installed} --restore-at-boot /var/lib/stackward;`);
  expect((await world.plan(wish(), sweep)).steps).toEqual([]);
  const removal = await world.run([manifestOf({})], { sweep });
  const back = await world.run(removal.undo());
  expect([removal.problems, back.problems, host.ours().length > 0]).toEqual([[], [], true]);
  expect((await world.run([manifestOf({})], { sweep })).problems).toEqual([]);
  expect([host.lines(4), host.lines(6), machine.read(unit)]).toEqual([...before, undefined]);
});

test('an installed program without these limits writes no file, and the message names the limits', async () => {
  allow({ read: ['/etc/', '/var/lib/stackward/'], write: [] });
  const host = world.get();
  const { outcomes, messages } = await world.run(wish());
  expect(outcomes.map(([, outcome]) => outcome)).toEqual(['UnrecoverableError', 'UnrecoverableError']);
  for (const message of messages) expect(message).toMatch(/\.limits file/);
  expect(messages).toContainEqual(
    expect.stringMatching(/^host:cnode01: swap-boot-files failed: \/var\/lib\/stackward /),
  );
  expect(messages).toContainEqual(
    expect.stringMatching(/its rules are in place as declared, and what changed of them does not come back/),
  );
  expect([host.ours().length > 0, host.stored(), machine.read(unit)]).toEqual([true, {}, undefined]);
});
