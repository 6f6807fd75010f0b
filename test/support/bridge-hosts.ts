/**
 * Compute hosts whose ports are plugged as the Open vSwitch agent's hybrid driver does it: network namespaces with real
 * bridges.
 */
import { defined } from '../../lib/basics/defined';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostPool, type OpenHost } from '../../adapters/host/host-pool';
import { LocalHost } from '../../adapters/host/local-host';
import { apply, everything, plan } from '../../lib/run/engine';
import type { Host } from '../../lib/hosts/host';
import { undoManifests } from '../../lib/journal/journal';
import type { Manifest } from '../../lib/contract/manifest';
import type { Readers, Writers } from '../../lib/contract/ports';
import type { Sweep } from '../../lib/contract/reconciler';
import { bridgePort } from '../../reconcilers/bridge-port';
import type { BridgePortDeclared } from '../../reconcilers/bridge-port/spec';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';
import { versions } from './memory-kind';
import { FakeNetwork } from './fake-network';
import { RecordedTexts } from './recorded-run';

const framesProgram = join(__dirname, 'bridge-frames.py');

const kinds = [bridgePort];

export const tapOf = (portId: string): string => `tap${portId}`.slice(0, 14);
export const qvbOf = (portId: string): string => `qvb${portId}`.slice(0, 14);
const qbrOf = (portId: string): string => `qbr${portId}`.slice(0, 14);

/** One compute host: a namespace and a state folder of its own. */
class BridgeHost {
  readonly stateFolder = mkdtempSync(join(tmpdir(), 'stackward-bridges-'));
  readonly namespace: Namespace = makeNamespace();
  requests = { reads: 0, writes: 0 };

  constructor(readonly name: string) {}

  /** Plugs a port as os-vif does, with the kernel's own flags. */
  plug(...portIds: readonly string[]): void {
    const lines = portIds.flatMap((id) => [
      `link add ${qbrOf(id)} type bridge`,
      `link add ${tapOf(id)} type veth peer name p${tapOf(id)}`,
      `link add ${qvbOf(id)} type veth peer name ${`qvo${id}`.slice(0, 14)}`,
      ...[tapOf(id), qvbOf(id)].map((device) => `link set ${device} master ${qbrOf(id)}`),
    ]);
    this.namespace.feed(lines.map((line) => `${line}\n`).join(''), 'ip', '-batch', '-');
  }

  /** Sends frames from the guest, or from the switch, and returns the ends at which they come out. */
  frames(
    portId: string,
    sent: { readonly by: 'guest' | 'switch'; readonly from: string; readonly to: string; readonly count: number },
  ): Record<'guest' | 'switch', number> {
    const ends = { guest: `p${tapOf(portId)}`, switch: `qvo${portId}`.slice(0, 14) };
    for (const device of [qbrOf(portId), tapOf(portId), qvbOf(portId), ...Object.values(ends)])
      this.namespace.run('ip', 'link', 'set', device, 'up');
    const argv = [ends[sent.by], sent.from, sent.to, String(sent.count), ...Object.values(ends)];
    const counts = JSON.parse(this.namespace.run('/usr/bin/python3', framesProgram, ...argv)) as Record<string, number>;
    return { guest: counts[ends.guest] ?? NaN, switch: counts[ends.switch] ?? NaN };
  }

  /** Makes the bridge forget the addresses that it has learned. */
  forget(portId: string): void {
    this.namespace.run('ip', 'link', 'set', qbrOf(portId), 'type', 'bridge', 'fdb_flush');
  }

  unplug(portId: string): void {
    for (const device of [tapOf(portId), qvbOf(portId), qbrOf(portId)]) this.namespace.run('ip', 'link', 'del', device);
  }

  /** Sets a flag without stackward. */
  set(device: string, flag: 'hairpin' | 'learning' | 'flood', value: 'on' | 'off'): void {
    this.namespace.run('ip', 'link', 'set', 'dev', device, 'type', 'bridge_slave', flag, value);
  }

  /** `hairpin_mode learning unicast_flood` as the kernel has them now, by device. */
  flags(...portIds: readonly string[]): Record<string, string> {
    const script = portIds
      .flatMap((id) => [tapOf(id), qvbOf(id)].map((device) => `/sys/class/net/${qbrOf(id)}/brif/${device}`))
      .map((folder) => `echo $(cd ${folder} && cat hairpin_mode learning unicast_flood)`);
    const lines = this.namespace.run('sh', '-c', script.join('\n')).trim().split('\n');
    const devices = portIds.flatMap((id) => [tapOf(id), qvbOf(id)]);
    return Object.fromEntries(devices.map((device, index) => [device, lines[index] ?? '']));
  }

