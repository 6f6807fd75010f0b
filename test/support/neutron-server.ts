/**
 * Keystone's login and roles, and Neutron's ports, agents and subnets, over HTTP on loopback: for tests of the whole
 * command without a cloud.
 */
import { defined } from '../../lib/basics/defined';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Port, Subnet } from '../../lib/contract/ports';
import { FakeIdentity } from './fake-identity';
import { FakeNetwork } from './fake-network';

export class NeutronServer {
  /** Requests to Neutron so far. */
  requests = 0;
  /** The status that answers every request to Neutron; undefined: Neutron works. */
  failing: number | undefined;
  readonly identity = new FakeIdentity('admin>member>reader');
  /** Requests for Keystone's roles so far. */
  roleRequests = 0;
  /** The status that answers every request for Keystone's roles; undefined: they work. */
  failingRoles: number | undefined;

  private constructor(
    readonly network: FakeNetwork,
    private readonly server: Server,
  ) {}

  static async start(network = new FakeNetwork()): Promise<NeutronServer> {
    const server = createServer();
    const neutron = new NeutronServer(network, server);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void neutron.answer(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return neutron;
  }

  /** The environment with which a command logs in to this server. */
  get environment(): Readonly<Record<string, string>> {
    return {
      OS_AUTH_URL: `${this.base}/v3`,
      OS_USERNAME: 'admin',
      OS_PASSWORD: 'nobody-checks',
      OS_PROJECT_NAME: 'admin',
      OS_USER_DOMAIN_ID: 'default',
      OS_PROJECT_DOMAIN_ID: 'default',
    };
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private get base(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.base);
    const reply = (status: number, body: object, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    if (pathname === '/v3/auth/tokens') {
      const endpoint = { interface: 'public', region_id: 'RegionOne', url: `${this.base}/network/` };
      const token = { catalog: [{ type: 'network', endpoints: [endpoint] }] };
      return reply(201, { token }, { 'x-subject-token': 'a-token' });
    }
    if (pathname.startsWith('/v3/role')) return this.answerRoles(pathname, reply);
    this.requests += 1;
    if (this.failing !== undefined) return reply(this.failing, {});
    if (pathname === '/network/v2.0/ports')
      return reply(200, { ports: (await this.network.ports(searchParams.getAll('id'))).map(apiPort) });
    if (pathname === '/network/v2.0/subnets') {
      const subnets = [
        ...(await this.network.subnets(searchParams.getAll('id'))),
        ...(await this.network.subnetsOf(searchParams.getAll('network_id'))),
      ];
      return reply(200, { subnets: subnets.map(apiSubnet) });
    }
    if (pathname === '/network/v2.0/agents') {
      const agents = await this.network.agents();
      return reply(200, {
        agents: agents.map(({ host, type, isAlive }) => ({ host, agent_type: type, alive: isAlive })),
      });
    }
    reply(404, { NeutronError: { message: `${request.method} ${pathname} is not served here` } });
  }

  private answerRoles(pathname: string, reply: (status: number, body: object) => void): void {
    const { roles, inferences } = this.identity.catalogue;
    this.roleRequests += 1;
    if (this.failingRoles !== undefined)
      return reply(this.failingRoles, { error: { message: 'roles are not told to you' } });
    if (pathname === '/v3/roles') return reply(200, { roles, links: { next: null } });
    const rules = inferences.map(({ prior, implied }) => ({ prior_role: prior, implies: [implied] }));
    reply(200, { role_inferences: rules });
  }
}

const apiSubnet = (subnet: Subnet): object => ({
  id: subnet.id,
  name: subnet.name,
  network_id: subnet.networkId,
  ip_version: subnet.ipVersion,
  cidr: subnet.cidr,
  gateway_ip: subnet.gatewayIp,
  allocation_pools: subnet.allocationPools,
});

const apiPort = (port: Port): object => ({
  id: port.id,
  name: port.name,
  network_id: port.networkId,
  mac_address: port.macAddress,
  status: port.status,
  device_id: port.deviceId,
  device_owner: port.deviceOwner,
  security_groups: port.securityGroups,
  fixed_ips: port.fixedIps.map(({ subnetId, address }) => ({ subnet_id: subnetId, ip_address: address })),
  'binding:host_id': port.hostId,
  'binding:vif_type': port.vifType,
  'binding:vif_details': port.hybridPlug === undefined ? {} : { ovs_hybrid_plug: port.hybridPlug },
  ...defined({ port_security_enabled: port.portSecurity }),
});
