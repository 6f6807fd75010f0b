/** Finds the parts of an inventory by server, host, project and port. Pure, and each look-up takes one step. */
import { groupedBy } from '../basics/groups';
import type {
  AddressRecord,
  AmountRecord,
  Dataset,
  FloatingIpRecord,
  HostRecord,
  ImageRecord,
  NicRecord,
  ServerRecord,
  VolumeRecord,
} from './records';

/** Undefined: not known. Null: there is none. */
export type Told<Value> = Value | null | undefined;

export interface Nic extends NicRecord {
  /** Undefined: not known. */
  readonly addresses: readonly AddressRecord[] | undefined;
  /** Undefined: nobody told. */
  readonly floatingIps: readonly FloatingIpRecord[] | undefined;
}

export interface JoinOptions {
  /** False if some servers could not be read, so servers can't be counted. */
  readonly hasAllServers: boolean;
  /** The vCPUs of a host for each of its processors, if no record has this number. */
  readonly vcpuRatio?: number;
}

type Resource = 'instances' | 'cores' | 'ram';
const perServer: Readonly<Record<Resource, (server: ServerRecord) => Told<number>>> = {
  instances: () => 1,
  cores: ({ vcpus }) => vcpus,
  ram: ({ memoryMib }) => memoryMib,
};

export const byText = (a: string | null, b: string | null): number => {
  const [left, right] = [a ?? '', b ?? ''];
  return left === right ? 0 : left < right ? -1 : 1;
};

const grouped = <Item>(
  items: readonly Item[] | undefined,
  keyOf: (item: Item) => string,
): Map<string, Item[]> | undefined => items && groupedBy(items, keyOf);

/** Addresses by their port, each list in its order. */
const inPorts = <Item extends { readonly portId: string; readonly address: string }>(
  items: readonly Item[] | undefined,
): Map<string, Item[]> | undefined =>
  grouped(items && [...items].sort((a, b) => byText(a.address, b.address)), ({ portId }) => portId);

/** If several have the same key, the first is used. */
function found<Item, Value>(
  items: readonly Item[] | undefined,
  keyOf: (item: Item) => string,
  valueOf: (item: Item) => Value,
): ReadonlyMap<string, Value> | undefined {
  if (items === undefined) return undefined;
  const map = new Map<string, Value>();
  for (const item of items) if (!map.has(keyOf(item))) map.set(keyOf(item), valueOf(item));
  return map;
}

/** The value for this key; a null key gives null. */
const lookUp = <Value>(map: ReadonlyMap<string, Value> | undefined, key: Told<string>): Told<Value> =>
  key === null || key === undefined ? key : map?.get(key);

const pair = (...parts: readonly (string | null | undefined)[]): string => parts.map((part) => part ?? '').join('\n');

const quotasOf = (amounts: readonly AmountRecord[] | undefined) =>
  found(
    amounts,
    ({ projectId, resource }) => pair(projectId, resource),
    ({ amount }) => amount,
  );

const byId = <Item extends { readonly id: string }, Value>(
  items: readonly Item[] | undefined,
  valueOf: (item: Item) => Value,
) => found(items, ({ id }) => id, valueOf); // prettier-ignore

export class Join {
  readonly #hosts: ReadonlyMap<string, readonly HostRecord[]> | undefined;
  readonly #nodes: ReadonlyMap<string, HostRecord> | undefined;
  readonly #zones;
  readonly #projects;
  readonly #users;
  readonly #keys;
  readonly #flavors;
  readonly #flavorJson;
  readonly #networkInfo;
  readonly #publicKeys;
  readonly #metadata;
  readonly #images: ReadonlyMap<string, ImageRecord> | undefined;
  readonly #volumes: ReadonlyMap<string, readonly VolumeRecord[]> | undefined;
  readonly #nics: ReadonlyMap<string, readonly Nic[]> | undefined;
  readonly #groups;
  readonly #quotas;
  readonly #used = new Map<Resource, Map<string, number | undefined>>();