  /** File name → the entries of that record. */
  records(): Record<string, Record<string, object>> {
    const read = (name: string) => readFileSync(join(this.stateFolder, name), 'utf8');
    // Skips a temporary file of a killed write. The next write removes it.
    const names = readdirSync(this.stateFolder).filter((name) => !name.startsWith('.stackward-'));
    return Object.fromEntries(
      names.map((name) => [name, (JSON.parse(read(name)) as { entries: Record<string, object> }).entries]),
    );
  }

  remove(): void {
    this.namespace.remove();
    rmSync(this.stateFolder, { recursive: true, force: true });
  }
}

/** Hosts, a Neutron in memory, and runs of the engine over both. */
export class BridgeHosts {
  readonly network = new FakeNetwork();
  readonly hosts = new Map<string, BridgeHost>();

  /** @param open opens a host; default: its namespace */
  constructor(
    names: readonly string[],
    private readonly open: (host: BridgeHost) => OpenHost = (host) =>
      new LocalHost(host.name, { namespace: host.namespace.name, stateFolder: host.stateFolder }),
  ) {
    for (const name of names) {
      this.hosts.set(name, new BridgeHost(name));
      this.network.addAgent({ host: name, type: 'Open vSwitch agent', isAlive: true });
    }
  }

  get(name = 'cnode01'): BridgeHost {
    const host = this.hosts.get(name);
    if (!host) throw new RangeError(`no host ${name}`);
    return host;
  }

  /** @param ports by construct id in the stack */
  manifest(ports: Readonly<Record<string, BridgePortDeclared>>, owner = 'team-a', stack = 'acme'): Manifest {
    return {
      owner,
      stack,
      source: stack,
      removed: [],
      resources: Object.entries(ports).map(([id, spec]) => ({
        path: `${stack}/${id}`,
        stack,
        owner,
        kind: 'bridge-port',
        spec,
        dependsOn: [],
        unknown: [],
      })),
    };
  }

  plan(manifests: readonly Manifest[], sweep?: readonly Sweep[]) {
    return plan(manifests, kinds, this.readers, everything, sweep);
  }

  /**
   * Plans and applies; `between` runs after the plan. Returns the outcomes, the remaining steps and problems, and the
   * manifests for a rollback.
   */
  async run(manifests: readonly Manifest[], more: { sweep?: readonly Sweep[]; between?: () => unknown } = {}) {
    const planned = await this.plan(manifests, more.sweep);
    await more.between?.();
    const recorded = new RecordedTexts(planned, manifests);
    const report = await apply(planned, kinds, manifests, this.readers, this.writers, {
      ...defined({ sweep: more.sweep }),
      onResult: recorded.onResult,
    });
    return {
      planned,
      outcomes: report.results.map(({ id, outcome, reason }) => [id, reason ?? outcome]),
      messages: report.results.map(({ message }) => message),
      problems: [...planned.problems, ...report.problems],
      undo: () => undoManifests(recorded.run, kinds),
    };
  }

  remove(): void {
    void this.pool.close();
    for (const host of this.hosts.values()) host.remove();
  }

  private readonly pool = new HostPool((name) => this.counted(this.get(name)));
  private readonly host = (target: string): Promise<Host> => Promise.resolve(this.pool.get(target.slice(5)));

  get readers(): Readers {
    return {
      cloud: 'lab',
      databases: new Set(),
      environment: () => undefined,
      hosts: { serving: () => [], configFiles: () => [], named: [], reachesAny: true, canReach: () => true },
      network: () => Promise.resolve(this.network),
      database: () => Promise.reject(new Error('no database here')),
      host: this.host,
      identity: () => Promise.reject(new Error('no Keystone here')),
      versions,
      machine: () => Promise.resolve(undefined),
    };
  }

  get writers(): Writers {
    const { network, database } = this.readers;
    return { network: network as Writers['network'], database: database as Writers['database'], host: this.host };
  }

  private counted(host: BridgeHost): OpenHost {
    const real = this.open(host);
    return {
      name: real.name,
      stateFolder: real.stateFolder,
      close: () => real.close(),
      read: (questions) => {
        host.requests.reads += 1;
        return real.read(questions);
      },
      write: (sequences) => {
        host.requests.writes += 1;
        return real.write(sequences);
      },
    };
  }
}
