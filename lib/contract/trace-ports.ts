/**
 * What `stackward trace` asks of Neutron about one floating IP or port. A field that a release doesn't tell,
 * or that these credentials may not see, is absent.
 */
export interface FloatingIpRecord {
  readonly id: string;
  readonly address: string;
  /** The external network that the address is of. */
  readonly networkId: string;
  /** Of the port that it leads to; absent: it leads nowhere. */
  readonly portId?: string;
  readonly fixedAddress?: string;
  /** Also of one that port forwardings have in place of a port. */
  readonly routerId?: string;
  /** How many port forwardings it has. Absent: none, or the release doesn't tell it here. */
  readonly forwardings?: number;
  /** What the L3 agent last claimed. */
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
  readonly isHa?: boolean;
  readonly isDistributed?: boolean;
  readonly gateway?: { readonly networkId: string; readonly addresses: readonly FixedAddress[] };
}

/** An L3 agent that a router is scheduled to. */
export interface RouterAgent {
  readonly host: string;
  readonly isAlive: boolean;
  readonly isEnabled: boolean;
  /** Of a router with HA: `active`, `standby`, `fault`. */
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
  /** For an administrator alone, as all of the binding. */
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
  /** Absent: every one. */
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

/** Lists that hold nothing of what was asked are empty: a thing that is not there is no error. */
export interface NetworkTraceReader {
  /** @param wanted an address, or the id of a floating IP */
  floatingIps(wanted: string): Promise<readonly FloatingIpRecord[]>;
  floatingIpsOfPorts(portIds: readonly string[]): Promise<readonly FloatingIpRecord[]>;
  router(id: string): Promise<RouterRecord | undefined>;
  routerAgents(routerId: string): Promise<readonly RouterAgent[]>;
  port(id: string): Promise<PortRecord | undefined>;
  portsOfDevice(deviceId: string): Promise<readonly PortRecord[]>;
  portsWithAddress(address: string): Promise<readonly PortRecord[]>;
  groups(ids: readonly string[]): Promise<readonly GroupRecord[]>;
  subnets(ids: readonly string[]): Promise<readonly SubnetRecord[]>;
  dhcpAgents(networkId: string): Promise<readonly DhcpAgent[]>;
}