  constructor(
    private readonly data: Dataset,
    private readonly options: JoinOptions,
  ) {
    this.#hosts = grouped(data.hosts, ({ host }) => host);
    this.#nodes = found(data.hosts, ({ host, node }) => pair(host, node), (host) => host); // prettier-ignore
    this.#zones = found(data.zones, ({ host }) => host, ({ zone }) => zone); // prettier-ignore
    this.#projects = byId(data.projects, ({ name }) => name);
    this.#users = byId(data.users, ({ name }) => name);
    this.#keys = found(data.keys, ({ userId, name }) => pair(userId, name), ({ fingerprint }) => fingerprint); // prettier-ignore
    this.#flavors = byId(data.flavors, ({ name }) => name);
    this.#flavorJson = found(data.flavorJson, ({ serverId }) => serverId, ({ text }) => nameInFlavor(text)); // prettier-ignore
    this.#publicKeys = found(data.publicKeys, ({ serverId }) => serverId, ({ text }) => text); // prettier-ignore
    this.#networkInfo = found(data.networkInfo, ({ serverId }) => serverId, ({ text }) => text); // prettier-ignore
    this.#metadata = grouped(data.systemMetadata, ({ serverId }) => serverId);
    this.#images = byId(data.images, (image) => image);
    const byDevice = (a: VolumeRecord, b: VolumeRecord): number => byText(a.device, b.device) || byText(a.id, b.id);
    this.#volumes = grouped(data.volumes && [...data.volumes].sort(byDevice), ({ serverId }) => serverId);
    this.#groups = grouped(data.groups, ({ portId }) => portId);
    this.#quotas = {
      compute: quotasOf(data.computeQuotas),
      volume: quotasOf(data.volumeQuotas),
      volumeUsage: quotasOf(data.volumeUsages),
    };
    const addresses = inPorts(data.addresses);
    const floatingIps = inPorts(data.floatingIps);
    const nics = data.nics?.map((nic): Nic => ({
      ...nic,
      addresses: addresses && (addresses.get(nic.portId) ?? []),
      floatingIps: floatingIps && (floatingIps.get(nic.portId) ?? []),
    }));
    const byNetwork = (a: Nic, b: Nic): number => byText(a.network, b.network) || byText(a.mac, b.mac);
    this.#nics = grouped(nics?.sort(byNetwork), ({ serverId }) => serverId);
  }

  /** The hypervisor of the server. Also undefined if it is no longer in the lists. */
  host({ host, node }: ServerRecord): Told<HostRecord> {
    if (host === null || host === undefined) return host;
    const [first, ...more] = this.#hosts?.get(host) ?? [];
    return this.#nodes?.get(pair(host, node)) ?? (more.length === 0 ? first : undefined);
  }

  /** Also undefined if neither a record nor an option has the ratio. */
  vcpuRatio(server: ServerRecord): Told<number> {
    const host = this.host(server);
    return host && (host.vcpuRatio || this.options.vcpuRatio);
  }

  /**
   * The zone of a host is that of its aggregate. Without an aggregate it is Nova's default zone, which a configuration
   * file names.
   */
  zone({ host, zone }: ServerRecord): Told<string> {
    if (host === null || host === undefined) return zone;
    return this.#zones?.get(host) ?? zone ?? undefined;
  }

  project({ projectId }: ServerRecord): Told<string> {
    return lookUp(this.#projects, projectId);
  }

  user({ userId }: ServerRecord): Told<string> {
    return lookUp(this.#users, userId);
  }

  flavor({ id, flavor, flavorId }: ServerRecord): Told<string> {
    return flavor ?? this.#flavorJson?.get(id) ?? lookUp(this.#flavors, flavorId) ?? undefined;
  }

  /** Also undefined if the key pair has been deleted. */
  keyFingerprint({ userId, keyName }: ServerRecord): Told<string> {
    if (keyName === null) return null;
    return keyName === undefined ? undefined : this.#keys?.get(pair(userId, keyName));
  }

  computeQuota({ projectId }: ServerRecord, resource: Resource): Told<number> {
    return this.limit(this.#quotas.compute, projectId, resource);
  }

  volumeQuota({ projectId }: ServerRecord, resource: 'volumes' | 'gigabytes'): Told<number> {
    return this.limit(this.#quotas.volume, projectId, resource);
  }

  /** Cinder makes a project's row together with its first volume. */
  volumesUsed({ projectId }: ServerRecord, resource: 'volumes' | 'gigabytes'): Told<number> {
    const used = this.#quotas.volumeUsage;
    return used && typeof projectId === 'string' ? (used.get(pair(projectId, resource)) ?? 0) : undefined;
  }

  /** Counts as Nova does since Pike: without soft-deleted servers. */
  used({ projectId }: ServerRecord, resource: Resource): Told<number> {
    if (typeof projectId !== 'string' || !this.options.hasAllServers) return undefined;
    const known = this.#used.get(resource) ?? this.count(resource);
    this.#used.set(resource, known);
    return known.has(projectId) ? known.get(projectId) : 0;
  }

  /** Sorted by the names of their networks, because Neutron keeps no order of ports. */
  nics({ id }: ServerRecord): readonly Nic[] | undefined {
    return this.#nics && (this.#nics.get(id) ?? []);
  }

  /** Each name once. */
  securityGroups(server: ServerRecord): readonly string[] | undefined {
    const nics = this.nics(server);
    if (nics === undefined || this.#groups === undefined) return undefined;
    const names = nics.flatMap(({ portId }) => (this.#groups?.get(portId) ?? []).map(({ name }) => name ?? ''));
    return [...new Set(names)].sort(byText);
  }

  volumes({ id }: ServerRecord): readonly VolumeRecord[] | undefined {
    return this.#volumes && (this.#volumes.get(id) ?? []);
  }

  image({ imageId }: ServerRecord): Told<ImageRecord> {
    return imageId === '' ? null : lookUp(this.#images, imageId);
  }

  publicKey({ id }: ServerRecord): Told<string> {
    return this.#publicKeys && (this.#publicKeys.get(id) ?? null);
  }

  networkInfo({ id }: ServerRecord): Told<string> {
    return this.#networkInfo && (this.#networkInfo.get(id) ?? null);
  }

  systemMetadata({ id }: ServerRecord): Readonly<Record<string, string>> | undefined {
    const pairs = this.#metadata && [...(this.#metadata.get(id) ?? [])].sort((a, b) => byText(a.key, b.key));
    return pairs && Object.fromEntries(pairs.map(({ key, text }) => [key, text]));
  }

  private limit(
    limits: ReadonlyMap<string, number> | undefined,
    projectId: Told<string>,
    resource: string,
  ): number | undefined {
    return limits?.get(pair(projectId, resource)) ?? limits?.get(pair(undefined, resource));
  }

  private count(resource: Resource): Map<string, number | undefined> {
    const totals = new Map<string, number | undefined>();
    for (const server of this.data.servers ?? []) {
      if (typeof server.projectId !== 'string' || server.vmState === 'soft-delete') continue;
      const before = totals.has(server.projectId) ? totals.get(server.projectId) : 0;
      const more = perServer[resource](server) ?? undefined;
      totals.set(server.projectId, before === undefined || more === undefined ? undefined : before + more);
    }
    return totals;
  }
}

/** `{"cur": {"nova_object.name": "Flavor", …, "nova_object.data": {"name": "utm.small", …}}, "old": null, "new": null}` */
function nameInFlavor(text: string): string | undefined {
  try {
    const { cur } = JSON.parse(text) as { cur?: { 'nova_object.data'?: { name?: unknown } } };
    const name = cur?.['nova_object.data']?.name;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
