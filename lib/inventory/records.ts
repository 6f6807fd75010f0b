/**
 * What the services tell of servers, whoever told it: a database of any release, or an API. A field that is absent was told by
 * nobody; null says that there is none.
 */
export interface ServerRecord {
  readonly id: string;
  /** Which database has it. Absent: the API, which doesn't tell. */
  readonly foundIn?: 'nova' | 'nova_cell0' | 'build_requests';
  readonly name?: string | null;
  readonly projectId?: string | null;
  readonly userId?: string | null;
  readonly created?: Date | null;
  /** As asked for, or as the scheduler chose. */
  readonly zone?: string | null;
  readonly host?: string | null;
  /** Of a host with several hypervisors (Ironic): which. */
  readonly node?: string | null;
  readonly description?: string | null;
  /** As Nova numbers it. */
  readonly powerState?: number | null;
  readonly vmState?: string | null;
  readonly taskState?: string | null;
  readonly flavor?: string | null;
  readonly flavorId?: string | null;
  readonly vcpus?: number | null;
  readonly memoryMib?: number | null;
  readonly hostname?: string | null;
  readonly launched?: Date | null;
  readonly rootDevice?: string | null;
  /** Null or '': it boots from a volume. */
  readonly imageId?: string | null;
  readonly keyName?: string | null;
}

export interface HostRecord {
  readonly host: string;
  readonly node?: string | null;
  readonly vcpus?: number | null;
  readonly vcpusUsed?: number | null;
  readonly memoryMib?: number | null;
  readonly memoryUsedMib?: number | null;
  /** Absent, null or 0: the host's configuration says it. */
  readonly vcpuRatio?: number | null;
}

/** A text that belongs to one server. */
export interface ServerText {
  readonly serverId: string;
  readonly text: string;
}

export interface ServerPair extends ServerText {
  readonly key: string;
}

export interface ZoneRecord {
  readonly host: string;
  readonly zone: string;
}

/** An id's name. */
export interface NameRecord {
  readonly id: string;
  readonly name: string | null;
}

export interface KeyRecord {
  readonly userId: string;
  readonly name: string;
  readonly fingerprint: string | null;
}

/** A limit, or a number in use. */
export interface AmountRecord {
  /** Absent: of every project that has none of its own. */
  readonly projectId?: string;
  /** `instances`, `cores`, `ram`, `volumes`, `gigabytes`. */
  readonly resource: string;
  readonly amount: number;
}

export interface NicRecord {
  readonly portId: string;
  readonly serverId: string;
  readonly mac: string;
  readonly owner: string;
  readonly network: string | null;
}

export interface AddressRecord {
  readonly portId: string;
  readonly address: string;
  readonly cidr: string | null;
  readonly gateway: string | null;
}

/** A security group of a port. */
export interface GroupRecord {
  readonly portId: string;
  readonly name: string | null;
}

export interface VolumeRecord {
  readonly id: string;
  readonly serverId: string;
  readonly name: string | null;
  readonly sizeGib: number | null;
  /** Such as `/dev/vdb`. */
  readonly device: string | null;
  /** Where its bytes are, such as `ctl1@lvm#pool`. */
  readonly location: string | null;
}

export interface ImageRecord extends NameRecord {
  readonly bytes: number | null;
}

/** The parts that an inventory is made of. Each is one list, read as a whole, whatever the number of servers. */
export interface Parts {
  readonly servers: ServerRecord;
  /** Of a server: the key that it was given. */
  readonly publicKeys: ServerText;
  /** Of a server: the JSON of its flavor (Kilo and later). */
  readonly flavorJson: ServerText;
  readonly networkInfo: ServerText;
  readonly systemMetadata: ServerPair;
  readonly hosts: HostRecord;
  readonly zones: ZoneRecord;
  readonly flavors: NameRecord;
  readonly keys: KeyRecord;
  readonly computeQuotas: AmountRecord;
  readonly projects: NameRecord;
  readonly users: NameRecord;
  readonly nics: NicRecord;
  readonly addresses: AddressRecord;
  readonly groups: GroupRecord;
  readonly volumes: VolumeRecord;
  readonly volumeQuotas: AmountRecord;
  readonly volumeUsages: AmountRecord;
  readonly images: ImageRecord;
}
export type PartName = keyof Parts;

/** What was read; a part that is absent could not be. */
export type Dataset = { readonly [Name in PartName]?: readonly Parts[Name][] };
