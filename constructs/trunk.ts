import { Annotations, Token } from 'cdktf';
import { Construct } from 'constructs';
import { NetworkingTrunkV2, type NetworkingTrunkV2Config } from '@cdktf/provider-openstack/lib/networking-trunk-v2';
import { isAtLeast } from '../lib/openstack/releases';
import { CloudStack } from './cloud-stack';
import type { FixedIpPort } from './fixed-ip-port';
import type { ITenant } from './interfaces';
import { checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim } from './internal/declarations';
import { dependingOn } from './internal/depending-on';
import { takesTrunk } from './internal/trunk-order';
import { Tenant } from './tenant';

export interface SubPort {
  /** A port that no server has. Its network is the VLAN's. */
  readonly port: FixedIpPort;
  /** The VLAN's tag in the guest, 1 to 4094. */
  readonly segmentationId: number;
}

export interface TrunkProps extends Pick<NetworkingTrunkV2Config, 'description' | 'region' | 'tags' | 'timeouts'> {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
  /** @default the construct's id */
  readonly name?: string;
  /** The port that a server boots with. Its own network comes without a tag. */
  readonly port: FixedIpPort;
  /** The VLANs. A change of one interrupts all of them, because the provider removes all and adds them again. */
  readonly subPorts: readonly SubPort[];
}

/**
 * One NIC with several networks: each further one is a VLAN in the guest. The trunk is made before its server boots.
 * From Newton on.
 *
 *     const parent = new FixedIpPort(acme, 'Parent', { network: green });
 *     const dmz = new FixedIpPort(acme, 'Dmz', { network: orange, macAddress: parent.macAddress });
 *     new Trunk(acme, 'Trunk', { port: parent, subPorts: [{ port: dmz, segmentationId: 101 }] });
 *     new Server(acme, 'Web', { nics: { trunk: parent }, … });
 */
export class Trunk extends Construct {
  readonly resource: NetworkingTrunkV2;
  readonly trunkId: string;

  constructor(scope: Construct, id: string, props: TrunkProps) {
    super(scope, id);
    requireProps(this, props, 'port', 'subPorts');
    checkTexts(this, props);
    const { tenant = Tenant.of(this), name = id, port, subPorts, ...trunk } = props;
    this.resource = new NetworkingTrunkV2(this, 'Trunk', {
      ...trunk,
      name,
      // Left out, the provider's second apply switches the trunk off, and Neutron then refuses to change or delete it.
      adminStateUp: true,
      tenantId: tenant.projectId,
      portId: port.portId,
      subPort: subPorts.map(({ port: { portId }, segmentationId }) => ({
        portId,
        segmentationId,
        segmentationType: 'vlan',
      })),
      ...dependingOn(tenant.dependenciesFor(this, 'network')),
    });
    this.trunkId = this.resource.id;
    takesTrunk(this.resource, port);
    // Neutron makes no parent of a sub-port, and no sub-port of a parent.
    const ports = new Set([port, ...subPorts.map((subPort) => subPort.port)]);
    for (const { node } of ports) claim(this, `the trunk of port ${node.path}`);
    for (const { port: subPort } of subPorts) claim(this, `the port ${subPort.node.path}`);
    this.checkPorts(tenant, ports, props);
    this.checkTags(props);
    this.checkCloud();
  }

  private checkPorts(tenant: ITenant, ports: ReadonlySet<FixedIpPort>, { port, subPorts }: TrunkProps): void {
    for (const each of ports)
      if (each.tenant.key !== tenant.key)
        addFinding(this, `its port ${each.node.path} belongs to another tenant; make the Trunk in that tenant's stack`);
    if (subPorts.some((subPort) => subPort.port === port))
      addFinding(this, `its port ${port.node.path} is one of its sub-ports too; leave it out there`);
  }

  private checkTags({ subPorts }: TrunkProps): void {
    const taken = new Map<number, string>();
    for (const { port, segmentationId: tag } of subPorts) {
      if (Token.isUnresolved(tag)) continue;
      const { path } = port.node;
      const holder = taken.get(tag);
      if (!(Number.isInteger(tag) && tag >= 1 && tag <= 4094))
        addFinding(this, `the segmentationId of ${path} is ${String(tag)}; say a whole number from 1 to 4094`);
      else if (holder !== undefined)
        addFinding(this, `${holder} and ${path} have the segmentationId ${String(tag)}; give each its own`);
      taken.set(tag, path);
    }
  }

  private checkCloud(): void {
    const { release, firewallDriver } = CloudStack.of(this).cloud;
    if (!isAtLeast(release, 'newton'))
      addFinding(this, `Neutron of ${release} knows no trunks; give the server a NIC in each network`);
    if (firewallDriver === 'iptables_hybrid')
      Annotations.of(this).addWarning(
        "Neutron's agent with the firewall driver iptables_hybrid filters nothing at the ports of a trunk: neither security groups nor address checks hold there. Let the guest filter, or use NICs.",
      );
  }
}
