/** A host with a service that reads a configuration file of a test, and the engine's ports on it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostPool } from '../../adapters/host/host-pool';
import { LocalHost } from '../../adapters/host/local-host';
import type { NetworkReader, Readers, Writers } from '../../lib/contract/ports';
import type { HostRead, OutcomesOf } from '../../lib/hosts/host';
import { memoryReaders, memoryWriters } from './memory-kind';
import { ServiceHost } from './service-host';

/**
 * Keeps the host's answers about the options that its packages register. The packages stay as they are, and each answer takes
 * two seconds of a processor.
 */
class DescribedHost extends LocalHost {
  static readonly #told = new Map<string, Promise<unknown>>();

  override read<const Questions extends readonly HostRead[]>(questions: Questions): Promise<OutcomesOf<Questions>> {
    if (!questions.every(({ verb }) => verb === 'described-options')) return super.read(questions);
    const key = JSON.stringify(questions);
    const told = DescribedHost.#told.get(key) ?? super.read(questions);
    DescribedHost.#told.set(key, told);
    return told as Promise<OutcomesOf<Questions>>;
  }
}

export class OptionHost {
  readonly services = new ServiceHost();
  readonly stateFolder = join(this.services.folder, 'state');
  readonly pool = new HostPool(
    (name) => new DescribedHost(name, { namespace: this.services.namespace, stateFolder: this.stateFolder }),
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
