/** The laws of kinds for log-collection, with a real rsyslogd and logrotate on a machine of its own. */
import { sha256 } from '../../lib/basics/sha256';
import { ownerMark } from '../../lib/hosts/host';
import { logCollection } from '../../reconcilers/log-collection';
import { LogMachine } from '../support/log-machine';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const ports: Readonly<Record<Thing, number>> = { first: 5140, second: 5141 };
const decoys = [
  '/etc/rsyslog.d/50-site.conf',
  `/etc/rsyslog.d/10-stackward-${'0'.repeat(16)}-${'0'.repeat(12)}.conf`,
  '/etc/logrotate.d/stackward',
];

async function make(): Promise<KindWorld> {
  const site = await LogMachine.start('node1', 50);
  site.write(decoys[0]!, '# rules of this site\n:msg, contains, "stackward-decoy" stop\n');
  site.write(decoys[1]!, '# This file is kept by somebody\n');
  site.write(decoys[2]!, '/var/log/decoy.log {\n  missingok\n}\n');
  const host = () => Promise.resolve(site.host);
  const ours = (): string[] =>
    site
      .shell('ls -d /etc/rsyslog.d/* /etc/logrotate.d/* /var/run/stackward-* 2>/dev/null || true')
      .split('\n')
      .filter((path) => path !== '' && !decoys.includes(path));
  const fileOf = (owner: string, thing: Thing) => {
    const path = `stack-of-${owner}/${thing}`;
    return `/etc/rsyslog.d/10-stackward-${ownerMark(owner)}-${sha256(path).slice(0, 12)}.conf`;
  };
  const spec = (thing: Thing) => ({
    server: 'node1',
    clients: ['node1'],
    protocol: 'tcp',
    port: ports[thing],
    retentionDays: 7,
  });
  const hosts = { ...memoryReaders.hosts, named: ['node1'], reachesAny: true, canReach: () => true };
  const network = { agents: () => Promise.resolve([]) } as never;
  return {
    readers: { ...memoryReaders, hosts, host, network: () => Promise.resolve(network) },
    writers: { ...memoryWriters, host },
    specs: { first: spec('first'), second: spec('second') },
    state: () => ours().map((path) => [path, site.machine.read(path)]),
    isThere: (thing) =>
      site.listens(ports[thing]) &&
      ours().filter((path) => site.machine.read(path)?.includes(`port="${ports[thing]}"`)).length === 1,
    drift: (thing) => {
      for (const path of ours()) site.shell(`sed -i 's/port="${ports[thing]}"/port="1${ports[thing]}"/' ${path}`);
    },
    meddle: (thing) => site.write(fileOf('team-a', thing), '# somebody was here\n'),
    decoys: () => decoys.map((path) => site.machine.read(path)),
    read: (path) => site.machine.read(path) ?? undefined,
    remove: () => site.stop(),
  };
}

kindSuite(logCollection, make, { unit: 'target', whenRemoved: 'goes' });
