/** Hosts as texts, and the engine's plans for exceptions on them. This module only reads; it can't write. */
import { createHash } from 'node:crypto';
import { everything, plan } from '../../lib/run/engine';
import {
  ownerMark,
  type HostBoot,
  type HostFacts,
  type HostRead,
  type HostReader,
  type HostTables,
} from '../../lib/hosts/host';
import type { Manifest } from '../../lib/contract/manifest';
import type { DeclaredResource } from '../../lib/contract/resource';
import type { NetworkAgent, Readers } from '../../lib/contract/ports';
import type { Sweep } from '../../lib/contract/reconciler';
import { renderPlan } from '../../lib/render/text';
import { bootRestore } from '../../reconcilers/boot-restore';
import { firewallException } from '../../reconcilers/firewall-exception';
import type { FirewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { versions } from './memory-kind';
import { FakeNetwork } from './fake-network';

export const kinds = [bootRestore, firewallException];

export const portId = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';

export const exception = (more: Partial<FirewallExceptionSpec> = {}): FirewallExceptionSpec => ({
  portId,
  mode: 'routed',
  sources: ['10.99.0.0/24'],
  destinations: 'any',
  reason: 'the branch office',
  placement: 'bound',
  release: 'zed',
  firewallDriver: 'iptables_hybrid',
  ...more,
});

/** @param specs by construct id in the stack */
export function manifestOf(
  specs: Readonly<Record<string, DeclaredResource['spec'] | FirewallExceptionSpec>>,
  { owner = 'team-a', stack = 'acme', kind = 'firewall-exception' } = {},
): Manifest {
  const resources = Object.entries(specs).map(([id, spec]): DeclaredResource => {
    const path = `${stack}/${id}`;
    return { path, stack, owner, kind, spec: spec as DeclaredResource['spec'], dependsOn: [], unknown: [] };
  });
  return { owner, stack, source: stack, removed: [], resources };
}

/** The agent's tables of one family, before stackward's rules. */
export const agentTables = (...ours: readonly string[]): string =>
  [
    ...['*filter', ':FORWARD ACCEPT [0:0]', ':neutron-filter-top - [0:0]', '-A FORWARD -j neutron-filter-top'],
    ...['-A neutron-filter-top -j neutron-openvswi-local', ...ours, 'COMMIT', ''],
  ].join('\n');

export const mark = ownerMark('team-a');
export const chain = `stackward-${mark}`;
const ends = '--physdev-in tap28f25940-63 --physdev-out qvb28f25940-63 --physdev-is-bridged';
const back = '--physdev-in qvb28f25940-63 --physdev-out tap28f25940-63 --physdev-is-bridged';
/** The rules of `exception()` as `acme/Branch`. */
export const dhcp = `-p udp -m physdev ${ends} -m udp --sport 67 --dport 68 -m comment --comment "stackward:acme/Branch" -j RETURN`;
export const out = `-s 10.99.0.0/24 -m physdev ${ends} -m comment --comment "stackward:acme/Branch" -j ACCEPT`;
export const into = `-d 10.99.0.0/24 -m physdev ${back} -m comment --comment "stackward:acme/Branch" -j ACCEPT`;
export const jump = `-A neutron-filter-top -j ${chain}`;
/** Tables with these rules in our chain. */
export const kernelWith = (...rules: readonly string[]): string =>
  agentTables(`:${chain} - [0:0]`, ...rules.map((rule) => `-A ${chain} ${rule}`), jump);
/** The stored file with these rules. */
export const storedWith = (rules: readonly string[], head = '# iptables: nft\n') => ({
  [`/var/lib/stackward/firewall-exception-${mark}.ipv4`]: `# This file is kept by stackward for team-a\n${head}*filter\n:${chain} - [0:0]\n${rules.map((rule) => `-A ${chain} ${rule}\n`).join('')}${jump}\nCOMMIT\n`,
});
export const stored = storedWith([dhcp, out, into]);

/** The facts of a program that is sent along. */
export const bootPaths = {
  script: '/var/lib/stackward/restore-at-boot',
  copy: '/usr/local/lib/stackward/restore-at-boot.py',
  unit: '/etc/systemd/system/stackward-restore.service',
  dropIn: '/etc/systemd/system/multi-user.target.d/stackward.conf',
  job: '/etc/init/stackward-restore.conf',
} as const;
type BootPath = keyof typeof bootPaths;

const bootOf = ({ init = 'systemd', boot = {} }: TextHost): HostBoot => {
  const needed: readonly BootPath[] =
    init === 'systemd' ? ['copy', 'unit', 'dropIn'] : init === 'upstart' ? ['copy', 'job'] : [];
  const digest = (lines: number, text: string) => ({ lines, sha256: createHash('sha256').update(text).digest('hex') });
  return {
    init,
    seen: digest(0, JSON.stringify(boot)).sha256,
    files: Object.entries(bootPaths).map(([name, path], index) => {
      const is = boot[name as BootPath];
      return {
        path,
        isOurs: is !== undefined && is !== 'foreign',
        now: is === undefined ? null : is === 'right' ? digest(index + 3, path) : digest(index + 4, `${path} ${is}`),
        right: needed.includes(name as BootPath) ? digest(index + 3, path) : null,
      };
    }),
  };
};

export interface TextHost {
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly variant?: HostTables['variant'];
  readonly init?: HostFacts['init'];
  readonly tools?: HostFacts['tools'];
  /** Bridge → its ports. */
  readonly bridges?: Readonly<Record<string, readonly string[]>>;
  /** The `bootPaths` that exist; default: none. */
  readonly boot?: Readonly<Partial<Record<BootPath, 'right' | 'older' | 'foreign'>>>;
  /** Path → content. */
  readonly files?: Readonly<Record<string, string>>;
}

const stateFolder = '/var/lib/stackward';

function answer(host: TextHost, question: HostRead): object {
  switch (question.verb) {
    case 'save-tables': {
      const text = (question.family === 4 ? host.ipv4 : host.ipv6) ?? agentTables();
      return { variant: host.variant ?? 'nft', hasHook: text.includes('\n:neutron-filter-top '), text };
    }
    case 'bridge-ports': {
      const bridges = host.bridges ?? { [`qbr${portId.slice(0, 11)}`]: [`tap${portId.slice(0, 11)}`] };
      const ports = Object.entries(bridges).flatMap(([bridge, all]) =>
        all.map((port) => ({ bridge, port, flags: {} })),
      );
      return { ports };
    }
    case 'read-file': {
      const text = host.files?.[question.path];
      if (text === undefined) return { exists: false, realPath: question.path };
      const sha256 = createHash('sha256').update(text).digest('hex');
      return { exists: true, realPath: question.path, content: Buffer.from(text).toString('base64'), sha256 };
    }
    case 'list-folder': {
      const names = Object.keys(host.files ?? {}).filter((path) => path.startsWith(`${question.path}/`));
      return {
        exists: true,
        entries: names.map((path) => ({ name: path.slice(question.path.length + 1), kind: 'file' })),
      };
    }
    case 'boot-files':
      return bootOf(host);
    case 'facts':
      return { init: host.init ?? 'systemd', tools: host.tools ?? {} };
    default:
      throw new RangeError(`nobody asks that here: ${question.verb}`);
  }
}

export class TextHosts {
  readonly network = new FakeNetwork();
  /** The number of requests so far. */
  reads = 0;

  #hasSubnet = false;

  /** @param agent what Neutron says of the agent of each host */
  constructor(
    private readonly hosts: Readonly<Record<string, TextHost>> = { cnode01: {} },
    agent: Omit<NetworkAgent, 'host'> = { type: 'Open vSwitch agent', isAlive: true },
  ) {
    for (const host of Object.keys(hosts)) this.network.addAgent({ host, ...agent });
    this.network.putPort({ id: portId, hostId: 'cnode01', macAddress: 'FA:16:3E:9B:DA:EE' });
  }

  async plan(manifests: readonly Manifest[], sweep?: readonly Sweep[]) {
    if (!this.#hasSubnet) {
      const pools = [{ start: '10.77.0.2', end: '10.77.0.254' }];
      const [port] = await this.network.ports([portId]);
      const green = { cidr: '10.77.0.0/24', gateway: '10.77.0.1', pools };
      const { id } = await this.network.createSubnet(green, port?.networkId);
      this.network.putPort({ id: portId, fixedIps: [{ subnetId: id, address: '10.77.0.10' }] });
      this.#hasSubnet = true;
    }
    return plan(manifests, kinds, this.readers, everything, sweep);
  }

  async text(manifests: readonly Manifest[], sweep?: readonly Sweep[]): Promise<string> {
    return renderPlan(await this.plan(manifests, sweep));
  }

  private get readers(): Readers {
    const none = () => Promise.reject(new Error('not here'));
    return {
      cloud: 'lab',
      databases: new Set(),
      environment: () => undefined,
      database: none,
      identity: none,
      versions,
      network: () => Promise.resolve(this.network),
      hosts: {
        serving: () => [],
        configFiles: () => ['/etc/neutron/neutron.conf'],
        named: [],
        reachesAny: true,
        canReach: () => true,
      },
      host: (target) => Promise.resolve(this.reader(target.slice('host:'.length))),
      machine: () => Promise.resolve(undefined),
    };
  }

  private reader(name: string): HostReader {
    const read = (questions: readonly HostRead[]) => {
      this.reads += 1;
      return Promise.resolve(
        questions.map((question) => ({ ok: true, value: answer(this.hosts[name] ?? {}, question) })),
      );
    };
    return { name, stateFolder, read: read as HostReader['read'] };
  }
}
