/**
 * The records of an inventory, whether a database of any release or an API has them. An absent field is not known; null
 * means that there is none.
 */
export interface ServerRecord {
  readonly id: string;
  /** The database that has the server. Absent for the API, which doesn't say. */
  readonly foundIn?: 'nova' | 'nova_cell0' | 'build_requests';
  readonly name?: string | null;
  readonly projectId?: string | null;
  readonly userId?: string | null;
  readonly created?: Date | null;
  /** The zone that was requested, or that the scheduler chose. */
  readonly zone?: string | null;
  readonly host?: string | null;
  /** The hypervisor, on a host with several (Ironic). */
  readonly node?: string | null;
  readonly description?: string | null;
  /** Nova's number. */
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
  /** Null or '' if the server boots from a volume. */
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
  /** Absent, null or 0: the host's configuration file has it. */
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
  /** Absent: the amount is for every project without an amount of its own. */
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

/** Neutron sends what comes to it to one address of the port. */
export interface FloatingIpRecord {
  readonly portId: string;
  readonly address: string;
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
  /** The place of its data, such as `ctl1@lvm#pool`. */
  readonly location: string | null;
}

export interface ImageRecord extends NameRecord {
  readonly bytes: number | null;
}

/** The parts of an inventory. Each is one list, which is read as a whole, whatever the number of servers. */
export interface Parts {
  readonly servers: ServerRecord;
  /** The public key that the server got. */
  readonly publicKeys: ServerText;
  /** The JSON of the server's flavor (Kilo and later). */
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
  readonly floatingIps: FloatingIpRecord;
  readonly volumes: VolumeRecord;
  readonly volumeQuotas: AmountRecord;
  readonly volumeUsages: AmountRecord;
  readonly images: ImageRecord;
}
export type PartName = keyof Parts;

/** The parts that were read. A part is absent if it could not be read. */
export type Dataset = { readonly [Name in PartName]?: readonly Parts[Name][] };
