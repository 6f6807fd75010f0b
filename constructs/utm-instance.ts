import { Annotations, Aspects } from 'cdktf';
import { Construct } from 'constructs';
import type { ComputeInstanceV2, ComputeInstanceV2Config } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import type { CloudConfigExtras } from '../lib/synth/cloud-config';
import { defined } from '../lib/basics/defined';
import { isAtLeast } from '../lib/openstack/releases';
import { nothingFiltered } from '../lib/synth/exception-method';
import { gatewayOf } from '../lib/synth/subnet-checks';
import {
  bootServer,
  countServer,
  hostnameOf,
  ownUserData,
  takePorts,
  type ServerSettings,
} from './internal/boot-server';
import { checkTexts, requireProps } from './internal/check-props';
import { chooseSubnet } from './internal/choose-subnet';
import { CloudStack } from './cloud-stack';
import { addFinding, declarationsOf } from './internal/declarations';
import { FixedIpPort, type FixedIpPortProps } from './fixed-ip-port';
import { eachOf, refuseLostZeros } from './internal/lost-zeros';
import { Tenant } from './tenant';
import { makeTransit, type UtmTransit } from './utm-transit';
import {
  renderUserData,
  userDataFindings,
  userDataWarnings,
  type UtmNic,
  type UtmUserDataProps,
} from './internal/user-data';
import type { IServer, ITenant } from './interfaces';

/**
 * The NICs that a UTM may have, in the order in which the guest sees them. Images ask for DHCP only on the first NIC.
 */
export const nicOrder = ['guest', 'green', 'orange', 'red'] as const;
export type NicName = (typeof nicOrder)[number];

/** A port that the UTM makes in its tenant's project. */
export type UtmNicProps = Omit<FixedIpPortProps, 'tenant'>;

export type { Flavor } from './internal/boot-server';

export interface UtmInstanceProps
  extends
    Partial<Record<NicName, UtmNicProps | FixedIpPort>>,
    ServerSettings,
    Pick<ComputeInstanceV2Config, 'blockDevice'> {
  /** By name, or by id. A changed image rebuilds the server in place: its disk is new, its id and ports stay. */
  readonly image: string | { readonly id: string };
  /**
   * bridged: green and orange are one segment, joined in br0, and frames keep their own MAC and IP addresses. routed:
   * the UTM forwards packets between all of its NICs. @default 'bridged' if there are green and orange, else 'routed'
   */
  readonly mode?: UtmUserDataProps['mode'];
  /**
   * The transit that the UTM may pass on, by the NIC at which it leaves: an exception, `{ sources, destinations, reason
   * }`. 'nics' lets packets from the subnets of green and orange leave through each NIC, and nothing else, so answers
   * from the Internet to them are dropped.
   * @default nothing is opened: with port security on, Neutron drops packets with a foreign source
   */
  readonly transit?: UtmTransit;
  /** Further user data, besides network, forwarding and hostname. @default nothing */
  readonly config?: CloudConfigExtras;
  /**
   * Your own user data, as text or in base64. All of it is literal except references to attributes. @default made from
   * the NICs, and the same after every boot of the guest
   */
  readonly userData?: string;
}

/**
 * A virtual firewall with any of the NICs guest, green, orange and red, in this order. Each NIC boots from a port that
 * was made before, so it has exactly the planned address.
 *
 *     new UtmInstance(stack, 'Utm', {
 *       image: 'utm', flavor: 'm1.small',
 *       green: { network: green, address: '10.10.1.254' },
 *       red: { network: red, address: '203.0.113.11' },
 *     });
 */
export class UtmInstance extends Construct implements IServer {
  readonly resource: ComputeInstanceV2;
  readonly serverId: string;
  readonly tenant: ITenant;
  /** The hostname that Nova derives from the name. */
  readonly hostname: string;
  readonly nics: { readonly [name in NicName]?: FixedIpPort };

  constructor(scope: Construct, id: string, props: UtmInstanceProps) {
    super(scope, id);
    requireProps(this, props, 'image', 'flavor');
    // escapeForTerraform escapes the user data later, so its text may hold `${…}`.
    checkTexts(this, { ...props, config: undefined, userData: undefined });
    const { tenant = Tenant.of(this), name = id.toLowerCase(), guest, green, orange, red, ...more } = props;
    const { mode, transit, config, userData, ...server } = more;
    this.tenant = tenant;
    this.nics = this.makeNics(name, { guest, green, orange, red });
    this.hostname = hostnameOf(this, name);
    const kind = mode ?? (green && orange ? 'bridged' : 'routed');
    if (transit) makeTransit(this, kind, this.nics, transit);
    this.resource = bootServer(this, {
      ...server,
      tenant,
      name,
      userData: userData === undefined ? this.renderUserData(kind, config) : ownUserData(this, userData),
      ports: this.ports,
    });
    this.serverId = this.resource.id;
    refuseLostZeros(this, { 'blockDevice.volumeSize': eachOf(server.blockDevice, 'volumeSize') });
    this.declare(kind, server);
  }

