/** Neutron's records of one floating IP, router or port, for `stackward trace`. */
import type * as z from 'zod';
import type {
  DhcpAgent,
  FloatingIpRecord,
  GroupRecord,
  NetworkTraceReader,
  PortRecord,
  RouterAgent,
  RouterRecord,
  SubnetRecord,
} from '../../lib/contract/trace-ports';
import { uuid } from '../../lib/basics/uuid';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';
import * as answers from './trace-answers';

/** Returns a filter for these values. Without any value Neutron would return everything. */
const having = (name: string, values: readonly string[]): string =>
  `?${new URLSearchParams(values.map((value): [string, string] => [name, value]))}`;

export class NeutronTrace implements NetworkTraceReader {
  readonly #lists: NeutronLists;

  constructor(private readonly session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  floatingIps(wanted: string): Promise<readonly FloatingIpRecord[]> {
    const name = uuid.safeParse(wanted).success ? 'id' : 'floating_ip_address';
    return this.found(answers.floatingIp, 'floatingips', name, [wanted]);
  }

  floatingIpsOfPorts(portIds: readonly string[]): Promise<readonly FloatingIpRecord[]> {
    return this.found(answers.floatingIp, 'floatingips', 'port_id', portIds);
  }

  async router(id: string): Promise<RouterRecord | undefined> {
    return (await this.found(answers.router, 'routers', 'id', [id]))[0];
  }

  async routerAgents(routerId: string): Promise<readonly RouterAgent[]> {
    return (await this.get(`/routers/${routerId}/l3-agents`, answers.routerAgents)).agents;
  }

  /** Neutron knows the type of an agent from Folsom on, and its binary has other names of vendors. */
  l3AgentsOn(host: string): Promise<readonly RouterAgent[]> {
    const query = new URLSearchParams({ agent_type: 'L3 agent', host });
    return this.#lists.get(answers.routerAgent, 'agents', `?${query}`);
  }

  async port(id: string): Promise<PortRecord | undefined> {
    return (await this.ports([id]))[0];
  }

  ports(ids: readonly string[]): Promise<readonly PortRecord[]> {
    return this.found(answers.tracedPort, 'ports', 'id', ids);
  }

  portsOfDevice(deviceId: string): Promise<readonly PortRecord[]> {
    return this.found(answers.tracedPort, 'ports', 'device_id', [deviceId]);
  }

  portsWithAddress(address: string): Promise<readonly PortRecord[]> {
    return this.found(answers.tracedPort, 'ports', 'fixed_ips', [`ip_address=${address}`]);
  }

  groups(ids: readonly string[]): Promise<readonly GroupRecord[]> {
    return this.found(answers.group, 'security-groups', 'id', ids);
  }

  subnets(ids: readonly string[]): Promise<readonly SubnetRecord[]> {
    return this.found(answers.subnet, 'subnets', 'id', ids);
  }

  async dhcpAgents(networkId: string): Promise<readonly DhcpAgent[]> {
    return (await this.get(`/networks/${networkId}/dhcp-agents`, answers.dhcpAgents)).agents;
  }

  private async found<Item>(
    schema: z.ZodType<Item>,
    collection: string,
    field: string,
    values: readonly string[],
  ): Promise<readonly Item[]> {
    return values.length === 0 ? [] : this.#lists.get(schema, collection, having(field, values));
  }

  private async get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const answer = await this.session.call('network', `/v2.0${path}`);
    return checkedAnswer(schema, answer, `Neutron to GET ${path.replace(/\?.*/, '')}`, this.session.cloud);
  }
}
