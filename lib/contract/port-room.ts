/** The room that a cloud has left for ports: the quotas of projects, and the pools of subnets. */

/** The quota for ports of one project. */
export interface PortQuota {
  readonly projectId: string;
  /** -1: no limit. Absent: it is the default, which stands in a configuration file that nobody read. */
  readonly limit?: number;
  /** Includes the ports of DHCP, which count as well. */
  readonly used: number;
}

/** Addresses of one subnet's allocation pools. */
export interface PoolRoom {
  readonly subnetId: string;
  readonly name: string;
  readonly networkId: string;
  readonly total: number;
  /** Addresses that ports hold in the pools. An address outside of the pools doesn't count. */
  readonly used: number;
}

export interface PortRoom {
  readonly quotas: readonly PortQuota[];
  readonly pools: readonly PoolRoom[];
}

export interface PortRoomReader {
  /** For every project with ports, and for every subnet, as far as the credentials see them. */
  room(): Promise<PortRoom>;
}
