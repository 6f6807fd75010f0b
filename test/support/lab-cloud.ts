/**
 * Networks, subnets and ports on the lab, made through its API as an administrator and as a plain member. All names
 * begin with `test-<suite>`. Things that a killed run of the same suite left are deleted at the start.
 */
import { defined } from '../../lib/basics/defined';
import pLimit from 'p-limit';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { readLab, type Lab } from '../../lab/environment';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { parseAddress } from '../../lib/net/ip-ranges';
import type { AddressRange } from '../../lib/contract/ports';

interface Named {
  readonly id: string;
  readonly name: string;
}
export interface LabSubnet {
  readonly id: string;
  readonly networkId: string;
}
export interface SubnetBody {
  readonly cidr: string;
  readonly ip_version?: 4 | 6;
  readonly gateway_ip?: string | null;
  readonly enable_dhcp?: boolean;
  readonly allocation_pools?: readonly AddressRange[];
}

export function getLab(): Lab {
  const lab = readLab();
  if (!lab) throw new Error('there is no lab: `npm test` brings it up, so does `npx tsx lab/main.ts up`');
  return lab;
}

export class LabCloud {
  readonly lab = getLab();
  readonly admin = this.session('stackward-lab');
  readonly member = this.session('stackward-lab-member');
  readonly prefix: string;

  constructor(suite: string) {
    this.prefix = `test-${suite}`;
  }

  /** A session of an entry in the lab's clouds.yaml; closed by `close`. */
  private session(cloud: string): OpenStackSession {
    return new OpenStackSession(resolveCredentials(cloud, {}, readCredentialFiles(this.lab.environment)));
  }

  /** A shared network with one subnet, where a member may make ports. */
  async subnet(body: SubnetBody): Promise<LabSubnet> {
    const { network } = await this.admin.call<{ network: Named }>('network', '/v2.0/networks', {
      method: 'POST',
      body: { network: { name: this.prefix, shared: true } },
    });
    return this.addSubnet(network.id, body);
  }

  async addSubnet(networkId: string, body: SubnetBody): Promise<LabSubnet> {
    const subnet = { ip_version: 4, enable_dhcp: false, ...body, name: this.prefix, network_id: networkId };
    const answer = await this.admin.call<{ subnet: Named }>('network', '/v2.0/subnets', {
      method: 'POST',
      body: { subnet },
    });
    return { id: answer.subnet.id, networkId };
  }

  /**
   * Makes a port as a member, at the address that Neutron picks on this subnet; with a given address, as an
   * administrator.
   */
  async port(subnet: LabSubnet, address?: string): Promise<string> {
    const fixed = { subnet_id: subnet.id, ...defined({ ip_address: address }) };
    const port = { name: this.prefix, network_id: subnet.networkId, fixed_ips: [fixed] };
    const session = address === undefined ? this.member : this.admin;
    const answer = await session.call<{ port: { fixed_ips: readonly { ip_address: string }[] } }>(
      'network',
      '/v2.0/ports',
      { method: 'POST', body: { port } },
    );
    return answer.port.fixed_ips[0]?.ip_address ?? '';
  }

  /** A port bound to a compute host as Nova's would be. Answers its id. */
  async boundPort(subnet: LabSubnet, host: string): Promise<string> {
    const port = { name: this.prefix, network_id: subnet.networkId, fixed_ips: [{ subnet_id: subnet.id }] };
    const bound = { ...port, 'binding:host_id': host, device_owner: 'compute:nova' };
    const answer = await this.admin.call<{ port: { id: string } }>('network', '/v2.0/ports', {
      method: 'POST',
      body: { port: bound },
    });
    return answer.port.id;
  }

  /** Makes ports until Neutron answers 409. Returns the addresses, and Neutron's message. */
  async portsUntilRefused(subnet: LabSubnet): Promise<{ addresses: string[]; refusal: string }> {
    const addresses: string[] = [];
    for (;;) {
      try {
        addresses.push(await this.port(subnet));
      } catch (error) {
        return { addresses, refusal: (error as Error).message };
      }
    }
  }

  /** Sorted by address, because Neutron sorts them by row ids. */
  async pools(subnet: LabSubnet): Promise<readonly AddressRange[]> {
    const answer = await this.admin.call<{ subnet: { allocation_pools: readonly AddressRange[] } }>(
      'network',
      `/v2.0/subnets/${subnet.id}`,
    );
    const first = ({ start }: AddressRange): bigint => parseAddress(start).value;
    return [...answer.subnet.allocation_pools].sort((a, b) => (first(a) < first(b) ? -1 : 1));
  }

  async updateSubnet(subnet: LabSubnet, body: object): Promise<void> {
    await this.admin.call('network', `/v2.0/subnets/${subnet.id}`, { method: 'PUT', body: { subnet: body } });
  }

  async deletePort(address: string, subnet: LabSubnet): Promise<void> {
    const filter = `fixed_ips=ip_address%3D${encodeURIComponent(address)}&network_id=${subnet.networkId}`;
    const { ports } = await this.admin.call<{ ports: Named[] }>('network', `/v2.0/ports?${filter}`);
    for (const port of ports) await this.admin.call('network', `/v2.0/ports/${port.id}`, { method: 'DELETE' });
  }

  /** Deletes everything that this suite made, in this run or in a killed run. */
  async clean(): Promise<void> {
    for (const collection of ['ports', 'networks', 'security-groups']) {
      const found = await this.admin.call<Record<string, Named[]>>(
        'network',
        `/v2.0/${collection}?name=${this.prefix}`,
      );
      const limit = pLimit(6);
      const remove = ({ id }: Named) => this.admin.call('network', `/v2.0/${collection}/${id}`, { method: 'DELETE' });
      await Promise.all((found[collection.replace('-', '_')] ?? []).map((resource) => limit(() => remove(resource))));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.admin.close(), this.member.close()]);
  }
}
