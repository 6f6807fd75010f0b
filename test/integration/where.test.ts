/** `stackward where` on a host with a real process: the example of docs/where.md is what the command prints. */
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CommandFolder } from '../support/command';
import { ServiceHost } from '../support/service-host';

test('the page shows what the command prints, and a secret of the host is in neither', async () => {
  const world = new ServiceHost();
  const folder = new CommandFolder();
  try {
    folder.write('stackward.yaml', stringify({ hosts: [{ match: 'cnode01', namespace: world.namespace }] }));
    const log = world.write(
      'nova-compute.log',
      '2026-11-29 10:45:17.714 1 INFO nova.service [-] Starting\n2026-11-29 10:45:18.020 1 ERROR nova.x [-] refused, password=hunter2\n',
    );
    const nova = world.write('nova.conf', '[database]\nconnection = mysql://nova:hunter2@db/nova\n');
    const local = world.write('nova-compute.conf', '[DEFAULT]\ncompute_driver = libvirt.LibvirtDriver\n');
    world.write('policy.yaml', '{}\n');
    // A configuration is older than its service. Written just before the start it might seem to be younger.
    const hourAgo = Date.now() / 1000 - 3600;
    for (const file of [nova, local]) utimesSync(file, hourAgo, hourAgo);
    const env = { LOG: log, HOME: world.folder, PORTS: '5900', OS_DEFAULT__MY_IP: '192.0.2.11' };
    const pid = await world.start('nova-compute', ['--config-file', nova, '--config-file', local], env);
    const { code, stdout, stderr } = await folder.run([
      'where',
      'nova-compute',
      '--host',
      'cnode01',
      '--timezone',
      'UTC',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('hunter2');
    const shown = stdout
      .replaceAll(`${world.folder}/bin`, '/usr/bin')
      .replaceAll(world.folder, '/etc/nova')
      .replace(String(pid), '2114')
      .replace(/for \d+ s/, 'for 4 s')
      .replace(/^packages .*(\n {10}.*)*/m, 'packages  python3-nova 2:26.2.2-1~deb12u5')
      .replace(/last written .*/, 'last written 2026-11-29 10:45:18 +00:00');
    // Paths of the test are longer than those of the page.
    const words = (text: string): string => text.trim().replace(/\s+/g, ' ');
    const page = readFileSync(join(__dirname, '../../docs/where.md'), 'utf8');
    const example = /```\n(nova-compute on [^`]*)```/.exec(page)?.[1] ?? '';
    expect(words(shown)).toBe(words(example));
  } finally {
    folder.remove();
    await world.stop();
  }
});
