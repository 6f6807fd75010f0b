/**
 * A server of logs and its clients on one network, each with a real rsyslogd, and the engine that plans and applies.
 */
import type { Manifest } from '../../lib/contract/manifest';
import type { NetworkReader, Readers, Writers } from '../../lib/contract/ports';
import type { Spec } from '../../lib/contract/resource';
import type { Host } from '../../lib/hosts/host';
import { apply, everything, plan } from '../../lib/run/engine';
import { renderPlan } from '../../lib/render/text';
import { logCollection } from '../../reconcilers/log-collection';
import { bind } from '../../lib/contract/kind';
import { LogMachine } from './log-machine';
import { memoryReaders, memoryWriters } from './memory-kind';

const kinds = [bind(logCollection)];

export class LogWorld {
  private constructor(
    readonly server: LogMachine,
    readonly clients: readonly LogMachine[],
  ) {}

  /** The clients reach the server as `ctl1`. Neutron's agents run on the clients. */
  static async start(clients: readonly string[], stopMs?: number): Promise<LogWorld> {
    const server = await LogMachine.start('ctl1', stopMs);
    server.namespace.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
    server.namespace.run('ip', 'addr', 'add', '10.9.0.1/24', 'dev', 'br0');
    server.namespace.run('ip', 'link', 'set', 'br0', 'up');
    const machines: LogMachine[] = [];
    for (const [index, name] of clients.entries()) {
      const client = await LogMachine.start(name, stopMs);
      const port = `c${index}`;
      const peer = ['peer', 'name', port, 'netns', server.namespace.name];
      client.namespace.run('ip', 'link', 'add', 'eth0', 'type', 'veth', ...peer);
      client.namespace.run('ip', 'addr', 'add', `10.9.0.${index + 10}/24`, 'dev', 'eth0');
      client.namespace.run('ip', 'link', 'set', 'eth0', 'up');
      server.namespace.run('ip', 'link', 'set', port, 'master', 'br0', 'up');
      client.shell('echo "10.9.0.1 ctl1" >>/etc/hosts');
      machines.push(client);
    }
    return new LogWorld(server, machines);
  }

  get all(): readonly LogMachine[] {
    return [this.server, ...this.clients];
  }

  private readonly host = (target: string): Promise<Host> => {
    const name = target.slice('host:'.length);
    const machine = this.all.find((candidate) => candidate.name === name);
    return machine ? Promise.resolve(machine.host) : Promise.reject(new Error(`no ${name} here`));
  };

  get readers(): Readers {
    const agents = this.clients.map(({ name }) => ({ host: name, type: 'Open vSwitch agent', isAlive: true }));
    const network = { agents: () => Promise.resolve(agents) } as Partial<NetworkReader> as NetworkReader;
    const hosts = { ...memoryReaders.hosts, named: ['ctl1'], reachesAny: true, canReach: () => true };
    return { ...memoryReaders, hosts, host: this.host, network: () => Promise.resolve(network) };
  }

  get writers(): Writers {
    return { ...memoryWriters, host: this.host };
  }

  /** @param specs the key is the path below the stack */
  manifest = (specs: Readonly<Record<string, Spec>>, owner = 'team-a', stack = 'Shared'): Manifest => ({
    owner,
    stack,
    source: stack,
    removed: [],
    resources: Object.entries(specs).map(([name, spec]) => ({
      path: `${stack}/${name}`,
      stack,
      owner,
      kind: 'log-collection',
      spec,
      unknown: [],
      dependsOn: [],
    })),
  });

  /** What `stackward plan --kind log-collection` prints. */
  async planOf(manifests: readonly Manifest[]): Promise<string> {
    return renderPlan(await plan(manifests, kinds, this.readers, { ...everything, kinds: ['log-collection'] }));
  }

  /** What each step writes. */
  async effectsOf(manifests: readonly Manifest[]): Promise<readonly string[]> {
    const { looks } = await plan(manifests, kinds, this.readers);
    return looks.flatMap((look) => look.effects().map((all) => all.flatMap(({ lines }) => lines).join('\n')));
  }

  /** The problems of the plan, of the steps, and of the check after the apply. */
  async apply(...manifests: readonly Manifest[]): Promise<string[]> {
    const planned = await plan(manifests, kinds, this.readers);
    const report = await apply(planned, kinds, manifests, this.readers, this.writers);
    const failed = report.results.filter(({ outcome }) => outcome === 'failed');
    return [...planned.problems, ...failed, ...report.problems].map(({ message }) => message ?? '');
  }

  async stop(): Promise<void> {
    for (const machine of this.all) await machine.stop();
  }
}
