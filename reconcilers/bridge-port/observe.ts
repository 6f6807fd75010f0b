/** Reads the flags of all bridge ports of a host, and the records of them. */
import { valueOf, type BridgeFlag, type HostReader } from '../../lib/hosts/host';
import { readRecords, type HostRecord, type HostRecords } from '../../lib/hosts/host-record';
import type { Holding } from '../../lib/hosts/record-holding';
import type { Readers } from '../../lib/contract/ports';
import type { Placement } from '../../lib/contract/reconciler';
import type { BridgePortOn } from './locate';
import { recordEntry, type FlagName, type RecordEntry } from './spec';
import { kind, type BridgePortStep } from './model';

/** The kernel's names, below `/sys/class/net/<bridge>/brif/<port>/`. */
export const kernelFlag: Readonly<Record<FlagName, BridgeFlag>> = {
  hairpin: 'hairpin_mode',
  learning: 'learning',
  flood: 'unicast_flood',
};

export interface ObservedDevice {
  readonly bridge: string;
  /** A flag that this kernel lacks is absent. */
  readonly flags: Readonly<Partial<Record<BridgeFlag, boolean>>>;
}

export type BridgePortRecord = HostRecord<RecordEntry>;

export interface BridgePortObserved extends Records {
  /** Devices by name, which is unique on a host. Entries of records are by `<device> <flag>`. */
  readonly devices: ReadonlyMap<string, ObservedDevice>;
}

type Records = HostRecords<RecordEntry>;

export const keyOf = (device: string, flag: FlagName): string => `${device} ${flag}`;

/** The fate of each entry in its owner's record. */
export const holdingsOf = ({ owner, aims }: BridgePortStep): readonly Holding<RecordEntry>[] =>
  aims.map(({ device, flag, before, after }) => ({ owner, key: keyOf(device, flag), before, after }));

export const observe = async (
  { target, owners }: Placement<BridgePortOn>,
  from: Readers,
): Promise<BridgePortObserved> => look(await from.host(target), owners);

/** Reads flags and records in one round trip. */
export async function look(host: HostReader, owners: readonly string[]): Promise<BridgePortObserved> {
  const [[bridges], records] = await Promise.all([
    host.read([{ verb: 'bridge-ports' }]),
    readRecords(host, kind, owners, recordEntry),
  ]);
  return {
    devices: new Map(valueOf(bridges).ports.map(({ bridge, port, flags }) => [port, { bridge, flags }])),
    ...records,
  };
}
