/** Compute hosts with real packet filters: network namespaces, reached through the real host program, and a Neutron in memory. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenHost } from '../../adapters/host/host-pool';
import { LocalHost } from '../../adapters/host/local-host';
import { apply, everything, plan } from '../../lib/run/engine';
import { TransientError } from '../../lib/basics/errors';
import { ownerMark, type Host, type TableVariant } from '../../lib/hosts/host';
import { undoManifests } from '../../lib/journal/journal';
import type { Manifest } from '../../lib/contract/manifest';
import type { Readers, Writers } from '../../lib/contract/ports';
import type { Sweep } from '../../lib/contract/reconciler';
import { bootRestore } from '../../reconcilers/boot-restore';
import { firewallException } from '../../reconcilers/firewall-exception';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';
import { commitsOf, firstCommits } from './counted-writers';
import { versions } from './memory-kind';
import { FakeNetwork } from './fake-network';
import { RecordedTexts } from './recorded-run';

const kinds = [bootRestore, firewallException];

/** The agent's chains, and rules of others before, between and after them. */
const agentTables = `*mangle
:FORWARD ACCEPT [0:0]
-A FORWARD -s 203.0.113.18/32 -j ACCEPT
COMMIT
*filter
:FORWARD ACCEPT [0:0]
:foo - [0:0]
:neutron-filter-top - [0:0]
:neutron-openvswi-local - [0:0]
-A FORWARD -s 203.0.113.8/32 -m comment --comment "ticket 4711, \\"ours\\"" -j ACCEPT
-A FORWARD -j neutron-filter-top
-A FORWARD -j foo
-A OUTPUT -j neutron-filter-top
-A foo -s 203.0.113.9/32 -j RETURN
-A neutron-filter-top -j neutron-openvswi-local
-A neutron-filter-top -s 203.0.113.10/32 -j ACCEPT
COMMIT
`;

const toolOf = (family: 4 | 6, variant: TableVariant): string =>
  `${family === 4 ? 'iptables' : 'ip6tables'}-${variant}`;

/** One compute host. */
class FirewallHost {
  readonly stateFolder = mkdtempSync(join(tmpdir(), 'stackward-firewall-'));
  readonly namespace: Namespace = makeNamespace();
  requests = { reads: 0, writes: 0 };

  constructor(
    readonly name: string,
    readonly variant: TableVariant = 'nft',
  ) {
    this.startAgent();
  }

  startAgent(): void {
    for (const family of [4, 6] as const)
      this.restore(
        family,
        family === 4 ? agentTables : agentTables.replace(/203\.0\.113\.(\d+)\/32/g, '2001:db8::$1/128'),
      );
  }

  restore(family: 4 | 6, text: string, ...options: readonly string[]): void {
    this.namespace.feed(text, `${toolOf(family, this.variant)}-restore`, ...options);
  }

  iptables(...argv: readonly string[]): string {
    return this.namespace.run(toolOf(4, this.variant), ...argv);
  }

  /** Empties the tables, as a restart of the host does. */
  emptyTables(): void {
    for (const family of [4, 6] as const)
      for (const table of ['mangle', 'filter'])
        for (const what of ['-F', '-X']) this.namespace.run(toolOf(family, this.variant), '-t', table, what);
  }

  /** Chains and rules, with counters and comment lines left out. */
  lines(family: 4 | 6 = 4): string[] {
    const text = this.namespace.run(`${toolOf(family, this.variant)}-save`);
    return text
      .split('\n')
      .filter((line) => /^[-:*]/.test(line))
      .map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
  }

  /** The lines of the tables that are not stackward's, in order. */
  foreign(family: 4 | 6 = 4): string[] {
    return this.lines(family).filter((line) => !line.includes('stackward-'));
  }

  /** The lines of the tables that are this owner's, in order. */
  ours(family: 4 | 6 = 4, owner = 'team-a'): string[] {
    return this.lines(family).filter((line) => line.includes(`stackward-${ownerMark(owner)}`));
  }

  /** File name → content. */
  stored(): Record<string, string> {
    const names = readdirSync(this.stateFolder)
      .filter((name) => name.startsWith('firewall-exception-'))
      .sort();
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(this.stateFolder, name), 'utf8')]));
  }

  remove(): void {
    this.namespace.remove();
    rmSync(this.stateFolder, { recursive: true, force: true });
  }
}

