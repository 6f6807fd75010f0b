/**
 * The questions of an inventory to the APIs. Each answer has everything that the credentials may see, of every project.
 */
import type {
  AddressRecord,
  AmountRecord,
  FloatingIpRecord,
  GroupRecord,
  HostRecord,
  ImageRecord,
  NameRecord,
  NicRecord,
  ServerRecord,
  VolumeRecord,
} from './records';

export interface Ports {
  readonly nics: readonly NicRecord[];
  readonly addresses: readonly AddressRecord[];
  readonly groups: readonly GroupRecord[];
}

export interface VolumeAmounts {
  readonly volumeQuotas: readonly AmountRecord[];
  readonly volumeUsages: readonly AmountRecord[];
}

export interface InventoryReader {
  /** Only an administrator may see them. */
  servers(): Promise<readonly ServerRecord[]>;
  hosts(): Promise<readonly HostRecord[]>;
  /** Takes one request for each project. */
  computeQuotas(projectIds: readonly string[]): Promise<readonly AmountRecord[]>;
  projects(): Promise<readonly NameRecord[]>;
  users(): Promise<readonly NameRecord[]>;
  ports(): Promise<Ports>;
  /** None where this Neutron has no floating IPs. */
  floatingIps(): Promise<readonly FloatingIpRecord[]>;
  volumes(): Promise<readonly VolumeRecord[]>;
  /** Takes one request for each project. */
  volumeAmounts(projectIds: readonly string[]): Promise<VolumeAmounts>;
  images(): Promise<readonly ImageRecord[]>;
}
