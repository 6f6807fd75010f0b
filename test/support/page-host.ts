/**
 * One compute node that also serves Nova's API, as the pages show it: real files and a real packet filter of its own,
 * with every kind.
 */
import { apply, everything, plan } from '../../lib/run/engine';
import type { Host } from '../../lib/hosts/host';
import type { Manifest } from '../../lib/contract/manifest';
import type { Readers, Writers } from '../../lib/contract/ports';
import { renderPlan } from '../../lib/render/text';
import { kinds } from '../../reconcilers/registry';
import { makeNamespace } from '../contract/host-network-suite';
import { FakeIdentity } from './fake-identity';
import { FakeNetwork } from './fake-network';
import { FirewallMachine } from './firewall-machine';
import { memoryReaders, memoryWriters } from './memory-kind';

/** The ports of the example's UTM. */
export const ports = {
  Green: '6a1d8f03-52b4-4f0e-9c3d-8b7e61f0a2c4',
  Red: '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21',
} as const;

const networks = {
  Green: { cidr: '10.10.1.0/24', gateway: '10.10.1.1', address: '10.10.1.1', mac: 'fa:16:3e:5d:02:17' },
  Red: { cidr: '203.0.113.0/24', gateway: '203.0.113.1', address: '203.0.113.11', mac: 'fa:16:3e:9b:da:ee' },
} as const;

const agentTables = `*filter
:FORWARD ACCEPT [0:0]
:neutron-filter-top - [0:0]
:neutron-openvswi-local - [0:0]
-A FORWARD -j neutron-filter-top
-A neutron-filter-top -j neutron-openvswi-local
COMMIT
`;

export class PageHost {
  readonly network = new FakeNetwork();
  readonly identity = new FakeIdentity('admin>member>reader', 'operator');

  private constructor(
    private readonly namespace: ReturnType<typeof makeNamespace>,
    private readonly machine: FirewallMachine,
  ) {}

  static async start(): Promise<PageHost> {
    const namespace = makeNamespace();
    const site = new PageHost(namespace, await FirewallMachine.start(namespace.name));
    for (const family of ['iptables', 'ip6tables']) {
      namespace.feed(agentTables, `${family}-nft-restore`);
      site.shell(`ln -sf /usr/sbin/${family}-nft /etc/alternatives/${family}`);
    }
    site.network.addAgent({ host: 'cnode01', type: 'Open vSwitch agent', isAlive: true });
    for (const nic of ['Green', 'Red'] as const) await site.plug(nic);
    return site;
  }

  /**
   * A port of a running server as Neutron, Nova and os-vif leave it. An operator has switched hairpin on at its tap.
   */
  private async plug(nic: keyof typeof ports): Promise<void> {
    const { cidr, gateway, address, mac } = networks[nic];
    const id = ports[nic];
    const subnet = await this.network.createSubnet({ cidr, gateway, pools: [] });
    this.network.putPort({
      id,
      networkId: subnet.networkId,
      macAddress: mac,
      hostId: 'cnode01',
      fixedIps: [{ subnetId: subnet.id, address }],
    });
    const [bridge, tap, qvb, qvo] = ['qbr', 'tap', 'qvb', 'qvo'].map((kind) => `${kind}${id.slice(0, 11)}`);
    this.namespace.run('ip', 'link', 'add', bridge!, 'type', 'bridge');
    this.namespace.run('ip', 'link', 'add', tap!, 'type', 'veth', 'peer', 'name', `p${tap}`);
    this.namespace.run('ip', 'link', 'add', qvb!, 'type', 'veth', 'peer', 'name', qvo!);
    for (const device of [tap!, qvb!]) this.namespace.run('ip', 'link', 'set', device, 'master', bridge!);
    this.namespace.run('ip', 'link', 'set', 'dev', tap!, 'type', 'bridge_slave', 'hairpin', 'on');
  }

  /** The output of a shell there. */
  shell(line: string): string {
    return this.machine.run('sh', '-ec', line);
  }

  write(path: string, content: string): void {
    this.machine.run('sh', '-ec', 'mkdir -p "$(dirname "$0")"; printf %s "$1" >"$0"', path, content);
  }

  private readonly host = (target: string): Promise<Host> =>
    Promise.resolve(this.machine.host(target.slice('host:'.length)));

  private get readers(): Readers {
    return {
      ...memoryReaders,
      cloud: 'my-cloud',
      hosts: {
        serving: (service) => (service === 'nova' ? ['ctl1'] : []),
        configFiles: (service) => [`/etc/${service}/${service}.conf`],
        named: ['ctl1'],
        reachesAny: true,
        canReach: () => true,
      },
      network: () => Promise.resolve(this.network),
      identity: () => Promise.resolve(this.identity.reader()),
      host: this.host,
    };
  }

  private get writers(): Writers {
    return { ...memoryWriters, host: this.host };
  }

  /** The output of `stackward plan --kind KIND`. */
  async planOf(manifests: readonly Manifest[], kind: string): Promise<string> {
    return renderPlan(await plan(manifests, kinds, this.readers, { ...everything, kinds: [kind] }));
  }

  /** Applies all of it, and removes nothing. */
  async apply(manifests: readonly Manifest[]): Promise<void> {
    const planned = await plan(manifests, kinds, this.readers, everything, []);
    const report = await apply(planned, kinds, manifests, this.readers, this.writers, { sweep: [] });
    expect([...planned.problems, ...report.problems]).toEqual([]);
  }

  async stop(): Promise<void> {
    await this.machine.stop();
    this.namespace.remove();
  }
}
