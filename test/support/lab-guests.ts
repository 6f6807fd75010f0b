/**
 * Guests on the lab's compute hosts: Neutron ports that are plugged as Nova would plug them, with a namespace behind
 * each tap. A guest with two NICs is one namespace with both. `clean` also removes the things that a killed run of the
 * same suite left.
 */
import { defined } from '../../lib/basics/defined';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from '../../lab/command';
import { plug, unplug } from '../../lab/plug';
import { findRunning } from '../../lab/supervisor';
import type { LabCloud, LabSubnet } from './lab-cloud';

const execute = promisify(execFile);

export interface LabPort {
  readonly id: string;
  readonly mac: string;
  readonly address: string;
  /** Undefined if it was made without an IPv6 address. */
  readonly ipv6: string | undefined;
  readonly networkId: string;
}

export interface WantedPort {
  readonly on: LabSubnet;
  /** Default: Neutron picks one. */
  readonly address?: string;
  /** A second address, on an IPv6 subnet of the same network. */
  readonly ipv6?: { readonly on: LabSubnet; readonly address: string };
}

interface ApiPort {
  readonly id: string;
  readonly mac_address: string;
  readonly network_id: string;
  readonly 'binding:host_id': string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
}

/** The agent's chain of a port; `s` is its anti-spoofing: the name has 10 characters of the id, a tap's has 11. */
export const agentChain = (letter: 'i' | 'o' | 's', port: LabPort): string =>
  `neutron-openvswi-${letter}${port.id.slice(0, 10)}`;
export const tapOf = (port: LabPort): string => `tap${port.id.slice(0, 11)}`;

export class LabGuests {
  constructor(private readonly cloud: LabCloud) {}

