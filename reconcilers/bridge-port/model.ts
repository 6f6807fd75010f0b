/** Types that the modules of the kind bridge-port share. */
import type { Port } from '../../lib/contract/ports';
import type { Finding, Step } from '../../lib/contract/reconciler';
import type { FlagName, RecordEntry } from './spec';

export const kind = 'bridge-port';

/** The change of one flag of one device, and of its entry in the record. */
export interface FlagAim {
  readonly device: string;
  readonly flag: FlagName;
  /** Undefined: the flag stays as it is. */
  readonly set?: { readonly bridge: string; readonly expect: boolean; readonly value: boolean };
  /** Undefined: no entry. */
  readonly before: RecordEntry | undefined;
  readonly after: RecordEntry | undefined;
}

export interface BridgePortStep extends Step {
  readonly owner: string;
  readonly portId: string;
  readonly aims: readonly FlagAim[];
}

export interface Reasoned extends FlagAim {
  readonly because: string;
}

export type Found = { readonly aims: readonly Reasoned[]; readonly findings: readonly Finding[] };

/**
 * The devices of a port that are on a Linux bridge: its tap and, if Open vSwitch is behind a bridge of its own, the end
 * towards Open vSwitch. Names are cut at 14 characters (neutron_lib `DEVICE_NAME_MAX_LEN`, nova `NIC_NAME_LEN`), as in
 * `tap28f25940-63` and `qvb28f25940-63`.
 */
export function devicesOf({ id, vifType }: Pick<Port, 'id' | 'vifType'>): string[] {
  const prefixes = vifType === 'bridge' ? ['tap'] : ['tap', 'qvb'];
  return prefixes.map((prefix) => `${prefix}${id}`.slice(0, 14));
}

/** True for the end towards the server, false for the end towards the switch. */
export const isTap = (device: string): boolean => device.startsWith('tap');
