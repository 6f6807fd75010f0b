/** The laws of kinds for boot-restore, on a machine with file systems and a packet filter of its own. */
import { sha256 } from '../../lib/basics/sha256';
import { ownerMark } from '../../lib/hosts/host';
import { apply, everything, plan } from '../../lib/run/engine';
import { bootRestore } from '../../reconcilers/boot-restore';
import { firewallException } from '../../reconcilers/firewall-exception';
import { all, copy, job, target, unit } from '../support/boot-files';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { exception, manifestOf } from '../support/firewall-texts';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const ports: Readonly<Record<Thing, string>> = {
  first: '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21',
  second: '28f25940-64aa-4c5e-9d0b-1f6a7e5c3b21',
};
const exceptions = [firewallException];
const neighbour = '/etc/systemd/system/stackward-restore.timer';

async function make(): Promise<KindWorld> {
  const world = new FirewallHosts(['cnode01'], { open: (host) => machine.host(host.name) });
  const machine = await FirewallMachine.start(world.get().namespace.name);
  for (const id of Object.values(ports)) world.network.putPort({ id, hostId: 'cnode01' });
  const write = (path: string, text: string) => machine.run('sh', '-c', `printf '%s\\n' '${text}' > ${path}`);
  write(neighbour, '# This file is kept by stackward');
  const exceptionOf = (thing: Thing) => exception({ portId: ports[thing], destinations: ['10.77.0.0/24'] });
  const bootOf = (thing: Thing) => ({
    exceptions: [{ portId: ports[thing], placement: 'bound', firewallDriver: 'iptables_hybrid' }],
  });
  const stored = (owner: string) => machine.read(`/var/lib/stackward/firewall-exception-${ownerMark(owner)}.ipv4`);
  return {
    readers: world.readers,
    writers: world.writers,
    specs: { first: bootOf('first'), second: bootOf('second') },
    async precede(owner, things) {
      const wish = manifestOf(Object.fromEntries(things.map((thing) => [thing, exceptionOf(thing)])), { owner });
      const planned = await plan([wish], exceptions, world.readers, everything, all(owner));
      expect(await apply(planned, exceptions, [wish], world.readers, world.writers)).toMatchObject({ problems: [] });
    },
    state: () => [unit, target, job, copy].map((path) => [path, sha256(machine.read(path) ?? '')]),
    isThere: (thing) =>
      machine.read(unit)?.includes('ExecStart=') === true &&
      machine.read(copy) !== undefined &&
      ['team-a', 'team-b'].some((owner) => stored(owner)?.includes(`tap${ports[thing].slice(0, 11)}`)),
    drift: () => write(unit, '# This file is kept by stackward for this host'),
    meddle: () => write(unit, '# This file is kept by stackward for this host'),
    decoys: () => machine.read(neighbour),
    async remove() {
      await machine.stop();
      world.remove();
    },
  };
}

kindSuite(bootRestore, make, { unit: 'target', whenRemoved: 'goes with the last' });
