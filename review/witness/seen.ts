/** The readings that prove what becomes of packets (docs/adr/0027-witnesses.md). Plain data. */
import type { RestoreText } from '../../lib/contract/reconciler';
import type { GroupRecord, PortRecord } from '../../lib/contract/trace-ports';
import type { IpVersion } from '../../lib/net/ip-ranges';
import type { BridgePort } from '../../lib/packet-path/port-way';
import type { HostFilter } from '../../lib/packet-path/walk';

/** The packet filter of one host in one family. */
export interface FilterSeen {
  readonly filter: HostFilter;
  /** Of the variant of iptables that Neutron's agent doesn't use, where the host has both; both decide. */
  readonly other?: HostFilter;
  readonly ports: readonly BridgePort[];
  /** False: bridges there don't ask iptables, so nothing filters. */
  readonly asksTables: boolean;
  /** Why something was not read that could turn a verdict. */
  readonly gap?: string;
}

export interface PacketsSeen {
  /** By id. */
  readonly ports: ReadonlyMap<string, PortRecord>;
  readonly groups: ReadonlyMap<string, GroupRecord>;
  /** By host's name. A text says why the tables were not read. */
  readonly hosts: ReadonlyMap<string, Readonly<Record<IpVersion, FilterSeen | string>>>;
  /** By host's name: what stackward's steps give to iptables-restore, in order. */
  readonly restores: ReadonlyMap<string, readonly RestoreText[]>;
  /** Why Neutron told nothing about ports. */
  readonly gap?: string;
}

export const nothingSeen: PacketsSeen = { ports: new Map(), groups: new Map(), hosts: new Map(), restores: new Map() };
