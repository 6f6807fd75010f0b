import { Construct } from 'constructs';
import { DataOpenstackNetworkingNetworkV2 } from '@cdktf/provider-openstack/lib/data-openstack-networking-network-v2';
import {
  NetworkingNetworkV2,
  type NetworkingNetworkV2Config,
} from '@cdktf/provider-openstack/lib/networking-network-v2';
import { defined } from '../lib/basics/defined';
import { checkTexts, requireProps } from './internal/check-props';
import { declarationsOf } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
import { refuseLostZeros } from './internal/lost-zeros';
import { Subnet, type SubnetInput, type SubnetProps } from './subnet';
import type { INetwork, ISubnet, ITenant } from './interfaces';

/** Props of every network and of its first subnet. */
interface NetworkSettings extends Pick<
  NetworkingNetworkV2Config,
  | 'adminStateUp'
  | 'availabilityZoneHints'
  | 'description'
  | 'dnsDomain'
  | 'mtu'
  | 'portSecurityEnabled'
  | 'qosPolicyId'
  | 'region'
  | 'tags'
  | 'timeouts'
  | 'transparentVlan'
  | 'valueSpecs'
> {
  /** @default the construct's id */
  readonly name?: string;
}

export type NetworkProps = NetworkSettings & SubnetProps;

/** The owner of a network that is made. */
interface Owner {
  readonly tenant: ITenant | undefined;
  readonly config: Pick<NetworkingNetworkV2Config, 'tenantId' | 'shared' | 'external' | 'segments'>;
}

/** A network and its subnets. TenantNetwork and SharedNetwork decide who owns it. */
export abstract class Network extends Construct implements INetwork {
  readonly resource: NetworkingNetworkV2;
  readonly networkId: string;
  readonly key: string;
  /** The subnet that the network was made with. */
  readonly subnet: Subnet;
  readonly subnets: Subnet[] = [];
  protected readonly tenant: ITenant | undefined;

  protected constructor(scope: Construct, id: string, props: NetworkProps, owner: Owner) {
    super(scope, id);
    requirePlace(this, props);
    checkTexts(this, { ...props, ...owner.config });
    const {
      name = id,
      cidr,
      subnetPoolId,
      prefixLength,
      ipVersion,
      gateway,
      dhcp,
      dnsNameservers,
      hostRoutes,
      allocationPools,
      allocationPoolMethod,
      allowShrink,
      ipv6AddressMode,
      ipv6RaMode,
      serviceTypes,
      ...network
    }: NetworkSettings & SubnetInput = props;
    this.tenant = owner.tenant;
    this.key = this.node.path;
    this.resource = new NetworkingNetworkV2(this, 'Network', {
      ...network,
      ...owner.config,
      name,
      ...dependingOn(this.tenant?.dependenciesFor(this, 'network')),
    });
    this.networkId = this.resource.id;
    refuseLostZeros(this, {
      mtu: network.mtu,
      segmentationId: segmentOf(owner.config.segments),
      transparentVlan: network.transparentVlan,
    });
    if (this.tenant) declarationsOf(this).add('uses', { tenant: this.tenant.key, counts: { networks: 1 } });
    const subnet = {
      name,
      cidr,
      subnetPoolId,
      prefixLength,
      ipVersion,
      gateway,
      dhcp,
      dnsNameservers,
      hostRoutes,
      allocationPools,
      allocationPoolMethod,
      allowShrink,
      ipv6AddressMode,
      ipv6RaMode,
      serviceTypes,
    };
    this.subnet = this.makeSubnet(this, name, defined(subnet));
  }

  get networkName(): string {
    return this.resource.name;
  }

  /** Adds a subnet, such as the IPv6 half of a dual stack. */
  addSubnet(id: string, props: SubnetProps): Subnet {
    const scope = new Construct(this, id);
    requirePlace(scope, props);
    checkTexts(scope, props);
    return this.makeSubnet(scope, id, props);
  }

  private makeSubnet(scope: Construct, name: string, props: SubnetInput): Subnet {
    const subnet = new Subnet(scope, { name, ...props }, { network: this, tenant: this.tenant });
    this.subnets.push(subnet);
    return subnet;
  }
}

/** @throws InvalidConfiguration if the props name neither a cidr nor a subnet pool */
function requirePlace(construct: Construct, props: SubnetInput): void {
  if (props.subnetPoolId === undefined) requireProps(construct, props, 'cidr');
}

const segmentOf = (segments: Owner['config']['segments']): number | undefined =>
  Array.isArray(segments) ? segments[0]?.segmentationId : undefined;

export interface ImportedSubnetProps {
  readonly subnetId: string;
  /** Synth checks addresses against it. @default unchecked */
  readonly cidr?: string;
  /** An address, or 'none'. @default as Neutron chooses: see SubnetProps */
  readonly gateway?: string;
}

export interface ImportedNetworkProps {
  readonly networkId: string;
  /** @default Neutron is asked if something needs the name */
  readonly networkName?: string;
  /** Subnets that ports may take addresses from. @default none: ports name the network alone */
  readonly subnets?: readonly ImportedSubnetProps[];
}

/** A network that something else made. */
export class ImportedNetwork extends Construct implements INetwork {
  readonly networkId: string;
  readonly key: string;
  readonly subnets: readonly ISubnet[];
  private readonly knownName: string | undefined;

  constructor(scope: Construct, id: string, props: ImportedNetworkProps, tenant: ITenant | undefined) {
    super(scope, id);
    requireProps(this, props, 'networkId');
    checkTexts(this, props);
    this.networkId = props.networkId;
    this.knownName = props.networkName;
    this.key = `network ${props.networkId}`;
    this.subnets = (props.subnets ?? []).map(({ subnetId, ...known }) => {
      const key = `subnet ${subnetId}`;
      declarationsOf(this).add('subnets', {
        path: this.node.path,
        key,
        network: this.key,
        ...known,
        ...defined({ tenant: tenant?.key }),
      });
      return { subnetId, key, network: this, ...known };
    });
  }

  get networkName(): string {
    if (this.knownName !== undefined) return this.knownName;
    const known = this.node.tryFindChild('Network') as DataOpenstackNetworkingNetworkV2 | undefined;
    return (known ?? new DataOpenstackNetworkingNetworkV2(this, 'Network', { networkId: this.networkId })).name;
  }
}
