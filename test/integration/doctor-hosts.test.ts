/** Nights of an operator on a host: real processes with a configuration of their own, asked by the command as its user runs it. */
import { chownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CommandFolder } from '../support/command';
import { examine, troublesOf } from '../support/doctor-run';
import { PrivateCloud } from '../support/private-cloud';
import { ServiceHost } from '../support/service-host';

let world: ServiceHost;
let cloud: PrivateCloud;
let folder: CommandFolder;
beforeEach(async () => {
  cloud = await PrivateCloud.start();
  world = new ServiceHost();
  folder = new CommandFolder({ OS_CLOUD: 'private' });
  folder.write('clouds.yaml', cloud.clouds());
  folder.write('stackward.yaml', stringify({ hosts: [{ match: 'cnode01', namespace: world.namespace }] }));
});
afterEach(async () => {
  folder.remove();
  await world.stop();
  await cloud.stop();
});
const doctor = (...codes: readonly string[]) => examine(folder, 'doctor', ...codes.flatMap((code) => ['--only', code]));

test('an option that a file, a folder of files and a variable set, with a swallowed line and a "$" in a password (case 1022 b)', async () => {
  const nova = world.write(
    'nova.conf',
    '[DEFAULT]\nmy_ip = 192.0.2.1\n  host = a\nmy_ip = 192.0.2.2\n[database]\nconnection = mysql://nova:pa$hunter2@db/nova\n',
  );
  world.write('conf.d/10.conf', '[DEFAULT]\nmy_ip = 192.0.2.3\ndebug = true\n');
  const args = ['--config-file', nova, '--config-dir', join(world.folder, 'conf.d')];
  await world.start('nova-compute', args, { OS_DEFAULT__DEBUG: 'false', HOME: world.folder });
  const told = await doctor('SW-4010');
  expect(told.code).toBe(2);
  expect(troublesOf(told).sort()).toEqual(
    [
      'SW-4010 fault /tmp/x/nova.conf on cnode01',
      'SW-4010 fault /tmp/x/nova.conf on cnode01',
      'SW-4010 risk [DEFAULT] debug on cnode01',
      'SW-4010 risk [DEFAULT] my_ip on cnode01',
    ].map((line) => line.replace('/tmp/x', world.folder)),
  );
  expect(JSON.stringify(told)).not.toContain('hunter2');
  const option = told.results.find(({ subject }) => subject.startsWith('[DEFAULT] my_ip'));
  expect(option?.evidence?.slice(0, 3)).toEqual([
    `counts: ${world.folder}/conf.d/10.conf:2 = 192.0.2.3`,
    `does not count: ${nova}:4 = 192.0.2.2`,
    `does not count: ${nova}:2 = 192.0.2.1\nhost = a`.replace('\n', '\\n'),
  ]);
});

test('nova-api runs, and nova-api-os-compute holds its port (case 1023 c)', async () => {
  const conf = world.write('nova.conf', '[DEFAULT]\nenabled_apis = osapi_compute,metadata\n');
  const env = { HOME: world.folder };
  const holder = await world.start('nova-api-os-compute', ['--config-file', conf], { ...env, PORTS: '8774' });
  await world.start('nova-api', ['--config-file', conf], { ...env, PORTS: '8775' });
  const told = await doctor('SW-4011');
  expect(troublesOf(told)).toEqual(['SW-4011 fault nova-api on cnode01']);
  expect(told.results[0]?.found).toBe(
    `It runs, and another process holds 8774, the default of osapi_compute_listen_port: python3 (${holder}).`,
  );
});

test('an interfaces file with a comment behind an address, a file of interfaces.d with CRLF, and a script that it runs (case 1023 b)', async () => {
  const script = world.write('set-route', '#!/bin/sh\r\nexit 0\r\n');
  world.overlay('network', {
    interfaces: `auto eth0\niface eth0 inet static\n  address 192.0.2.1 # uplink\n  up ${script}\n  wpa-psk hunter2\nsource interfaces.d/*\n`,
    'interfaces.d/eth1': 'auto eth1\r\niface eth1 inet manual\r\n',
    'if-up.d/sound': '#!/bin/sh\nexit 0\n',
  });
  const told = await doctor('SW-7001');
  expect(told.code).toBe(2);
  expect(troublesOf(told)).toEqual([
    'SW-7001 fault /etc/network/interfaces on cnode01',
    'SW-7001 risk /etc/network/interfaces.d/eth1 on cnode01',
    `SW-7001 fault ${script} on cnode01`,
  ]);
  expect(told.results[0]?.evidence).toHaveLength(1);
  expect(told.results[0]?.evidence?.[0]).toMatch(/^line 3, column 21: /);
});

test('a link that the host refuses to follow, and a folder of scripts that is none, are not looked at, and are no older program', async () => {
  const elsewhere = world.write('interfaces', 'auto lo\n');
  world.overlay('network', { 'interfaces.d/sound': 'auto eth1\n', 'if-up.d': '' });
  const folder = `/etc/netns/${world.namespace}/network`;
  symlinkSync(elsewhere, `${folder}/interfaces`);
  // Others than root may write the folder, so they may have set the link.
  chownSync(folder, 65_534, 65_534);
  const told = await doctor('SW-7001');
  expect(told.code).toBe(1);
  expect(
    told.results.map(({ result, subject, why }) => [result, subject, /link|no folder/.exec(why ?? '')?.[0]]),
  ).toEqual([
    ['fine', 'interfaces on cnode01', undefined],
    ['not looked at', '/etc/network/interfaces on cnode01', 'link'],
    ['not looked at', '/etc/network/if-up.d on cnode01', 'no folder'],
  ]);
});
