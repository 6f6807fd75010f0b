/**
 * The kind bridge-port: a port's devices on a Linux bridge have the declared flags, wherever its server is now. What they had
 * before is recorded on the host and comes back when the declaration goes.
 */
import type { Reconciler } from '../../lib/contract/reconciler';
import { parseSpec } from '../../lib/contract/spec';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { locate, type BridgePortOn } from './locate';
import { kernelFlag, observe, type BridgePortObserved } from './observe';
import { restore, type BridgePortImage, type BridgePortRestore, type BridgePortSpec } from './restored';
import { bridgePortSpec, type BridgePortDeclared } from './spec';
import { type BridgePortStep, kind } from './model';

/** What a rollback brings back is named flag by flag: one run may have touched a port for two constructs. */
const identify = (spec: BridgePortSpec): string =>
  'restore' in spec
    ? spec.restore
        .flatMap(({ target, image: { flags } }) => flags.map(({ device, flag }) => `${flag} of ${device}@${target}`))
        .join(', ')
    : `bridge port of port ${spec.portId.toLowerCase()}`;

function image({ aims, portId }: BridgePortStep, { devices }: BridgePortObserved): BridgePortImage {
  return {
    portId,
    flags: aims.map(({ device, flag, set, before }) => ({
      ...{ device, flag, entry: before ?? null },
      value: set ? (devices.get(device)?.flags[kernelFlag[flag]] ?? null) : null,
    })),
  };
}

export const bridgePort: Reconciler<
  BridgePortDeclared,
  BridgePortRestore,
  BridgePortObserved,
  BridgePortStep,
  BridgePortOn
> = {
  kind,
  whenRemoved: 'its flags get back the values they had, where they still are what was written',
  leavesOnHosts: true,
  parse: (input) => parseSpec(bridgePortSpec, input, kind),
  restore,
  identify,
  locate,
  observe,
  diff,
  image,
  advance,
  apply,
};
