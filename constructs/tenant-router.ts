import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import { NetworkingPortV2 } from '@cdktf/provider-openstack/lib/networking-port-v2';
import { NetworkingRouterInterfaceV2 } from '@cdktf/provider-openstack/lib/networking-router-interface-v2';
import { NetworkingRouterRouteV2 } from '@cdktf/provider-openstack/lib/networking-router-route-v2';
import { NetworkingRouterV2, type NetworkingRouterV2Config } from '@cdktf/provider-openstack/lib/networking-router-v2';
import { defined } from '../lib/basics/defined';
import { gatewayOf } from '../lib/synth/subnet-checks';
import { takesNamedAddress, takesPickedAddress } from './internal/address-order';
import { checkTexts, requireProps } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { chooseSubnet } from './internal/choose-subnet';
import { addFinding, declarationsOf } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
import { picksGateway } from './internal/picked-gateway';
import type { HostRoute } from './subnet';
import { Tenant } from './tenant';
import type { INetwork, ISubnet, ITenant } from './interfaces';

export interface RouterInterface {
  readonly network: INetwork;
  /** @default the network's first */
  readonly subnet?: ISubnet;
  /** @default the gateway address of the subnet */
  readonly address?: string;
}

export interface ExternalGateway {
  /** An external network. */
  readonly network: INetwork;
  /** Addresses of the router in the external network. @default Neutron picks one */
  readonly addresses?: readonly string[];
  /** Hides the tenant's addresses behind the router's. Only admins may set it. @default as Neutron is set up, usually true */
  readonly snat?: boolean;
}

export interface TenantRouterProps extends Pick<
  NetworkingRouterV2Config,
  | 'adminStateUp'
  | 'availabilityZoneHints'
  | 'description'
  | 'distributed'
  | 'region'
  | 'tags'
  | 'timeouts'
  | 'valueSpecs'
  | 'vendorOptions'
> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** @default the construct's id */
  readonly name?: string;
  /** @default none: it routes only between its interfaces */
  readonly gateway?: ExternalGateway;
  /** Networks to route between. The router has the gateway address in each. `addInterface` adds more. @default none */
  readonly interfaces?: readonly INetwork[];
  /** @default only the routes of its interfaces and its gateway */
  readonly routes?: readonly HostRoute[];
}

/** A router in the tenant's project. */
export class TenantRouter extends Construct {
  readonly resource: NetworkingRouterV2;
  readonly routerId: string;
  /** A floating IP behind the router waits for these. */
  readonly interfaces: NetworkingRouterInterfaceV2[] = [];
  private readonly tenant: ITenant;
  private readonly subnets: string[] = [];

  constructor(scope: Construct, id: string, props: TenantRouterProps = {}) {
    super(scope, id);
    checkTexts(this, props);
    const { tenant = Tenant.of(this), name = id, gateway, interfaces = [], routes = [], ...router } = props;
    this.tenant = tenant;
    this.resource = new NetworkingRouterV2(this, 'Router', {
      ...router,
      ...(gateway && this.gatewayConfig(gateway)),
      name,
      tenantId: tenant.projectId,
      ...dependingOn(tenant.dependenciesFor(this, 'network')),
    });
    this.routerId = this.resource.id;
    // A router with named addresses in its external network waits for nothing, and nothing waits for the router.
    if (gateway && !gateway.addresses?.length) {
      takesPickedAddress(this.resource, gateway.network);
      picksGateway({ router: this, network: gateway.network, tenant });
    }
    if (router.adminStateUp === false)
      Annotations.of(this).addWarning(
        'The provider leaves out adminStateUp = false when it makes a router: the router is up until a second apply takes it down.',
      );
    const declarations = declarationsOf(this);
    declarations.add('uses', { tenant: tenant.key, counts: { routers: 1 } });
    declarations.add('routers', { path: this.node.path, subnets: this.subnets });
    for (const network of interfaces) this.addInterface(network.node.id, { network });
    for (const { destination, nextHop } of routes) {
      const routeId = `Route-${destination.replace('/', '-')}`;
      new NetworkingRouterRouteV2(this, routeId, {
        routerId: this.routerId,
        destinationCidr: destination,
        nextHop,
        ...dependingOn(this.interfaces),
      });
    }
  }

  /** @param id part of the interface's address in the state; unique within the router */
  addInterface(id: string, props: RouterInterface): NetworkingRouterInterfaceV2 {
    requireProps(this, props, 'network');
    checkTexts(this, { interface: id, ...props });
    const { network, address, ...rest } = props;
    const declarations = declarationsOf(this);
    const subnet = rest.subnet ?? chooseSubnet(this, network, address ?? '');
    this.subnets.push(subnet.key);
    declarations.add('uses', { tenant: this.tenant.key, counts: { ports: 1 } });
    const gateway = gatewayOf(subnet, CloudStack.of(this).cloud.release);
    if (address === undefined && subnet.gateway === 'none')
      addFinding(this, `${network.node.path} has no gateway address for its interface; give the interface an address`);
    const used = address ?? gateway;
    if (used !== undefined)
      declarations.add('addresses', {
        path: this.node.path,
        network: network.key,
        subnet: subnet.key,
        address: used,
        isGateway: used === gateway,
        isRouter: address === undefined,
      });
    const target =
      address === undefined ? { subnetId: subnet.subnetId } : { portId: this.makePort(id, subnet, address) };
    const made = new NetworkingRouterInterfaceV2(this, `Interface-${id}`, { routerId: this.routerId, ...target });
    this.interfaces.push(made);
    return made;
  }

  private makePort(id: string, subnet: ISubnet, address: string): string {
    const port = new NetworkingPortV2(this, `InterfacePort-${id}`, {
      name: `${this.node.id}-${id}`,
      networkId: subnet.network.networkId,
      tenantId: this.tenant.projectId,
      fixedIp: [{ subnetId: subnet.subnetId, ipAddress: address }],
      ...dependingOn(this.tenant.dependenciesFor(this, 'network')),
    });
    takesNamedAddress(port, subnet.network);
    return port.id;
  }

  private gatewayConfig({ network, addresses = [], snat }: ExternalGateway): Partial<NetworkingRouterV2Config> {
    const fixed = addresses.map((address) => {
      const subnet = chooseSubnet(this, network, address);
      declarationsOf(this).add('addresses', {
        path: this.node.path,
        network: network.key,
        subnet: subnet.key,
        address,
        isRouter: true,
      });
      return { subnetId: subnet.subnetId, ipAddress: address };
    });
    return {
      externalNetworkId: network.networkId,
      ...defined({ enableSnat: snat, externalFixedIp: fixed.length > 0 ? fixed : undefined }),
    };
  }
}
