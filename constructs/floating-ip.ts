import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import {
  NetworkingFloatingipV2,
  type NetworkingFloatingipV2Config,
} from '@cdktf/provider-openstack/lib/networking-floatingip-v2';
import { defined } from '../lib/basics/defined';
import { takesNamedAddress, takesPickedAddress } from './internal/address-order';
import { checkTexts, requireProps } from './internal/check-props';
import { chooseSubnet } from './internal/choose-subnet';
import { addFinding, claim, declarationsOf } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
import { namesFloating } from './internal/picked-gateway';
import type { FixedIpPort } from './fixed-ip-port';
import { Tenant } from './tenant';
import type { TenantRouter } from './tenant-router';
import type { INetwork, ISubnet, ITenant } from './interfaces';

export interface FloatingIpProps extends Pick<
  NetworkingFloatingipV2Config,
  'description' | 'dnsDomain' | 'dnsName' | 'region' | 'tags' | 'timeouts' | 'valueSpecs'
> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** The external network that the address belongs to. */
  readonly network: INetwork;
  /**
   * The subnet of `network` that the address belongs to. @default the subnet of `address`; without an address Neutron
   * picks
   */
  readonly subnet?: ISubnet;
  /** @default Neutron picks one */
  readonly address?: string;
  /** The port that the address leads to. @default none yet */
  readonly port?: FixedIpPort;
  /** One of the port's addresses. @default the port's first IPv4 address; if that changes, the new one */
  readonly portAddress?: string;
  /**
   * The router between the port and the external network. The floating IP then waits for the interfaces that the router
   * has when this construct is made. @default no wait
   */
  readonly router?: TenantRouter;
}

/** A public address that a router translates to a port's. */
export class FloatingIp extends Construct {
  readonly resource: NetworkingFloatingipV2;

  constructor(scope: Construct, id: string, props: FloatingIpProps) {
    super(scope, id);
    requireProps(this, props, 'network');
    checkTexts(this, props);
    const { tenant = Tenant.of(this), network, subnet: named, address, port, portAddress, router, ...config } = props;
    const subnet = named ?? (address === undefined ? undefined : chooseSubnet(this, network, address));
    this.resource = new NetworkingFloatingipV2(this, 'Resource', {
      ...config,
      ...defined({
        address,
        subnetId: subnet?.subnetId,
        portId: port?.portId,
        fixedIp: portAddress ?? (port && translatedAddress(port)),
      }),
      // The provider looks the network up by name.
      pool: network.networkName,
      tenantId: tenant.projectId,
      ...dependingOn([...tenant.dependenciesFor(this, 'network'), ...(router?.interfaces ?? [])]),
    });
    if (address === undefined) takesPickedAddress(this.resource, network, 'floating IP');
    else takesNamedAddress(this.resource, network, 'floating IP');
    if (address !== undefined && subnet) namesFloating({ floatingIp: this, address, subnet, network, tenant, router });
    this.declare(props, tenant, subnet);
  }

  private declare({ network, address, port, portAddress }: FloatingIpProps, tenant: ITenant, subnet?: ISubnet): void {
    const declarations = declarationsOf(this);
    const { path } = this.node;
    declarations.add('uses', { tenant: tenant.key, counts: { floatingIps: 1 } });
    declarations.add('floating', { path, network: network.key, ...defined({ subnet: subnet?.key }) });
    if (address !== undefined && subnet)
      declarations.add('addresses', { path, network: network.key, subnet: subnet.key, address });
    if (!port) return;
    claim(
      this,
      `the floating address of ${portAddress ?? translated(port) ?? 'the first address'} of port ${port.node.path}`,
    );
    if (
      portAddress !== undefined &&
      isLiteral(portAddress) &&
      port.addresses.length > 0 &&
      !port.addresses.includes(portAddress)
    )
      addFinding(
        this,
        `${port.node.path} has no address ${portAddress}, but ${port.addresses.join(' and ')}; name one of these`,
      );
    const isIPv6Alone = port.addresses.length > 0 && translated(port) === undefined;
    if (portAddress?.includes(':') || (portAddress === undefined && isIPv6Alone))
      addFinding(this, 'a router translates only to IPv4; name an IPv4 address of the port, or give it one');
  }
}

const isLiteral = (text: string): boolean => !Token.isUnresolved(text);

/** The first IPv4 address that the code names: a router translates only IPv4. */
const translated = (port: FixedIpPort): string | undefined =>
  port.addresses.find((address) => isLiteral(address) && !address.includes(':'));

/**
 * The address is always named. A floating IP that names none keeps the address that the port had when they were
 * associated. No plan shows when the port gets another one: Neutron's router then translates to an address that nobody
 * has.
 */
function translatedAddress(port: FixedIpPort): string {
  const [first] = port.addresses;
  if (first !== undefined) return translated(port) ?? first;
  // Neutron picks the addresses, and an IPv6 address may be among them.
  const addresses = Fn.join(' ', port.resource.allFixedIps);
  return Fn.element(Fn.regexall('[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+', addresses), 0) as string;
}
