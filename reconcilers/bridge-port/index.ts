/**
 * The kind bridge-port gives a port's devices on a Linux bridge the declared flags, on whichever host its server is. It
 * records the flags' old values on the host, and restores them when the declaration is removed.
 */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { effect } from './effect';
import { bridgePortImage, type BridgePortImage, type BridgePortSpec } from './image';
import { locate } from './locate';
import { kind, type BridgePortStep } from './model';
import { kernelFlag, observe, type BridgePortObserved } from './observe';
import { bridgePortSpec } from './spec';

/** A rollback is named flag by flag, because a run may have changed a port for two constructs. */
const identify = (spec: BridgePortSpec): string =>
  'restore' in spec
    ? spec.restore
        .flatMap(({ target, image: { flags } }) => flags.map(({ device, flag }) => `${flag} of ${device}@${target}`))
        .join(', ')
    : `bridge port of port ${spec.portId.toLowerCase()}`;

function before({ aims, portId }: BridgePortStep, { devices }: BridgePortObserved): BridgePortImage {
  return {
    portId,
    flags: aims.map(({ device, flag, set, before }) => ({
      device,
      flag,
      entry: before ?? null,
      value: set ? (devices.get(device)?.flags[kernelFlag[flag]] ?? null) : null,
    })),
  };
}

export const bridgePort = defineKind({
  kind,
  whenRemoved: 'its flags get back the values they had, where they still are what was written',
  ownership: 'host',
  spec: bridgePortSpec,
  image: { schema: bridgePortImage, before },
  identify,
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
