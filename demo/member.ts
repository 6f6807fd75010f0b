/** The actions of a plain member of a project on the cloud: makes ports, and meets the end of the pool. */
import { OpenStackSession } from '../adapters/openstack/openstack-session';
import { resolveCredentials } from '../lib/openstack/credentials';
import { readCredentialFiles } from '../adapters/files/credential-files';

interface Port {
  readonly id: string;
  readonly name: string;
  readonly fixed_ips: readonly { ip_address: string }[];
}

const portName = 'stackward-demo';

export class Member {
  private readonly session: OpenStackSession;

  constructor(cloud: string, environment: NodeJS.ProcessEnv) {
    this.session = new OpenStackSession(resolveCredentials(cloud, environment, readCredentialFiles(environment)));
  }

  /** Makes ports of one network until Neutron refuses. Returns the addresses and Neutron's message. */
  async fill(networkId: string): Promise<{ addresses: string[]; refusal: string }> {
    const addresses: string[] = [];
    for (;;) {
      try {
        const { port } = await this.session.call<{ port: Port }>('network', '/v2.0/ports', {
          method: 'POST',
          body: { port: { network_id: networkId, name: portName } },
        });
        addresses.push(...port.fixed_ips.map((fixedIp) => fixedIp.ip_address));
      } catch (error) {
        return { addresses, refusal: (error as Error).message };
      }
    }
  }

  /** Whether Neutron gives a port with an address of the member's choice; else Neutron's message. */
  async choose(networkId: string, address: string): Promise<string> {
    try {
      const body = { port: { network_id: networkId, name: portName, fixed_ips: [{ ip_address: address }] } };
      const { port } = await this.session.call<{ port: Port }>('network', '/v2.0/ports', { method: 'POST', body });
      await this.session.call('network', `/v2.0/ports/${port.id}`, { method: 'DELETE' });
      return `accepted: port ${port.id} with ${port.fixed_ips[0]?.ip_address}`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Ports that this run of the demo or an interrupted one made. */
  async clean(): Promise<void> {
    const { ports } = await this.session.call<{ ports: Port[] }>('network', `/v2.0/ports?name=${portName}`);
    for (const port of ports) await this.session.call('network', `/v2.0/ports/${port.id}`, { method: 'DELETE' });
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
