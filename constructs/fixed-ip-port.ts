import { Construct } from 'constructs';
import {
  NetworkingPortV2,
  type NetworkingPortV2Config,
  type NetworkingPortV2FixedIp,
} from '@cdktf/provider-openstack/lib/networking-port-v2';
import { addressPairFindings, macFinding } from '../lib/synth/address-pairs';
import { defined } from '../lib/basics/defined';
import { maxAddressPairs, type AddressPair, type ExceptionWish } from '../lib/synth/exception-method';
import { takesNamedAddress, takesPickedAddress } from './internal/address-order';
import { addFinding, declarationsOf } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
import { eachOf, refuseLostZeros } from './internal/lost-zeros';
import type { ISecurityGroup } from './security-group';
import { chooseSubnet } from './internal/choose-subnet';
import { Tenant } from './tenant';

export type { AddressPair } from '../lib/synth/exception-method';
import { checkTexts, requireProps } from './internal/check-props';
import type { INetwork, ITenant } from './interfaces';

export interface FixedIpPortProps extends Pick<
  NetworkingPortV2Config,
  | 'adminStateUp'
  | 'binding'
  | 'description'
  | 'deviceId'
  | 'deviceOwner'
  | 'dnsName'
  | 'extraDhcpOption'
  | 'macAddress'
  | 'qosPolicyId'
  | 'region'
  | 'tags'
  | 'timeouts'
  | 'valueSpecs'
> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** @default the construct's id */
  readonly name?: string;
  readonly network: INetwork;
  /**
   * One address, or several (one IPv4 and one IPv6). @default Neutron picks an address of the network's first subnet,
   * and the port keeps it
   */
  readonly address?: string | readonly string[];
  /** True if this port is the gateway of its subnet, as a routed UTM is. @default false */
  readonly isGateway?: boolean;
  /** Confirms that the address is meant to lie outside of the subnet's pools. @default false */
  readonly outsidePools?: boolean;
  /** Security groups, or their ids; [] for none. @default the project's group "default" */
  readonly securityGroups?: readonly (ISecurityGroup | string)[];
  /** Further addresses that the port may send from, at most 10 (Neutron's default). @default only its own addresses */
  readonly allowedAddressPairs?: readonly AddressPair[];
  /**
   * False: Neutron checks neither the port's addresses nor its groups, and the server behind the port has to filter.
   * Write true to switch port security on again: the provider leaves it off when the prop is only removed. @default as
   * the network has it, on
   */
  readonly portSecurity?: boolean;
}

/**
 * A port with its addresses, made before the server that boots from it. Only such a port has exactly the planned
 * address. The admin's provider makes it in the tenant's project, on the tenant's networks or on shared networks.
 */
export class FixedIpPort extends Construct {
  readonly resource: NetworkingPortV2;
  readonly portId: string;
  readonly tenant: ITenant;
  readonly network: INetwork;
  /** As declared. Empty if Neutron picks the address. */
  readonly addresses: readonly string[];
  /** True if the port surely has no security group: with port security on, Neutron then drops all that comes in. */
  readonly letsNothingIn: boolean;
  /** The FirewallExceptions at this port, whatever method they use. */
  readonly exceptions: (Pick<ExceptionWish, 'sources' | 'destinations'> & { readonly path: string })[] = [];
  private readonly pairs: AddressPair[];
  private readonly groups: FixedIpPortProps['securityGroups'];
  private security: boolean | undefined;

  constructor(scope: Construct, id: string, props: FixedIpPortProps) {
    super(scope, id);
    requireProps(this, props, 'network');
    checkTexts(this, props);
    const {
      tenant = Tenant.of(this),
      name = id,
      network,
      address = [],
      isGateway,
      outsidePools,
      securityGroups,
      allowedAddressPairs,
      portSecurity,
      ...rest
    } = props;
    this.tenant = tenant;
    this.network = network;
    this.addresses = typeof address === 'string' ? [address] : address;
    this.resource = new NetworkingPortV2(this, 'Resource', {
      ...rest,
      ...groupsOf(securityGroups, portSecurity),
      ...defined({
        portSecurityEnabled: portSecurity,
        allowedAddressPairs: allowedAddressPairs?.map((pair) => ({ ...pair })),
        fixedIp: this.fixedIps(defined({ isGateway, outsidePools })),
      }),
      name,
      networkId: network.networkId,
      tenantId: tenant.projectId,
      ...dependingOn(tenant.dependenciesFor(this, 'network')),
    });
    if (this.addresses.length > 0) takesNamedAddress(this.resource, network);
    else takesPickedAddress(this.resource, network);
    this.portId = this.resource.id;
    this.pairs = [...(allowedAddressPairs ?? [])];
    this.groups = securityGroups;
    this.security = portSecurity;
    this.letsNothingIn = securityGroups?.length === 0;
    declarationsOf(this).add('uses', { tenant: tenant.key, counts: { ports: 1 } });
    refuseLostZeros(this, { 'extraDhcpOption.ipVersion': eachOf(props.extraDhcpOption, 'ipVersion') });
    this.check(props);
  }

