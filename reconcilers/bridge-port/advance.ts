/** The flags and records of a host after these steps. Pure. */
import { RecordWriter } from '../../lib/hosts/host-record';
import type { BridgePortStep } from './model';
import { kernelFlag, keyOf, type BridgePortObserved, type ObservedDevice } from './observe';

export function advance(observed: BridgePortObserved, applied: readonly BridgePortStep[]): BridgePortObserved {
  const devices = new Map(observed.devices);
  for (const { device, flag, set } of applied.flatMap((step) => step.aims)) {
    const now = devices.get(device);
    if (set && now) devices.set(device, withFlag(now, kernelFlag[flag], set.value));
  }
  const records = new Map(
    [...observed.records].map(([owner, record]) => {
      const aims = applied.filter((step) => step.owner === owner).flatMap((step) => step.aims);
      const writer = new RecordWriter(owner, record);
      writer.write(new Map(aims.map(({ device, flag, after }) => [keyOf(device, flag), after])));
      return [owner, writer.record];
    }),
  );
  return { ...observed, devices, records };
}

const withFlag = (device: ObservedDevice, flag: keyof ObservedDevice['flags'], value: boolean): ObservedDevice => ({
  ...device,
  flags: { ...device.flags, [flag]: value },
});
