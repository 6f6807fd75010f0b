import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import {
  NetworkingFloatingipV2,
  type NetworkingFloatingipV2Config,
} from '@cdktf/provider-openstack/lib/networking-floatingip-v2';
import { defined } from '../lib/basics/defined';
import { checkTexts, requireProps } from './internal/check-props';
import { chooseSubnet } from './internal/choose-subnet';
import { addFinding, claim, declarationsOf } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
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
  /** The external network that it comes from. */
  readonly network: INetwork;
  /** The network's subnet that it comes from. @default that of the address; without one Neutron picks */
  readonly subnet?: ISubnet;
  /** @default Neutron picks one */
  readonly address?: string;
  /** What answers at it. @default nothing yet */
  readonly port?: FixedIpPort;
  /** Which of the port's addresses. @default its first of IPv4, and when that changes, the new one */
  readonly portAddress?: string;
  /** The router between port and external network: the address waits for the interfaces that it has by now. @default no wait */
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
      addFinding(this, 'a router translates to IPv4 alone; name an IPv4 address of the port, or give it one');
  }
}

const isLiteral = (text: string): boolean => !Token.isUnresolved(text);

/** Among those that the code names: a router translates IPv4. */
const translated = (port: FixedIpPort): string | undefined =>
  port.addresses.find((address) => isLiteral(address) && !address.includes(':'));

/**
 * Said in every case: a floating IP that names none keeps the address that the port had when it was associated, and no
 * plan ever shows that (Neutron's router translates to an address that nobody has any more).
 */
function translatedAddress(port: FixedIpPort): string {
  const [first] = port.addresses;
  if (first !== undefined) return translated(port) ?? first;
  // Neutron picks, and may pick one of IPv6 beside it.
  const addresses = Fn.join(' ', port.resource.allFixedIps);
  return Fn.element(Fn.regexall('[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+', addresses), 0) as string;
}