  get macAddress(): string {
    return this.resource.macAddress;
  }

  /** Further addresses that the port may send from: those declared here, and those of exceptions. */
  get allowedAddressPairs(): readonly AddressPair[] {
    return this.pairs;
  }

  /** Undefined: as the network has it, on. */
  get portSecurity(): boolean | undefined {
    return this.security;
  }

  /** True if the port may send packets with an address that is not its own. */
  get passesForeignFrames(): boolean {
    return this.security === false || this.pairs.length > 0 || this.exceptions.length > 0;
  }

  /** Adds address pairs. A pair that the port already has is a finding of `by`. */
  allowAddressPairs(by: Construct, pairs: readonly AddressPair[]): void {
    const keyOf = ({ ipAddress, macAddress = '' }: AddressPair) => `${ipAddress} ${macAddress}`;
    for (const pair of pairs) {
      if (this.pairs.some((present) => keyOf(present) === keyOf(pair)))
        addFinding(by, `${this.node.path} has the address pair ${keyOf(pair).trim()} already; leave one of the two`);
      else this.pairs.push(pair);
    }
    this.resource.putAllowedAddressPairs(this.pairs.map((pair) => ({ ...pair })));
  }

  /** For an exception that no address pair can express. A prop that contradicts this is a finding of `by`. */
  switchPortSecurityOff(by: Construct): void {
    if (this.security === true || this.pairs.length > 0 || (this.groups ?? []).length > 0)
      addFinding(
        by,
        `it switches port security off at ${this.node.path}, where Neutron then takes neither groups nor address pairs; leave these and portSecurity: true out there`,
      );
    this.security = false;
    this.resource.portSecurityEnabled = false;
    this.resource.noSecurityGroups = true;
  }

  private fixedIps(flags: { isGateway?: boolean; outsidePools?: boolean }): NetworkingPortV2FixedIp[] | undefined {
    const [first] = this.network.subnets;
    if (this.addresses.length === 0) return first && [{ subnetId: first.subnetId }];
    return this.addresses.map((address) => {
      const subnet = chooseSubnet(this, this.network, address);
      const { key: network } = this.network;
      declarationsOf(this).add('addresses', { path: this.node.path, network, subnet: subnet.key, address, ...flags });
      return { subnetId: subnet.subnetId, ipAddress: address };
    });
  }

  private check({ allowedAddressPairs = [], macAddress, portSecurity, securityGroups = [] }: FixedIpPortProps): void {
    const mac = macAddress === undefined ? undefined : macFinding(macAddress);
    if (mac !== undefined) addFinding(this, mac);
    for (const finding of addressPairFindings(allowedAddressPairs)) addFinding(this, finding);
    if (allowedAddressPairs.length > maxAddressPairs)
      addFinding(
        this,
        `it has ${String(allowedAddressPairs.length)} address pairs, and Neutron takes ${String(maxAddressPairs)} per port; name prefixes, each of which holds many addresses`,
      );
    if (portSecurity === false && (allowedAddressPairs.length > 0 || securityGroups.length > 0))
      addFinding(
        this,
        'port security is off, and there Neutron takes neither groups nor address pairs; leave them out',
      );
  }
}

function groupsOf(
  groups: FixedIpPortProps['securityGroups'],
  portSecurity: boolean | undefined,
): Pick<NetworkingPortV2Config, 'securityGroupIds' | 'noSecurityGroups'> {
  if (portSecurity === false || groups?.length === 0) return { noSecurityGroups: true };
  if (!groups) return {};
  return { securityGroupIds: groups.map((group) => (typeof group === 'string' ? group : group.groupId)) };
}
