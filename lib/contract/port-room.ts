/** How much room a cloud has left for ports: what quotas allow, and what pools hold. */

/** Ports of one project. */
export interface PortQuota {
  readonly projectId: string;
  /** -1: no limit. */
  readonly limit: number;
  /** With those of DHCP, which count as well. */
  readonly used: number;
}

/** Addresses of one subnet's allocation pools. */
export interface PoolRoom {
  readonly subnetId: string;
  readonly name: string;
  readonly networkId: string;
  readonly total: number;
  /** By ports: an address that a port holds outside of the pools doesn't count. */
  readonly used: number;
}

export interface PortRoom {
  readonly quotas: readonly PortQuota[];
  readonly pools: readonly PoolRoom[];
}

export interface PortRoomReader {
  /** Of every project that has ports, and of every subnet, as far as the credentials see. */
  room(): Promise<PortRoom>;
}
