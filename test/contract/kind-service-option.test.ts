/** The laws of kinds for service-option, on the file of a service that runs in a network namespace. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceOption } from '../../reconcilers/service-option';
import { OptionHost } from '../support/option-host';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

// Debian's own Python, because the shim of a version manager costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const file = 'etc/heat/heat.conf';
const notes = 'service-option.json.old';
const start = `# of this site
[DEFAULT]
# workers = 4
workers = 2
  and_more

[default]
workers = 3
[clients]
ca_file = /etc/ssl/ca.pem
# the end
`;
const lines: Readonly<Record<Thing, string>> = { first: 'workers = 8', second: 'endpoint_type = internalURL' };

async function make(): Promise<KindWorld> {
  const world = new OptionHost();
  const path = world.write(file, start);
  world.write(`state/${notes}`, '# This file is kept by stackward for team-a\n');
  await world.services.start('heat-api', ['--config-file', path]);
  const common = { service: 'heat-api', hosts: ['cnode01'], reason: 'tests' };
  const recordNames = () => readdirSync(world.stateFolder).filter((name) => name !== notes && !name.startsWith('.'));
  const textOf = (name: string) =>
    readFileSync(join(world.stateFolder, name), 'utf8').replace(/("since": )".*"/g, '$1"…"');
  const change = (thing: Thing): void => {
    const text = world.read(file);
    const another = thing === 'first' ? 'workers = 5' : 'endpoint_type = adminURL';
    if (text.includes(lines[thing])) world.write(file, text.replace(lines[thing], another));
    else if (thing === 'first') world.write(file, text.replace('workers = 2\n  and_more', another));
    else world.write(file, text.replace('[clients]\n', `[clients]\n${another}\n`));
  };
  return {
    readers: world.readers,
    writers: world.writers,
    specs: {
      first: { ...common, section: 'DEFAULT', option: 'workers', value: '8' },
      second: { ...common, section: 'clients', option: 'endpoint_type', value: 'internalURL' },
    },
    third: { ...common, section: 'clients', option: 'insecure', value: 'false' },
    state: () => [world.read(file), recordNames().map((name) => [name, textOf(name)])],
    isThere: (thing) => world.read(file).split('\n').includes(lines[thing]),
    drift: change,
    meddle: change,
    decoys: () => [
      world.read(file).replace(/^(workers = [258]( *\n +and_more)?|endpoint_type = .*|insecure = .*)\n/gm, ''),
      existsSync(join(world.stateFolder, notes)) && textOf(notes),
    ],
    remove: () => world.remove(),
  };
}

kindSuite(serviceOption, make, { unit: 'target', failsAlone: true, whenRemoved: 'goes' });
