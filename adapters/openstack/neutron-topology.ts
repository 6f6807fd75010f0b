/** Neutron's agents, floating IPs and ports with an owner, for reports. */
import type { AgentRecord, FloatingIp, OwnedPort, TopologyReader } from '../../lib/contract/report-ports';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import { agentRecordAnswer, floatingIpAnswer, ownedPortAnswer, told } from './report-answers';

const fieldsOf = (...names: readonly string[]): string =>
  `?${new URLSearchParams(names.map((name): [string, string] => ['fields', name]))}`;

export class NeutronTopology implements TopologyReader {
  readonly #lists: NeutronLists;

  constructor(session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  async agents(): Promise<readonly AgentRecord[]> {
    const found = await this.#lists.get(agentRecordAnswer, 'agents', '');
    return found.map((row) => ({
      host: row.host,
      type: row.agent_type,
      binary: row.binary,
      isAlive: row.alive,
      isEnabled: row.admin_state_up,
      ...told({ heartbeat: row.heartbeat_timestamp, startedAt: row.started_at }),
    }));
  }

  async floatingIps(): Promise<readonly FloatingIp[]> {
    const fields = fieldsOf('id', 'floating_ip_address', 'floating_network_id', 'port_id', 'status');
    const found = await this.#lists.get(floatingIpAnswer, 'floatingips', fields);
    return found.map((row) => ({
      id: row.id,
      address: row.floating_ip_address,
      networkId: row.floating_network_id,
      ...told({ portId: row.port_id, status: row.status }),
    }));
  }

  async ownedPorts(): Promise<readonly OwnedPort[]> {
    const fields = fieldsOf('id', 'network_id', 'device_id', 'device_owner', 'fixed_ips');
    const found = await this.#lists.get(ownedPortAnswer, 'ports', fields);
    return found
      .filter(({ device_owner: owner }) => owner !== '')
      .map((row) => ({
        id: row.id,
        networkId: row.network_id,
        deviceId: row.device_id,
        deviceOwner: row.device_owner,
        fixedIps: row.fixed_ips.map(({ subnet_id, ip_address }) => ({ subnetId: subnet_id, address: ip_address })),
      }));
  }
}
