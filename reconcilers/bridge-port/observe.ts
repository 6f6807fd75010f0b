/** The flags of all bridge ports of a host, and what the owners' records say of them: one question. */
import { valueOf, type BridgeFlag } from '../../lib/host';
import { parseRecord, recordPath, type HostRecord } from '../../lib/host-record';
import type { Readers } from '../../lib/ports';
import type { Placement } from '../../lib/reconciler';
import type { BridgePortOn } from './locate';
import { recordEntry, type FlagName, type RecordEntry } from './spec';

export const kind = 'bridge-port';

/** As the kernel calls them, below `/sys/class/net/<bridge>/brif/<port>/`. */
export const kernelFlag: Readonly<Record<FlagName, BridgeFlag>> = {
  hairpin: 'hairpin_mode',
  learning: 'learning',
  flood: 'unicast_flood',
};

export interface ObservedDevice {
  readonly bridge: string;
  /** A flag that this kernel doesn't know is absent. */
  readonly flags: Readonly<Partial<Record<BridgeFlag, boolean>>>;
}

export type BridgePortRecord = HostRecord<RecordEntry>;

export interface BridgePortObserved {
  /** By the device's name, which is one on a host. */
  readonly devices: ReadonlyMap<string, ObservedDevice>;
  /** By owner; entries by `<device> <flag>`. */
  readonly records: ReadonlyMap<string, BridgePortRecord>;
}

export const keyOf = (device: string, flag: FlagName): string => `${device} ${flag}`;

export async function observe({ target, owners }: Placement<BridgePortOn>, from: Readers): Promise<BridgePortObserved> {
  const host = await from.host(target);
  const paths = owners.map((owner) => recordPath(host, kind, owner));
  const [bridges, ...files] = await host.read([
    { verb: 'bridge-ports' },
    ...paths.map((path) => ({ verb: 'read-file', path }) as const),
  ]);
  return {
    devices: new Map(valueOf(bridges).ports.map(({ bridge, port, flags }) => [port, { bridge, flags }])),
    records: new Map(
      owners.map((owner, at) => {
        const file = files[at];
        if (file === undefined) throw new RangeError(`no answer about ${paths[at]}`);
        return [owner, parseRecord(file, paths[at] ?? '', recordEntry)];
      }),
    ),
  };
}
