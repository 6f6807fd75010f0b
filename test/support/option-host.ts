/** A host with a service that reads a configuration file of a test, and the engine's ports on it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostPool } from '../../adapters/host/host-pool';
import { LocalHost } from '../../adapters/host/local-host';
import type { NetworkReader, Readers, Writers } from '../../lib/contract/ports';
import { keepDescribed } from './described-options';
import { memoryReaders, memoryWriters } from './memory-kind';
import { ServiceHost } from './service-host';

export class OptionHost {
  readonly services = new ServiceHost();
  readonly stateFolder = join(this.services.folder, 'state');
  readonly pool = new HostPool((name) =>
    keepDescribed(new LocalHost(name, { namespace: this.services.namespace, stateFolder: this.stateFolder })),
  );
  readonly environment: Record<string, string> = {};

  constructor() {
    mkdirSync(this.stateFolder);
  }

  /** @param name below the folder of the host, such as `etc/heat/heat.conf` */
  write = (name: string, text: string): string => this.services.write(name, text);
  read = (name: string): string => readFileSync(join(this.services.folder, name), 'utf8');

  get readers(): Readers {
    const network = { agents: () => Promise.resolve([]) } as Partial<NetworkReader> as NetworkReader;
    const { host, environment } = this;
    return {
      ...memoryReaders,
      host,
      environment: (name) => environment[name],
      network: () => Promise.resolve(network),
      hosts: { ...memoryReaders.hosts, named: ['cnode01'], reachesAny: true, canReach: () => true },
    };
  }

  get writers(): Writers {
    return { ...memoryWriters, host: this.host };
  }

  readonly host = (target: string) => Promise.resolve(this.pool.get(target.slice('host:'.length)));

  async remove(): Promise<void> {
    await this.pool.close();
    await this.services.stop();
  }
}