  get #lab() {
    return this.cloud.lab;
  }

  /** A new group that lets everything in, and by default everything out. @returns its id */
  async openGroup(): Promise<string> {
    const group = await this.closedGroup();
    await this.addRule(group, {});
    await this.addRule(group, { ethertype: 'IPv6' });
    return group;
  }

  /** A new group lets everything out, and nothing in. @returns its id */
  async closedGroup(): Promise<string> {
    const answer = await this.#post<{ security_group: { id: string } }>('security-groups', {
      security_group: { name: this.cloud.prefix },
    });
    return answer.security_group.id;
  }

  /** @returns the rule's id */
  async addRule(group: string, rule: object): Promise<string> {
    const body = { direction: 'ingress', ethertype: 'IPv4', ...rule, security_group_id: group };
    const answer = await this.#post<{ security_group_rule: { id: string } }>('security-group-rules', {
      security_group_rule: body,
    });
    return answer.security_group_rule.id;
  }

  async removeRule(id: string): Promise<void> {
    await this.cloud.admin.call('network', `/v2.0/security-group-rules/${id}`, { method: 'DELETE' });
  }

  /** Ports in one request, as Nova would have them on this host. */
  async ports(host: string, group: string, wanted: readonly WantedPort[]): Promise<LabPort[]> {
    const ports = wanted.map(({ on, address, ipv6 }) => ({
      name: this.cloud.prefix,
      network_id: on.networkId,
      fixed_ips: [
        { subnet_id: on.id, ...defined({ ip_address: address }) },
        ...(ipv6 ? [{ subnet_id: ipv6.on.id, ip_address: ipv6.address }] : []),
      ],
      security_groups: [group],
      device_owner: 'compute:nova',
      device_id: randomUUID(),
      'binding:host_id': host,
    }));
    const answer = await this.#post<{ ports: ApiPort[] }>('ports', { ports });
    return answer.ports.map(read);
  }

  async change(port: LabPort, body: object): Promise<void> {
    await this.cloud.admin.call('network', `/v2.0/ports/${port.id}`, { method: 'PUT', body: { port: body } });
  }

  async removePort(port: LabPort): Promise<void> {
    await this.cloud.admin.call('network', `/v2.0/ports/${port.id}`, { method: 'DELETE' });
  }

  /** A guest with these ports as eth0, eth1, …; IPv4 addresses are of a /24, IPv6 addresses of a /64. @returns its namespace */
  async boot(host: string, ...ports: readonly LabPort[]): Promise<string> {
    const [first = '', ...others] = await this.#plugAll(host, ports);
    for (const [index, namespace] of others.entries()) {
      const name = `eth${String(index + 1)}`;
      await this.ip(namespace, 'link', 'set', 'eth0', 'netns', first, 'name', name);
      await this.ip(first, 'address', 'add', `${ports[index + 1]!.address}/24`, 'dev', name);
      await this.ip(first, 'link', 'set', name, 'up');
    }
    for (const [index, { ipv6 }] of ports.entries())
      if (ipv6) await this.ip(first, 'address', 'add', `${ipv6}/64`, 'dev', `eth${String(index)}`, 'nodad');
    return first;
  }

  async #plugAll(host: string, ports: readonly LabPort[]): Promise<string[]> {
    const namespaces: string[] = [];
    for (const { id, mac, address } of ports)
      namespaces.push((await plug(this.#lab, { host, portId: id, mac, guest: `${address}/24` }))!);
    const vswitch = findRunning(this.#lab, `ovs-vswitchd-${host}`)!.process.pid;
    await execute('/usr/bin/python3', [join(__dirname, 'switch-queues.py'), String(vswitch)]);
    return namespaces;
  }

  /** Removes the port's tap from the host, the guest whose eth0 it was, and the network behind that guest. */
  async unplug(host: string, port: LabPort): Promise<void> {
    await unplug(this.#lab, host, port.id);
    await this.#removeInsides((guest) => guest === `${this.#lab.prefix}${port.id.slice(0, 11)}`);
  }

  /**
   * A network behind a guest, which Neutron doesn't know: the guest routes for it. @returns the namespace of a machine
   * with these addresses in that network
   */
  async inside(guest: string, gateway: string, addresses: readonly string[]): Promise<string> {
    const namespace = `${guest}-in`;
    await execute('ip', ['netns', 'add', namespace]);
    await this.ip(guest, 'link', 'add', 'lan', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    await this.ip(guest, 'address', 'add', `${gateway}/32`, 'dev', 'lan');
    await this.ip(guest, 'link', 'set', 'lan', 'up');
    await this.ip(namespace, 'link', 'set', 'eth0', 'up');
    for (const address of addresses) {
      await this.ip(namespace, 'address', 'add', `${address}/32`, 'dev', 'eth0');
      await this.ip(guest, 'route', 'add', `${address}/32`, 'dev', 'lan');
    }
    await this.ip(namespace, 'route', 'add', gateway, 'dev', 'eth0');
    await this.ip(namespace, 'route', 'add', 'default', 'via', gateway);
    return namespace;
  }

  /** Joins two NICs of the guest by a bridge, so frames pass unchanged. */
  async bridge(guest: string, ...nics: readonly [string, string]): Promise<void> {
    await this.ip(guest, 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0');
    for (const nic of nics) {
      await this.ip(guest, 'address', 'flush', 'dev', nic);
      await this.ip(guest, 'link', 'set', nic, 'master', 'br0');
    }
    await this.ip(guest, 'link', 'set', 'br0', 'up');
  }

  async forward(guest: string): Promise<void> {
    await this.in(guest, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  }

  async route(guest: string, to: string, via: string): Promise<void> {
    await this.ip(guest, 'route', 'add', to, 'via', via);
  }

  async ip(namespace: string, ...argv: readonly string[]): Promise<void> {
    await execute('ip', ['-netns', namespace, ...argv]);
  }

  /** @returns the output of the program in that namespace */
  async in(namespace: string, ...argv: readonly string[]): Promise<string> {
    return (await execute('ip', ['netns', 'exec', namespace, ...argv])).stdout;
  }

  /** Runs the program in the namespace of a compute host. */
  async onHost(host: string, ...argv: readonly string[]): Promise<string> {
    return this.in(this.#lab.hosts.find(({ name }) => name === host)!.namespace, ...argv);
  }

  /** Rules of a chain as `iptables -S` prints them; undefined: there is no such chain. */
  async rules(host: string, chain: string, table = 'filter'): Promise<string[] | undefined> {
    try {
      return (await this.onHost(host, 'iptables', '-t', table, '-S', chain)).trim().split('\n');
    } catch (error) {
      // iptables-nft's words, and legacy's.
      if (/is incompatible|No chain\/target\/match/.test(String(error))) return undefined;
      throw error;
    }
  }

  /** Waits until the ports are ACTIVE in Neutron: the agent has then made their chains and flows. */
  untilActive(ports: readonly LabPort[]): Promise<void> {
    return this.untilStatus(ports, 'ACTIVE');
  }

  /** Waits until all these ports have the status in Neutron's database, which answers in less time than Neutron. */
  async untilStatus(ports: readonly LabPort[], status: string): Promise<void> {
    const ids = ports.map(({ id }) => `'${id}'`).join(', ');
    const others = `SELECT COUNT(*) FROM neutron.ports WHERE id IN (${ids}) AND status <> '${status}';`;
    while ((await sql(this.#lab, others))[0] !== '0') await new Promise((resolve) => setTimeout(resolve, 500));
  }

  async clean(): Promise<void> {
    const hosts = this.#lab.hosts.map(({ name }) => name);
    const ours = await this.#list();
    for (const { id } of ours) for (const host of hosts) await unplug(this.#lab, host, id);
    // Other suites have guests here at the same time.
    await this.#removeInsides((guest) => ours.some(({ id }) => guest === `${this.#lab.prefix}${id.slice(0, 11)}`));
    await this.cloud.clean();
  }

  async #removeInsides(isOver: (guest: string) => boolean): Promise<void> {
    const { stdout } = await execute('ip', ['netns', 'list']);
    for (const [namespace, guest = ''] of stdout.matchAll(/^(\S+)-in(?= |$)/gm))
      if (isOver(guest)) await execute('ip', ['netns', 'delete', namespace]);
  }

  async #list(): Promise<readonly ApiPort[]> {
    const { ports } = await this.cloud.admin.call<{ ports: ApiPort[] }>(
      'network',
      `/v2.0/ports?name=${this.cloud.prefix}`,
    );
    return ports;
  }

  async #post<Answer>(collection: string, body: object): Promise<Answer> {
    return this.cloud.admin.call<Answer>('network', `/v2.0/${collection}`, { method: 'POST', body });
  }
}

const read = (port: ApiPort): LabPort => ({
  id: port.id,
  mac: port.mac_address,
  address: port.fixed_ips.find(({ ip_address }) => !ip_address.includes(':'))?.ip_address ?? '',
  ipv6: port.fixed_ips.find(({ ip_address }) => ip_address.includes(':'))?.ip_address,
  networkId: port.network_id,
});
