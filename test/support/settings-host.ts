/** A host with Horizon's settings, and the host program installed there, run by the wanted Python and within narrow limits. */
import { join } from 'node:path';
import type { Host } from '../../lib/hosts/host';
import type { Readers, Writers } from '../../lib/contract/ports';
import { makeNamespace } from '../contract/host-network-suite';
import { FirewallMachine } from './firewall-machine';
import { memoryReaders, memoryWriters } from './memory-kind';

const source = join(__dirname, '../../host/stackward-host.py');
export const settingsFile = '/etc/openstack-dashboard/local_settings.py';
const stateFolder = '/var/lib/stackward-tests';
const installed = '/usr/local/lib/stackward-tests/stackward-host';
const limits = {
  read: [`${stateFolder}/`],
  write: [`${stateFolder}/`],
  settings: ['/etc/openstack-dashboard/local_settings.py', '/etc/openstack-dashboard/local_settings.d/'],
  // These are none of the settings that the host program itself knows to be harmless.
  'setting-names': ['ALLOWED_HOSTS', 'WEBROOT'],
};

export class SettingsHost {
  private constructor(
    private readonly namespace: ReturnType<typeof makeNamespace>,
    private readonly machine: FirewallMachine,
    private readonly connection: Host & { close(): Promise<void> },
  ) {}

  /** @param python an interpreter */
  static async start(python: string): Promise<SettingsHost> {
    const namespace = makeNamespace();
    const machine = await FirewallMachine.start(namespace.name, 'other');
    const host = new SettingsHost(namespace, machine, machine.host('ctl1', { installed, stateFolder }));
    host.write(installed, '', '755');
    machine.run('sh', '-ec', 'sed "1s|.*|#!$1|" "$2" >"$0"', installed, python, source);
    host.write(`${installed}.limits`, JSON.stringify(limits));
    host.write(`${stateFolder}/notes`, '');
    return host;
  }

  write(path: string, text: string, mode = '644'): void {
    const script = 'mkdir -p "$(dirname "$0")"; printf %s "$1" >"$0"; chmod "$2" "$0"';
    this.machine.run('sh', '-ec', script, path, text, mode);
  }

  read(path = settingsFile): string {
    return this.machine.run('cat', path);
  }

  /** Each record, by its name. */
  records(): string {
    return this.machine.run('sh', '-ec', `cd ${stateFolder}; for f in *.json; do [ ! -e "$f" ] || cat "$f"; done`);
  }

  private readonly host = (): Promise<Host> => Promise.resolve(this.connection);

  get readers(): Readers {
    const hosts = { ...memoryReaders.hosts, named: ['ctl1'], reachesAny: true, canReach: () => true };
    return { ...memoryReaders, host: this.host, hosts };
  }

  get writers(): Writers {
    return { ...memoryWriters, host: this.host };
  }

  async remove(): Promise<void> {
    await this.connection.close();
    await this.machine.stop();
    this.namespace.remove();
  }
}
