/** The laws of kinds for bridge-port, on bridges of a network namespace. */
import { bridgePort } from '../../reconcilers/bridge-port';
import { BridgeHosts, tapOf } from '../support/bridge-hosts';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const ports: Readonly<Record<Thing, string>> = {
  first: '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21',
  // The second port's devices differ from the first's in one character.
  second: '28f25940-64aa-4c5e-9d0b-1f6a7e5c3b21',
};
const third = '28f25940-66aa-4c5e-9d0b-1f6a7e5c3b21';
const decoy = '28f25940-65aa-4c5e-9d0b-1f6a7e5c3b21';

function make(): KindWorld {
  const world = new BridgeHosts(['cnode01']);
  const host = world.get();
  const all = [...Object.values(ports), third];
  host.plug(...all, decoy);
  host.set(tapOf(decoy), 'hairpin', 'on');
  for (const id of [...all, decoy]) world.network.putPort({ id, hostId: 'cnode01' });
  const hairpin = (thing: Thing) => host.flags(ports[thing])[tapOf(ports[thing])]?.startsWith('1') === true;
  const toggle = (thing: Thing) => host.set(tapOf(ports[thing]), 'hairpin', hairpin(thing) ? 'off' : 'on');
  const flags = { hairpin: true, learning: false };
  const specOf = (thing: Thing) => ({ portId: ports[thing], ...flags });
  return {
    readers: world.readers,
    writers: world.writers,
    specs: { first: specOf('first'), second: specOf('second') },
    third: { portId: third, ...flags },
    state: () => ({ flags: host.flags(...all), records: host.records() }),
    isThere: (thing) => host.flags(ports[thing])[tapOf(ports[thing])] === '1 0 1',
    drift: toggle,
    meddle: toggle,
    decoys: () => host.flags(decoy),
    remove: () => world.remove(),
  };
}

kindSuite(bridgePort, make, { unit: 'target', failsAlone: true, whenRemoved: 'goes' });
