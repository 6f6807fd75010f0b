import { Construct } from 'constructs';
import {
  NetworkingPortV2,
  type NetworkingPortV2Config,
  type NetworkingPortV2FixedIp,
} from '@cdktf/provider-openstack/lib/networking-port-v2';
import { addressPairFindings, macFinding } from '../lib/synth/address-pairs';
import { defined } from '../lib/basics/defined';
import { maxAddressPairs, type AddressPair, type ExceptionWish } from '../lib/synth/exception-method';
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
  /** One address, or several (an IPv4 and an IPv6 one). @default Neutron picks one of the network's first subnet, and it stays */
  readonly address?: string | readonly string[];
  /** This port answers at the gateway address of its subnet, as a routed UTM does. @default false */
  readonly isGateway?: boolean;
  /** The address lies beyond the subnet's pools on purpose. @default false */
  readonly outsidePools?: boolean;
  /** Groups, or their ids; [] for none. @default the project's group "default" */
  readonly securityGroups?: readonly (ISecurityGroup | string)[];
  /** What else may be sent from the port, at most 10 (Neutron's default). @default its own addresses alone */
  readonly allowedAddressPairs?: readonly AddressPair[];
  /**
   * False: no anti-spoofing and no groups, the server behind it filters. To switch it on again say true: what merely leaves
   * the code stays as it is. @default as the network has it, on
   */
  readonly portSecurity?: boolean;
}

/**
 * A port with its addresses, made before the server that boots from it: the only way to have exactly the address that
 * was planned. The admin's provider makes it in the tenant's project, on the tenant's networks or on shared ones.
 */
export class FixedIpPort extends Construct {
  readonly resource: NetworkingPortV2;
  readonly portId: string;
  readonly tenant: ITenant;
  readonly network: INetwork;
  /** As declared; empty where Neutron picks. */
  readonly addresses: readonly string[];
  /** It is known to have no security group, so with port security on nothing comes in at it. */
  readonly letsNothingIn: boolean;
  /** What FirewallExceptions let pass here, by whichever means. */
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

  /** What else may be sent from it: declared here, or allowed by an exception. */
  get allowedAddressPairs(): readonly AddressPair[] {
    return this.pairs;
  }

  /** Undefined: as the network has it, on. */
  get portSecurity(): boolean | undefined {
    return this.security;
  }

  /** Something else than the port's own address may be sent from it. */
  get passesForeignFrames(): boolean {
    return this.security === false || this.pairs.length > 0 || this.exceptions.length > 0;
  }

  /** Adds pairs to those that it has; one that is there already is a finding of `by`. */
  allowAddressPairs(by: Construct, pairs: readonly AddressPair[]): void {
    const keyOf = ({ ipAddress, macAddress = '' }: AddressPair) => `${ipAddress} ${macAddress}`;
    for (const pair of pairs) {
      if (this.pairs.some((present) => keyOf(present) === keyOf(pair)))
        addFinding(by, `${this.node.path} has the address pair ${keyOf(pair).trim()} already; leave one of the two`);
      else this.pairs.push(pair);
    }
    this.resource.putAllowedAddressPairs(this.pairs.map((pair) => ({ ...pair })));
  }

  /** For what no address pair can say; what contradicts it is a finding of `by`. */
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
        `it has ${String(allowedAddressPairs.length)} address pairs, and Neutron takes ${String(maxAddressPairs)} a port; name prefixes, or switch port security off`,
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
