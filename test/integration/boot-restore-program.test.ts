/** Which program restores exceptions when a host starts: an installed one, the copy of one that was sent, or the script of older releases. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { all, copy, job, nobody, target, unit, wish } from '../support/boot-files';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { portId } from '../support/firewall-texts';
import { findPython2 } from '../support/python2';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

let world: FirewallHosts;
let machine: FirewallMachine;
afterEach(async () => {
  await machine.stop();
  world.remove();
  for (const path of [unit, target, job, copy]) expect([path, existsSync(path)]).toEqual([path, false]);
});

async function make(): Promise<void> {
  world = new FirewallHosts(['cnode01'], { open: (host) => machine.host(host.name) });
  machine = await FirewallMachine.start(world.get().namespace.name);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
}

const boot = () => expect(machine.boot()).toEqual({ code: 0, stderr: '' });

const oldScript = '/var/lib/stackward/restore-at-boot';
const oldHeader = '# This file is kept by stackward for every owner on this host';

test("an older release's script in the state folder and its unit are replaced by the next apply, or removed", async () => {
  await make();
  const old = [
    `mkdir -p -m 700 /var/lib/stackward && mkdir -p ${dirname(target)}`,
    `printf '#!/bin/sh\\n${oldHeader}\\nexit 0\\n' >${oldScript} && chmod 755 ${oldScript}`,
    `printf '${oldHeader}\\n[Service]\\nExecStart=/bin/sh ${oldScript}\\n' >${unit}`,
    `printf '${oldHeader}\\n[Unit]\\nWants=stackward-restore.service\\n' >${target}`,
  ].join('\n');
  machine.run('sh', '-ec', old);
  const { planned, problems } = await world.run(wish());
  expect(problems).toEqual([]);
  expect(planned.steps[0]?.because).toMatch(/runs a script that stands in the state folder/);
  expect([machine.read(oldScript), machine.read(unit)]).toEqual([undefined, expect.stringContaining(copy)]);
  boot();
  machine.run('sh', '-ec', old);
  expect((await world.run(nobody(), { sweep: all('team-a') })).problems).toEqual([]);
  expect([unit, target, copy, oldScript].map((path) => machine.read(path))).toEqual(Array(4).fill(undefined));
});

test('a pipeline with an installed program and one that sends it along undo nothing of each other', async () => {
  const installed = '/usr/local/lib/stackward/stackward-host';
  let isInstalled = true;
  world = new FirewallHosts(['cnode01'], {
    open: ({ name }) => machine.host(name, isInstalled ? { installed } : {}),
  });
  machine = await FirewallMachine.start(world.get().namespace.name);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  const source = join(__dirname, '../../host/stackward-host.py');
  machine.run(
    'sh',
    '-ec',
    `install -D -m 755 ${source} ${installed}; echo '{"write":["/var/lib/stackward/"]}' >${installed}.limits`,
  );
  expect((await world.run(wish())).problems).toEqual([]);
  expect([machine.read(unit), machine.read(copy)]).toEqual([expect.stringContaining(installed), undefined]);
  isInstalled = false;
  expect((await world.plan(wish())).steps).toEqual([]);
  boot();
  // The program that the unit runs is gone. The next apply therefore makes the unit run the copy.
  machine.run('mv', installed, `${installed}.gone`);
  expect((await world.run(wish())).problems).toEqual([]);
  expect([machine.read(unit), machine.read(copy)]).toEqual([expect.stringContaining(copy), expect.any(String)]);
  machine.run('mv', `${installed}.gone`, installed);
  machine.run('sh', '-c', `echo '# of another release' >>${copy}`);
  isInstalled = true;
  expect((await world.plan(wish())).steps).toEqual([]);
  isInstalled = false;
  expect((await world.run(wish())).outcomes).toEqual([['boot-restore.acme/BootRestore', 'applied']]);
  expect(machine.read(copy)).not.toContain('# of another release');
});

test.each([
  ['a login that may write the folder', 'chown nobody'],
  ['a login that may write the file', 'chmod 666'],
])('a program that %s could have changed is not run by the unit', async (_, how) => {
  await make();
  expect((await world.run(wish())).problems).toEqual([]);
  const elsewhere = '/usr/local/lib/other/stackward-host';
  machine.run('sh', '-ec', `install -D -m 755 ${copy} ${elsewhere}; sed -i 's|${copy}|${elsewhere}|' ${unit}`);
  expect((await world.plan(wish())).steps.map(({ changes }) => changes.map(({ attribute }) => attribute))).toEqual([
    [copy],
  ]);
  machine.run('sh', '-ec', `${how} ${how.startsWith('chown') ? dirname(elsewhere) : elsewhere}`);
  expect((await world.run(wish())).problems).toEqual([]);
  expect(machine.read(unit)).toContain(copy);
});

test('the start of the host passes over an interpreter that is a shim without a Python', async () => {
  await make();
  expect((await world.run(wish())).problems).toEqual([]);
  const ours = world.get().ours().sort();
  const shim = (name: string, code: number) =>
    `printf '#!/bin/sh\\nexit ${code}\\n' >/usr/local/sbin/${name}; chmod 755 /usr/local/sbin/${name}`;
  machine.run(
    'sh',
    '-ec',
    `${shim('python3', 127)}; ${shim('python2', 126)}; ln -s /usr/bin/python3 /usr/local/sbin/python`,
  );
  world.get().emptyTables();
  boot();
  expect(world.get().ours().sort()).toEqual(ours);
});

const python2 = findPython2('exceptions that come back');
if (python2 !== undefined)
  test('Python 2.7 puts them back as well', async () => {
    await make();
    expect((await world.run(wish())).problems).toEqual([]);
    const ours = world.get().ours().sort();
    world.get().emptyTables();
    machine.run(python2, '-ES', copy, '--restore-at-boot', '/var/lib/stackward');
    expect(world.get().ours().sort()).toEqual(ours);
  });
