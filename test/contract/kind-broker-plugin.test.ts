/** The laws of kinds for broker-plugin, through the host program, on a tool that switches as RabbitMQ's does. */
import { brokerPlugin } from '../../reconcilers/broker-plugin';
import { PluginHost } from '../support/plugin-host';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const plugins: Readonly<Record<Thing, string>> = { first: 'rabbitmq_event_exchange', second: 'rabbitmq_shovel' };
const decoy = 'rabbitmq_federation_management';

function make(): KindWorld {
  const site = new PluginHost();
  site.enable(decoy);
  const host = () => Promise.resolve(site.host);
  const hosts = { ...memoryReaders.hosts, named: ['ctl1'], reachesAny: true, canReach: () => true };
  const isOn = (thing: Thing): boolean => site.enabled().includes(plugins[thing]);
  const toggle = (thing: Thing): void => {
    const others = site.enabled().filter((name) => name !== plugins[thing]);
    site.enable(...others, ...(isOn(thing) ? [] : [plugins[thing]]));
  };
  const spec = (thing: Thing) => ({ hosts: ['ctl1'], plugin: plugins[thing], enabled: true });
  return {
    readers: { ...memoryReaders, hosts, host },
    writers: { ...memoryWriters, host },
    specs: { first: spec('first'), second: spec('second') },
    state: () => site.enabled(),
    isThere: isOn,
    drift: toggle,
    meddle: toggle,
    decoys: () => site.enabled().includes(decoy),
    remove: () => site.remove(),
  };
}

kindSuite(brokerPlugin, make, { unit: 'target', whenRemoved: 'stays' });
