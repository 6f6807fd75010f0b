import { Token } from 'cdktf';
import type { Construct } from 'constructs';
import { NetworkingSubnetRouteV2 } from '@cdktf/provider-openstack/lib/networking-subnet-route-v2';
import { NetworkingSubnetV2, type NetworkingSubnetV2Config } from '@cdktf/provider-openstack/lib/networking-subnet-v2';
import { defined } from '../lib/basics/defined';
import type { AddressRange } from '../lib/contract/ports';
import { subnetPoolFindings } from '../lib/synth/subnet-pool';
import { AllocationPools } from './allocation-pools';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declarationsOf } from './internal/declarations';
import type { INetwork, ISubnet, ITenant } from './interfaces';

export interface HostRoute {
  /** CIDR. */
  readonly destination: string;
  /** Address. */
  readonly nextHop: string;
}

/** The code names the cidr. With a subnet pool as well, Neutron takes exactly this cidr out of the pool. */
interface KnownPlace {
  /** `198.51.100.0/24` or `2001:db8::/64`; decides the family. */
  readonly cidr: string;
  /** Id of a subnet pool of Neutron. @default none */
  readonly subnetPoolId?: string;
  readonly prefixLength?: never;
  readonly ipVersion?: never;
}

/** Neutron chooses the cidr, so no address of the subnet is known before apply. */
interface PoolPlace {
  readonly cidr?: never;
  /** Id of a subnet pool of Neutron. */
  readonly subnetPoolId: string;
  /** Prefix length of the cidr that Neutron takes out of the pool. @default the pool's `default_prefixlen` */
  readonly prefixLength?: number;
  /** The family of the pool. @default 4 */
  readonly ipVersion?: 4 | 6;
  /** Neutron chooses it, the first address, and also ignores 'none'. */
  readonly gateway?: never;
  /** Neutron refuses pools where it chooses the cidr. */
  readonly allocationPools?: never;
}

export type SubnetProps = SubnetSettings & (KnownPlace | PoolPlace);

/** Any of the two, not yet checked. */
export interface SubnetInput extends SubnetSettings {
  readonly cidr?: string;
  readonly subnetPoolId?: string;
  readonly prefixLength?: number;
  readonly ipVersion?: 4 | 6;
}

interface SubnetSettings extends Pick<
  NetworkingSubnetV2Config,
  'dnsNameservers' | 'ipv6AddressMode' | 'ipv6RaMode' | 'serviceTypes'
