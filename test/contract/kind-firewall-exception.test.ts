/** The laws of kinds for firewall-exception, on the packet filter of a network namespace. */
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerMark } from '../../lib/hosts/host';
import { firewallException } from '../../reconcilers/firewall-exception';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, portId } from '../support/firewall-texts';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const sources: Readonly<Record<Thing, string>> = { first: '10.99.0.0/24', second: '10.98.0.0/24' };
const specOf = (thing: Thing) => exception({ sources: [sources[thing]], destinations: ['10.77.0.0/24'] });
const chainOf = (owner: string): string => `stackward-${ownerMark(owner)}`;
const foreignRule = [
  '-s',
  '10.0.0.0/8',
  '-m',
  'comment',
  '--comment',
  'stackward:stack-of-team-a/first',
  '-j',
  'RETURN',
];

function make(): KindWorld {
  const world = new FirewallHosts(['cnode01']);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  const host = world.get();
  const notes = join(host.stateFolder, `firewall-exception-${ownerMark('team-a')}.ipv4.old`);
  writeFileSync(notes, '# This file is kept by stackward for team-a\n');
  for (const rule of [
    ['-N', 'stackward-decoy'],
    ['-A', 'stackward-decoy', ...foreignRule],
    ['-A', 'foo', ...foreignRule],
  ])
    host.iptables(...rule);
  const owners = ['team-a', 'team-b'];
  const isOurs = (line: string): boolean => owners.some((owner) => line.includes(chainOf(owner)));
  const lines = () => [...host.lines(4), ...host.lines(6)];
  const stored = () => Object.entries(host.stored()).filter(([name]) => !notes.endsWith(name));
  return {
    readers: world.readers,
    writers: world.writers,
    specs: { first: specOf('first'), second: specOf('second') },
    state: () => ({ lines: lines(), stored: stored() }),
    isThere: (thing) =>
      lines().some((line) => isOurs(line) && line.includes(`-s ${sources[thing]}`)) &&
      stored().some(([, text]) => text.includes(`-s ${sources[thing]}`)),
    drift: () => host.iptables('-F', chainOf('team-a')),
    meddle: () => {
      host.iptables('-N', chainOf('team-a'));
      host.iptables('-A', chainOf('team-a'), '-s', '192.0.2.66/32', '-j', 'DROP');
    },
    decoys: () => [lines().filter((line) => !isOurs(line)), readFileSync(notes, 'utf8')],
    remove: () => world.remove(),
  };
}

kindSuite(firewallException, make, { unit: 'target', whenRemoved: 'goes' });