export class FirewallHosts {
  readonly network = new FakeNetwork();
  readonly hosts = new Map<string, FirewallHost>();
  /** How many commits succeed before the connection is lost for good. Each file and each table is one commit. */
  writesLeft = Infinity;
  written = 0;
  /** How many writing requests are answered before the connection is lost for good. */
  requestsLeft = Infinity;
  configFiles: readonly string[] = ['/etc/neutron/neutron.conf'];

  /** @param open the way to a host; default: its namespace */
  constructor(
    names: readonly string[],
    private readonly options: {
      readonly variant?: TableVariant;
      readonly open?: (host: FirewallHost) => OpenHost;
    } = {},
  ) {
    for (const name of names) {
      this.hosts.set(name, new FirewallHost(name, options.variant));
      this.network.addAgent({ host: name, type: 'Open vSwitch agent', isAlive: true });
    }
  }

  get(name = 'cnode01'): FirewallHost {
    const host = this.hosts.get(name);
    if (!host) throw new RangeError(`no host ${name}`);
    return host;
  }

  /** The engine's plan, with its findings. */
  async plan(manifests: readonly Manifest[], sweep: readonly Sweep[] = []) {
    const planned = await this.look(manifests, sweep);
    await this.disconnect();
    return planned;
  }

  private look(manifests: readonly Manifest[], sweep: readonly Sweep[]) {
    return plan(manifests, kinds, this.readers, everything, sweep);
  }

  /**
   * Plans and applies; `between` runs after the plan. Returns the outcomes, the remaining steps and problems, and the
   * manifests for a rollback.
   */
  async run(
    manifests: readonly Manifest[],
    more: { sweep?: readonly Sweep[]; between?: () => unknown; only?: readonly string[] } = {},
  ) {
    const sweep = more.sweep ?? [];
    const whole = await this.look(manifests, sweep);
    const planned = more.only ? { ...whole, steps: whole.steps.filter((step) => more.only?.includes(step.id)) } : whole;
    await more.between?.();
    const recorded = new RecordedTexts(planned, manifests);
    const report = await apply(planned, kinds, manifests, this.readers, this.writers, {
      sweep,
      onResult: recorded.onResult,
    });
    await this.disconnect();
    return {
      planned,
      outcomes: report.results.map(({ id, outcome, reason }) => [id, reason ?? outcome]),
      messages: report.results.flatMap(({ message }) => message ?? []),
      problems: [...planned.problems, ...report.problems].map(({ where, message }) => `${where}: ${message}`),
      undo: () => undoManifests(recorded.run, kinds),
    };
  }

  remove(): void {
    void this.disconnect();
    for (const host of this.hosts.values()) host.remove();
  }

  /** One connection to each host until the end of a plan or run, as in the command. */
  private readonly ways = new Map<string, OpenHost>();

  private async disconnect(): Promise<void> {
    const ways = [...this.ways.values()];
    this.ways.clear();
    await Promise.all(ways.map((way) => way.close()));
  }

  private readonly host = (target: string): Promise<Host> => Promise.resolve(this.counted(this.get(target.slice(5))));

  get readers(): Readers {
    return {
      cloud: 'lab',
      databases: new Set(),
      environment: () => undefined,
      hosts: {
        serving: () => [],
        configFiles: () => this.configFiles,
        named: [],
        reachesAny: true,
        canReach: () => true,
      },
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

  /** Fails before the first write that exceeds the limit, like a killed program: earlier writes stay. */
  private counted(host: FirewallHost): Host {
    const local = (): OpenHost =>
      new LocalHost(host.name, { namespace: host.namespace.name, stateFolder: host.stateFolder });
    const real = this.ways.get(host.name) ?? (this.options.open ?? local)(host);
    this.ways.set(host.name, real);
    return {
      name: real.name,
      stateFolder: real.stateFolder,
      read: (questions) => {
        host.requests.reads += 1;
        return real.read(questions);
      },
      write: async (sequences) => {
        if (this.requestsLeft-- <= 0) throw new TransientError('the connection was lost before the request');
        host.requests.writes += 1;
        const count = sequences.flat().flatMap(commitsOf).length;
        this.written += count;
        if (this.writesLeft >= count) {
          this.writesLeft -= count;
          return real.write(sequences);
        }
        await real.write(firstCommits(sequences, this.writesLeft));
        this.writesLeft = 0;
        throw new TransientError('the connection was lost before the answer');
      },
    };
  }
}
