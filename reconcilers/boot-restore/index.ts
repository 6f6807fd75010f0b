/** The kind boot-restore: exceptions are back when a host starts, before Neutron's agent does (docs/kinds/boot-restore.md). */
import type { Reconciler } from '../../lib/contract/reconciler';
import { parseSpec } from '../../lib/contract/spec';
import { advance } from './advance';
import { apply } from './apply';
import { diff, kind, type BootRestoreStep } from './diff';
import { locate, type PlacedBoot } from './locate';
import { observe, type BootRestoreObserved } from './observe';
import { restore, type RestoredBoot } from './restored';
import { bootRestoreSpec, type BootRestoreSpec } from './spec';

const parse = (input: unknown): BootRestoreSpec => parseSpec(bootRestoreSpec, input, kind);

const identify = (spec: BootRestoreSpec | RestoredBoot): string =>
  'restore' in spec
    ? `boot of ${spec.restore.map(({ target, image }) => `${image.id}@${target}`).join(', ')}`
    : `boot with the exceptions of ${spec.exceptions.map((one) => one.portId).join(', ')}`;

const image = ({ id }: BootRestoreStep, { boot }: BootRestoreObserved): Image => ({
  id,
  isThere: boot.files.some((file) => file.isOurs),
});

export const bootRestore: Reconciler<BootRestoreSpec, RestoredBoot, BootRestoreObserved, BootRestoreStep, PlacedBoot> =
  {
    kind,
    whenRemoved: 'it goes from every host with the last exception there',
    leavesOnHosts: true,
    parse,
    restore,
    identify,
    locate,
    observe,
    diff,
    image,
    advance,
    apply,
  };
import type { Image } from '../../lib/contract/target';
