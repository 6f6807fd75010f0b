/**
 * The readings of `stackward trace` from Neutron about one floating IP or port. A field is absent if the release doesn't
 * give it, or if these credentials may not see it.
 */
export interface FloatingIpRecord {
  readonly id: string;
  readonly address: string;
  /** The external network of the address. */
  readonly networkId: string;
  /** The port that the address leads to; absent if it leads nowhere. */
  readonly portId?: string;
  readonly fixedAddress?: string;
  /** Present also if port forwardings use the address instead of a port. */
  readonly routerId?: string;
  /** The number of port forwardings. Absent if there are none, or if this release doesn't give the number here. */
  readonly forwardings?: number;
  /** The status that the L3 agent last reported. */
  readonly status?: string;
}

export interface FixedAddress {
  readonly subnetId: string;
  readonly address: string;
}

export interface RouterRecord {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly status?: string;
  /** Only an administrator sees this field and the next one, since Juno. */
  readonly isHa?: boolean;
  readonly isDistributed?: boolean;
  readonly gateway?: { readonly networkId: string; readonly addresses: readonly FixedAddress[] };
}

/** Of an L3 agent, from Juno on: on which hosts a distributed router's NAT is. */
export const agentModes = ['legacy', 'dvr', 'dvr_snat', 'dvr_no_external'] as const;

/** An L3 agent. */
export interface RouterAgent {
  readonly id: string;
  readonly host: string;
  /** Absent: it tells none, as before Juno, or stackward doesn't know it. */
  readonly mode?: (typeof agentModes)[number];
  readonly isAlive: boolean;
  readonly isEnabled: boolean;
  /** For a router with HA: `active`, `standby`, `fault`. */
  readonly haState?: string;
  readonly heartbeat?: Date;
}

export interface PortRecord {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly isEnabled: boolean;
  readonly status?: string;
  readonly mac: string;
  readonly fixedIps: readonly FixedAddress[];
  readonly deviceId: string;
  readonly deviceOwner: string;
  /** Like the whole binding, only an administrator sees it. */
  readonly host?: string;
  readonly vifType?: string;
  readonly vnicType?: string;
  readonly vifDetails?: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly pairs: readonly { readonly address: string; readonly mac: string }[];
  readonly hasPortSecurity?: boolean;
}

export interface GroupRule {
  readonly direction: 'ingress' | 'egress';
  readonly family: 4 | 6;
  /** Absent: every protocol. */
  readonly protocol?: string;
  readonly from?: number;
  readonly to?: number;
  readonly remotePrefix?: string;
  readonly remoteGroup?: string;
  /** From Wallaby on. */
  readonly remoteAddressGroup?: string;
}

export interface GroupRecord {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly GroupRule[];
}

export interface SubnetRecord {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
  readonly gateway?: string;
  readonly hasDhcp: boolean;
}

export interface DhcpAgent {
  readonly host: string;
  readonly isAlive: boolean;
}

/** A list is empty if nothing matches. A thing that doesn't exist is no error. */
export interface NetworkTraceReader {
  /** @param wanted an address, or the id of a floating IP */
  floatingIps(wanted: string): Promise<readonly FloatingIpRecord[]>;
  floatingIpsOfPorts(portIds: readonly string[]): Promise<readonly FloatingIpRecord[]>;
  router(id: string): Promise<RouterRecord | undefined>;
  /** Those that the router is scheduled to. */
  routerAgents(routerId: string): Promise<readonly RouterAgent[]>;
  l3AgentsOn(host: string): Promise<readonly RouterAgent[]>;
  port(id: string): Promise<PortRecord | undefined>;
  /** Batched. */
  ports(ids: readonly string[]): Promise<readonly PortRecord[]>;
  portsOfDevice(deviceId: string): Promise<readonly PortRecord[]>;
  portsWithAddress(address: string): Promise<readonly PortRecord[]>;
  groups(ids: readonly string[]): Promise<readonly GroupRecord[]>;
  subnets(ids: readonly string[]): Promise<readonly SubnetRecord[]>;
  dhcpAgents(networkId: string): Promise<readonly DhcpAgent[]>;
}
