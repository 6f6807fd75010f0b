/** The kind with least privilege: an ordinary user whom sudoers lets run the installed program alone (docs/hosts.md). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost } from '../../adapters/host/ssh-host';
import { BridgeHosts, qvbOf, tapOf } from '../support/bridge-hosts';
import { makeLogin, type Login } from '../support/login';
import { Sshd } from '../support/sshd';

const port = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';
const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');

let sshd: Sshd;
let login: Login;
let installed: string;
let world: BridgeHosts;
const open: SshHost[] = [];
beforeAll(async () => {
  sshd = await Sshd.start();
  installed = join(sshd.folder, 'stackward-host');
  writeFileSync(installed, source, { mode: 0o755 });
  login = makeLogin('/bin/sh', [`${installed} ""`]);
  world = new BridgeHosts(['cnode01'], ({ name, namespace, stateFolder }) => {
    const destination = sshd.addWay(namespace.name, { user: login.name, namespace: namespace.name });
    const host = new SshHost(name, { destination, configFile: sshd.configFile, installed, stateFolder });
    open.push(host);
    return host;
  });
  world.get().plug(port);
  world.network.putPort({ id: port, hostId: 'cnode01' });
});
afterAll(async () => {
  for (const host of open) await host.close();
  world.remove();
  login.remove();
  await sshd.stop();
});

/** The limits of the program. */
const allow = (limits: object): void => writeFileSync(`${installed}.limits`, JSON.stringify(limits));

const wish = () => [world.manifest({ Port: { portId: port, hairpin: true } })];

test('an installed program with the state folder alone in its limits applies bridge flags, brings them back, and leaves no trace', async () => {
  allow({ read: [], write: [`${world.get().stateFolder}/`] });
  const { outcomes, problems } = await world.run(wish());
  expect([outcomes, problems]).toEqual([[['bridge-port.acme/Port', 'applied']], []]);
  expect(world.get().flags(port)).toEqual({ [tapOf(port)]: '1 1 1', [qvbOf(port)]: '0 1 1' });
  const removed = await world.run([world.manifest({})], { sweep: [{ owner: 'team-a', stacks: 'all' }] });
  expect(removed.problems).toEqual([]);
  expect(world.get().flags(port)).toEqual({ [tapOf(port)]: '0 1 1', [qvbOf(port)]: '0 1 1' });
  expect(world.get().records()).toEqual({});
});

test('an installed program without the state folder in its limits changes no flag, and the message names the limits', async () => {
  allow({ read: [`${world.get().stateFolder}/`], write: [] });
  const { outcomes, messages } = await world.run(wish());
  expect(outcomes).toEqual([['bridge-port.acme/Port', 'UnrecoverableError']]);
  expect(messages).toEqual([expect.stringMatching(/bridge-port-\w+\.json.*limits/)]);
  expect(world.get().flags(port)).toEqual({ [tapOf(port)]: '0 1 1', [qvbOf(port)]: '0 1 1' });
});
