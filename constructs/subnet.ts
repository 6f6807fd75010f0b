import { Token } from 'cdktf';
import type { Construct } from 'constructs';
import { NetworkingSubnetRouteV2 } from '@cdktf/provider-openstack/lib/networking-subnet-route-v2';
import { NetworkingSubnetV2, type NetworkingSubnetV2Config } from '@cdktf/provider-openstack/lib/networking-subnet-v2';
import { defined } from '../lib/defined';
import type { AddressRange } from '../lib/ports';
import { AllocationPools } from './allocation-pools';
import { CloudStack } from './cloud-stack';
import { claim, declarationsOf } from './declarations';
import type { ISubnet } from './interfaces';
import type { INetwork, ITenant } from './interfaces';

export interface HostRoute {
  /** CIDR. */
  readonly destination: string;
  /** Address. */
  readonly nextHop: string;
}

export interface SubnetProps extends Pick<
  NetworkingSubnetV2Config,
  'dnsNameservers' | 'ipv6AddressMode' | 'ipv6RaMode' | 'serviceTypes'
> {
  /** `198.51.100.0/24` or `2001:db8::/64`; decides the family. */
  readonly cidr: string;
  /**
   * An address, or 'none'. One outside of the cidr is reached on the link; Juno to Mitaka refuse it.
   * @default as Neutron chooses: the first address, `.1` or `::1`; from Ussuri on the network's own of IPv6, `2001:db8::`
   */
  readonly gateway?: string;
  /** @default true: DHCP answers there, and Neutron takes an address of the pools for it */
  readonly dhcp?: boolean;
  /** Given to servers by DHCP. @default none */
  readonly hostRoutes?: readonly HostRoute[];
  /** Declared whole; both ends belong to a pool. @default all of the cidr but the gateway, not managed */
  readonly allocationPools?: readonly AddressRange[];
  /**
   * 'database': Terraform makes the subnet with the pools of that day, and stackward changes them in Neutron's database.
   * @default Terraform changes them through the API, and stackward checks; on Icehouse, whose API can't, 'database'
   */
  readonly allocationPoolMethod?: 'database';
  /** Lets the method 'database' take addresses out of the pools, if none of them is allocated. @default refused */
  readonly allowShrink?: boolean;
}

interface Owner {
  readonly network: INetwork;
  /** Undefined: shared by all tenants. */
  readonly tenant: ITenant | undefined;
}

/** A subnet of a network in the code, with its pools and routes; made by the network. */
export class Subnet implements ISubnet {
  readonly resource: NetworkingSubnetV2;
  readonly subnetId: string;
  readonly key: string;
  readonly network: INetwork;
  readonly cidr: string;
  readonly gateway?: string;
  /** The wish for our half, where pools are declared. */
  readonly allocationPools: AllocationPools | undefined;

  constructor(scope: Construct, props: SubnetProps & { readonly name: string }, owner: Owner) {
    const {
      name,
      cidr,
      gateway,
      dhcp,
      hostRoutes = [],
      allocationPools,
      allocationPoolMethod,
      allowShrink,
      ...rest
    } = props;
    this.network = owner.network;
    this.cidr = cidr;
    if (gateway !== undefined) this.gateway = gateway;
    this.resource = new NetworkingSubnetV2(scope, 'Subnet', {
      ...rest,
      ...defined({ tenantId: owner.tenant?.projectId, enableDhcp: dhcp, allocationPool: allocationPools?.slice() }),
      // `no_gateway = false` beside `gateway_ip` is refused, so only one of them is ever set.
      ...(gateway === 'none' ? { noGateway: true } : defined({ gatewayIp: gateway })),
      name,
      networkId: owner.network.networkId,
      cidr,
      ipVersion: cidr.includes(':') ? 6 : 4,
    });
    this.subnetId = this.resource.id;
    this.key = this.resource.node.path;
    for (const { destination, nextHop } of hostRoutes)
      new NetworkingSubnetRouteV2(scope, `Route-${destination.replace('/', '-')}`, {
        subnetId: this.subnetId,
        destinationCidr: destination,
        nextHop,
      });
    this.declare(scope, props, owner);
    if (!allocationPools) {
      claim(scope, `the allocation pools of subnet ${this.subnetId}`);
      return;
    }
    const method = allocationPoolMethod ?? (CloudStack.of(scope).cloud.changesPoolsByApi ? 'check' : 'database');
    if (method === 'database') this.resource.lifecycle = { ignoreChanges: ['allocation_pool'] };
    this.allocationPools = new AllocationPools(scope, 'AllocationPools', {
      subnetId: this.subnetId,
      pools: allocationPools,
      method,
      ...defined({ allowShrink }),
    });
  }

  private declare(scope: Construct, props: SubnetProps, { network, tenant }: Owner): void {
    const { gateway, dhcp = true, allocationPools } = props;
    const { ipv6AddressMode, ipv6RaMode, dnsNameservers, hostRoutes } = props;
    const declarations = declarationsOf(scope);
    declarations.add('subnets', {
      path: scope.node.path,
      key: this.key,
      network: network.key,
      ...(Token.isUnresolved(this.cidr) ? {} : { cidr: this.cidr }),
      ...defined({ gateway, pools: allocationPools, tenant: tenant?.key }),
      services: { dhcp, ...defined({ ipv6AddressMode, ipv6RaMode, dnsNameservers, hostRoutes }) },
    });
    // One DHCP port per network, however many of its subnets have DHCP.
    const isFirst = network.subnets.every(
      (other) => other instanceof Subnet && other.resource.enableDhcpInput === false,
    );
    if (tenant)
      declarations.add('uses', { tenant: tenant.key, counts: { subnets: 1, ports: dhcp && isFirst ? 1 : 0 } });
  }
}
