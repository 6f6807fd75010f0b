/** The flags and records of a host after these steps. Pure. */
import { recordsAfter } from '../../lib/hosts/record-holding';
import type { BridgePortStep } from './model';
import { holdingsOf, kernelFlag, type BridgePortObserved, type ObservedDevice } from './observe';

export function advance(observed: BridgePortObserved, applied: readonly BridgePortStep[]): BridgePortObserved {
  const devices = new Map(observed.devices);
  for (const { device, flag, set } of applied.flatMap((step) => step.aims)) {
    const now = devices.get(device);
    if (set && now) devices.set(device, withFlag(now, kernelFlag[flag], set.value));
  }
  const records = recordsAfter(observed.records, applied.flatMap(holdingsOf));
  return { ...observed, devices, records };
}

const withFlag = (device: ObservedDevice, flag: keyof ObservedDevice['flags'], value: boolean): ObservedDevice => ({
  ...device,
  flags: { ...device.flags, [flag]: value },
});
