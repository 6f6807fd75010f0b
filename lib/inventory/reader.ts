/** What an inventory asks of the APIs. Each answers with all that the credentials may see, of every project. */
import type {
  AddressRecord,
  AmountRecord,
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
  /** For an administrator alone. */
  servers(): Promise<readonly ServerRecord[]>;
  hosts(): Promise<readonly HostRecord[]>;
  /** One request for each project. */
  computeQuotas(projectIds: readonly string[]): Promise<readonly AmountRecord[]>;
  projects(): Promise<readonly NameRecord[]>;
  users(): Promise<readonly NameRecord[]>;
  ports(): Promise<Ports>;
  volumes(): Promise<readonly VolumeRecord[]>;
  /** One request for each project. */
  volumeAmounts(projectIds: readonly string[]): Promise<VolumeAmounts>;
  images(): Promise<readonly ImageRecord[]>;
}