  private makeNics(
    name: string,
    wanted: Partial<Record<NicName, UtmNicProps | FixedIpPort | undefined>>,
  ): UtmInstance['nics'] {
    const nics: { [nic in NicName]?: FixedIpPort } = {};
    for (const nic of nicOrder) {
      const given = wanted[nic];
      if (given === undefined) continue;
      const id = `${nic.charAt(0).toUpperCase()}${nic.slice(1)}`;
      nics[nic] =
        given instanceof FixedIpPort
          ? given
          : new FixedIpPort(this, id, { name: `${name}-${nic}`, ...given, tenant: this.tenant });
    }
    return nics;
  }

  private get ports(): FixedIpPort[] {
    return nicOrder.flatMap((nic) => this.nics[nic] ?? []);
  }

  private renderUserData(mode: UtmUserDataProps['mode'], extras: CloudConfigExtras = {}): string {
    const { guest, green, orange, red } = this.nics;
    const props: UtmUserDataProps = {
      ...extras,
      hostname: this.hostname,
      mode,
      nics: defined({
        guest: guest && { macAddress: guest.macAddress },
        green: green && this.guestNic(green),
        orange: orange && this.guestNic(orange),
        red: red && { ...this.guestNic(red), ...defined({ gateway: this.defaultGateway(red) }) },
      }),
    };
    for (const finding of userDataFindings(props)) addFinding(this, `user data: ${finding}`);
    for (const warning of userDataWarnings(props)) Annotations.of(this).addWarning(warning);
    return renderUserData(props);
  }

  /**
   * An address that Neutron picks is left out. A later change of the port would make it unknown, and so replace the
   * server.
   */
  private guestNic(port: FixedIpPort): UtmNic {
    const addresses = port.addresses.flatMap((address) => {
      const { cidr } = chooseSubnet(this, port.network, address);
      if (cidr !== undefined) return [`${address}/${cidr.slice(cidr.indexOf('/') + 1)}`];
      addFinding(
        this,
        `the user data needs the prefix length of ${address}; give ${port.network.node.path} the cidr of its subnet`,
      );
      return [];
    });
    return { macAddress: port.macAddress, addresses };
  }

  private defaultGateway(port: FixedIpPort): string | undefined {
    const [address] = port.addresses;
    const { release } = CloudStack.of(this).cloud;
    return address === undefined ? undefined : gatewayOf(chooseSubnet(this, port.network, address), release);
  }

  private declare(mode: UtmUserDataProps['mode'], server: Pick<UtmInstanceProps, 'flavor' | 'blockDevice'>): void {
    const declarations = declarationsOf(this);
    const { path } = this.node;
    countServer(this, this.tenant, server);
    const { green, orange, red } = this.nics;
    if (mode === 'bridged' && green && orange)
      declarations.add('bridges', { path, networks: [green.network.key, orange.network.key] });
    for (const address of red?.addresses ?? []) {
      const network = (red as FixedIpPort).network;
      declarations.add('red', { path, network: network.key, subnet: chooseSubnet(this, network, address).key });
    }
    takePorts(this, this.tenant, this.ports);
    if (Object.keys(this.nics).length === 0) addFinding(this, 'it has no NIC; give it guest, green, orange or red');
    // The aspect runs when the whole code is read, because an exception may be declared after the UTM.
    Aspects.of(this).add({ visit: (node) => (node === this ? this.warnOfSpoofing(mode) : undefined) });
  }

  /**
   * Packets that a UTM forwards have a foreign source. Neutron drops them at the port by which they leave, in every
   * release.
   */
  private warnOfSpoofing(mode: UtmUserDataProps['mode']): void {
    // Port security came with Kilo.
    const orWithoutSecurity = isAtLeast(CloudStack.of(this).cloud.release, 'kilo')
      ? `, or give it portSecurity: false (${nothingFiltered})`
      : '';
    for (const nic of ['green', 'orange'] as const) {
      const port = this.nics[nic];
      if (port && !port.passesForeignFrames)
        Annotations.of(port).addWarning(
          `Neutron drops at ${nic} what a ${mode} UTM forwards there: name it in the prop transit of ${this.node.path}${orWithoutSecurity}.`,
        );
    }
  }
}