> {
  /**
   * An address, or 'none'. Juno to Mitaka refuse an address outside of the cidr; other releases reach it on the link.
   * @default as Neutron chooses: the first address, `.1` or `::1`; for IPv6 from Ussuri on the network's own,
   * `2001:db8::`
   */
  readonly gateway?: string;
  /** @default true: DHCP answers there, and Neutron takes an address of the pools for it */
  readonly dhcp?: boolean;
  /** Given to servers by DHCP. @default none */
  readonly hostRoutes?: readonly HostRoute[];
  /**
   * All pools of the subnet. Both ends of a range belong to the pool. @default all of the cidr but the gateway, not
   * managed
   */
  readonly allocationPools?: readonly AddressRange[];
  /**
   * 'database': Terraform makes the subnet with the pools of its first apply, and stackward changes them in Neutron's
   * database.
   * @default Terraform changes them through the API, and stackward checks them; on Icehouse 'database', because its API
   * can't
   */
  readonly allocationPoolMethod?: 'database';
  /**
   * Lets the method 'database' remove addresses from the pools, unless a port has them. @default a smaller pool is
   * refused
   */
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
  /** Of the construct that makes it. */
  readonly path: string;
  readonly network: INetwork;
  /** Undefined: Neutron takes the cidr out of a subnet pool. */
  readonly cidr?: string;
  readonly ipVersion: 4 | 6;
  /** The subnet pool that the cidr comes from. Undefined: none. */
  readonly subnetPoolId: string | undefined;
  readonly gateway?: string;
  /** The construct that keeps the pools, if the code declares pools. */
  readonly allocationPools: AllocationPools | undefined;

  constructor(scope: Construct, props: SubnetInput & { readonly name: string }, owner: Owner) {
    const {
      name,
      cidr,
      subnetPoolId,
      prefixLength,
      ipVersion = cidr?.includes(':') === true ? 6 : 4,
      gateway,
      dhcp,
      hostRoutes = [],
      allocationPools,
      allocationPoolMethod,
      allowShrink,
      ...rest
    } = props;
    this.network = owner.network;
    this.ipVersion = ipVersion;
    this.subnetPoolId = subnetPoolId;
    if (cidr !== undefined) this.cidr = cidr;
    if (gateway !== undefined) this.gateway = gateway;
    this.resource = new NetworkingSubnetV2(scope, 'Subnet', {
      ...rest,
      ...defined({ tenantId: owner.tenant?.projectId, enableDhcp: dhcp, allocationPool: allocationPools?.slice() }),
      // `no_gateway = false` beside `gateway_ip` is refused, so only one of them is ever set.
      ...(gateway === 'none' ? { noGateway: true } : defined({ gatewayIp: gateway })),
      name,
      networkId: owner.network.networkId,
      ...defined({ cidr, subnetpoolId: subnetPoolId, prefixLength }),
      ipVersion,
    });
    this.subnetId = this.resource.id;
    this.key = this.resource.node.path;
    this.path = scope.node.path;
    for (const { destination, nextHop } of hostRoutes)
      new NetworkingSubnetRouteV2(scope, `Route-${destination.replace('/', '-')}`, {
        subnetId: this.subnetId,
        destinationCidr: destination,
        nextHop,
      });
    this.declare(scope, props, owner);
    for (const finding of subnetPoolFindings(props, CloudStack.of(scope).cloud.release)) addFinding(scope, finding);
    this.compareWithSiblings(scope);
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

  /** The same rule as Neutron's `_validate_network_subnetpools`. */
  private compareWithSiblings(scope: Construct): void {
    const { ipVersion, subnetPoolId } = this;
    const others = this.network.subnets.filter((subnet) => subnet instanceof Subnet);
    const otherPool = others.find((subnet) => subnet.ipVersion === ipVersion && subnet.subnetPoolId !== subnetPoolId);
    if (otherPool)
      addFinding(
        scope,
        `it takes its cidr from ${sayPool(subnetPoolId)}, and ${otherPool.resource.node.scope?.node.path ?? otherPool.key} from ${sayPool(otherPool.subnetPoolId)}; Neutron wants one pool for all IPv${ipVersion} subnets of a network`,
      );
  }

  private declare(scope: Construct, props: SubnetInput, { network, tenant }: Owner): void {
    const { gateway, dhcp = true, allocationPools } = props;
    const { ipv6AddressMode, ipv6RaMode, dnsNameservers, hostRoutes } = props;
    const declarations = declarationsOf(scope);
    declarations.add('subnets', {
      path: scope.node.path,
      key: this.key,
      network: network.key,
      ...defined({
        cidr: this.cidr === undefined || Token.isUnresolved(this.cidr) ? undefined : this.cidr,
        isChosen: this.cidr === undefined ? true : undefined,
        gateway,
        pools: allocationPools,
        tenant: tenant?.key,
      }),
      services: { dhcp, ...defined({ ipv6AddressMode, ipv6RaMode, dnsNameservers, hostRoutes }) },
    });
    // One DHCP port per network, however many of its subnets have DHCP.
    const isFirst = network.subnets.every(
      (subnet) => subnet instanceof Subnet && subnet.resource.enableDhcpInput === false,
    );
    if (tenant)
      declarations.add('uses', { tenant: tenant.key, counts: { subnets: 1, ports: dhcp && isFirst ? 1 : 0 } });
  }
}

const sayPool = (id: string | undefined): string => (id === undefined ? 'no subnet pool' : `the subnet pool ${id}`);
