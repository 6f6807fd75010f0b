import { Annotations, Aspects, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ComputeInstanceV2, type ComputeInstanceV2Config } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import type { CloudConfigExtras } from '../lib/synth/cloud-config';
import { userDataTextFindings } from '../lib/synth/cloud-config-checks';
import { defined } from '../lib/basics/defined';
import { deriveHostname, hostnameFindings } from '../lib/synth/hostname';
import { isAtLeast } from '../lib/openstack/releases';
import { gatewayOf } from '../lib/synth/subnet-checks';
import { escapeForTerraform } from '../lib/synth/terraform-text';
import { userDataTextWarnings } from '../lib/synth/user-data-text';
import { checkTexts, requireProps } from './internal/check-props';
import { chooseSubnet } from './internal/choose-subnet';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declarationsOf } from './internal/declarations';
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
import type { ITenant } from './interfaces';

/**
 * The NICs that a UTM may have, in the order in which the guest sees them. Images ask for DHCP only on the first NIC.
 */
export const nicOrder = ['guest', 'green', 'orange', 'red'] as const;
export type NicName = (typeof nicOrder)[number];

/** A port that the UTM makes in its tenant's project. */
export type UtmNicProps = Omit<FixedIpPortProps, 'tenant'>;

export interface Flavor {
  readonly name?: string;
  /** @default looked up by name */
  readonly id?: string;
  /** Compared with the tenant's quota. @default not compared */
  readonly cores?: number;
  /** Compared with the tenant's quota. @default not compared */
  readonly ramMiB?: number;
}

export interface UtmInstanceProps
  extends
    Partial<Record<NicName, UtmNicProps | FixedIpPort>>,
    Pick<
      ComputeInstanceV2Config,
      | 'blockDevice'
      | 'configDrive'
      | 'forceDelete'
      | 'keyPair'
      | 'metadata'
      | 'personality'
      | 'powerState'
      | 'region'
      | 'schedulerHints'
      | 'stopBeforeDestroy'
      | 'tags'
      | 'timeouts'
      | 'vendorOptions'
    > {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /**
   * The display name. Nova derives the hostname from it when it makes the server. @default the construct's id in lower
   * case
   */
  readonly name?: string;
  /** By name, or by id. A changed image rebuilds the server in place: its disk is new, its id and ports stay. */
  readonly image: string | { readonly id: string };
  /** By name, or with its size. */
  readonly flavor: string | Flavor;
  /** @default the scheduler chooses */
  readonly availabilityZone?: string;
  /**
   * Compute host that the server is forced to. The deployer needs the right to force it. @default the scheduler chooses
   */
  readonly host?: string;
  /** Id of a server group of the tenant: `ServerGroup` makes one. @default none */
  readonly serverGroupId?: string;
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
export class UtmInstance extends Construct {
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
    const {
      tenant = Tenant.of(this),
      name = id.toLowerCase(),
      image,
      flavor,
      availabilityZone,
      host,
      serverGroupId,
      ...more
    } = props;
    const { guest, green, orange, red, mode, transit, config, userData, ...server } = more;
    this.tenant = tenant;
    this.nics = this.makeNics(name, { guest, green, orange, red });
    this.hostname = this.deriveName(name);
    const kind = mode ?? (green && orange ? 'bridged' : 'routed');
    if (transit) makeTransit(this, kind, this.nics, transit);
    this.resource = new ComputeInstanceV2(this, 'Server', {
      ...server,
      ...(typeof image === 'string' ? { imageName: image } : { imageId: image.id }),
      ...flavorConfig(flavor),
      ...defined({
        availabilityZone: host === undefined ? availabilityZone : `${availabilityZone ?? 'nova'}:${host}`,
        schedulerHints: serverGroupId === undefined ? server.schedulerHints : [{ group: serverGroupId }],
        vendorOptions: server.vendorOptions ?? this.keepPorts(),
        userData: userData === undefined ? this.renderUserData(kind, config) : this.ownUserData(userData),
      }),
      name,
      network: nicOrder.flatMap((nic) => (this.nics[nic] ? [{ port: this.nics[nic].portId }] : [])),
      provider: tenant.provider,
      dependsOn: this.dependencies(),
    });
    this.serverId = this.resource.id;
    refuseLostZeros(this, { 'blockDevice.volumeSize': eachOf(server.blockDevice, 'volumeSize') });
    this.declare(kind, flavor);
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

  private deriveName(name: string): string {
    const { release } = CloudStack.of(this).cloud;
    const hostname = deriveHostname(name, release);
    const findings = hostnameFindings(name, release);
    if (hostname !== name && findings.length === 0)
      Annotations.of(this).addWarning(
        `Nova of ${release} makes the hostname "${hostname}" of the name ${JSON.stringify(name)}; look it up by its name, not by its hostname.`,
      );
    for (const finding of findings) Annotations.of(this).addWarning(finding);
    return hostname;
  }

  /** Icehouse's Nova deletes every port of a removed server, also ports that Nova did not make. */
  private keepPorts(): ComputeInstanceV2Config['vendorOptions'] {
    const { release } = CloudStack.of(this).cloud;
    return isAtLeast(release, 'juno') ? undefined : { detachPortsBeforeDestroy: true };
  }

  private dependencies(): ITerraformDependable[] {
    return this.tenant.dependenciesFor(this, 'compute');
  }

  private ownUserData(text: string): string {
    for (const finding of userDataTextFindings(text)) addFinding(this, finding);
    for (const warning of userDataTextWarnings(text)) Annotations.of(this).addWarning(warning);
    return escapeForTerraform(text);
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

  private declare(mode: UtmUserDataProps['mode'], flavor: UtmInstanceProps['flavor']): void {
    const declarations = declarationsOf(this);
    const { path } = this.node;
    const { cores, ramMiB } = typeof flavor === 'string' ? {} : flavor;
    declarations.add('uses', { tenant: this.tenant.key, counts: { instances: 1, ...defined({ cores, ramMiB }) } });
    const { green, orange, red } = this.nics;
    if (mode === 'bridged' && green && orange)
      declarations.add('bridges', { path, networks: [green.network.key, orange.network.key] });
    for (const address of red?.addresses ?? []) {
      const network = (red as FixedIpPort).network;
      declarations.add('red', { path, network: network.key, subnet: chooseSubnet(this, network, address).key });
    }
    for (const nic of nicOrder) {
      const port = this.nics[nic];
      if (!port) continue;
      claim(this, `the port ${port.node.path}`);
      if (port.tenant.key !== this.tenant.key)
        addFinding(this, `its port ${port.node.path} belongs to another tenant, and Nova refuses it (PortNotUsable)`);
    }
    if (Object.keys(this.nics).length === 0) addFinding(this, 'it has no NIC; give it guest, green, orange or red');
    if (CloudStack.of(this.tenant.provider) !== CloudStack.of(this))
      addFinding(
        this,
        `its tenant's provider is in the stack ${CloudStack.of(this.tenant.provider).node.path}; declare the server there`,
      );
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
      ? ', or give it portSecurity: false'
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

function flavorConfig(flavor: UtmInstanceProps['flavor']): Pick<ComputeInstanceV2Config, 'flavorId' | 'flavorName'> {
  if (typeof flavor === 'string') return { flavorName: flavor };
  return flavor.id === undefined ? defined({ flavorName: flavor.name }) : { flavorId: flavor.id };
}
