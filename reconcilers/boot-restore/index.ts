/** The kind boot-restore: exceptions are back when a host starts, before Neutron's agent does (docs/kinds/boot-restore.md). */
import { InvalidConfiguration } from '../../lib/errors';
import type { Before, Image, Reconciler } from '../../lib/reconciler';
import { apply } from './apply';
import { diff, kind, type BootRestoreStep } from './diff';
import { locate, type PlacedBoot } from './locate';
import { observe, type BootRestoreObserved } from './observe';
import { bootImage, restoredBoot, type RestoredBoot } from './restored';
import { bootRestoreSpec, type BootRestoreSpec } from './spec';

type Spec = BootRestoreSpec | RestoredBoot;

function parse(input: unknown): Spec {
  const isRestored = typeof input === 'object' && input !== null && 'restore' in input;
  const parsed = (isRestored ? restoredBoot : bootRestoreSpec).safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidConfiguration(
    `the field "${issue?.path.join('.') || 'spec'}" is not valid: ${issue?.message}; see docs/kinds/boot-restore.md`,
  );
}

const identify = (spec: Spec): string =>
  'restore' in spec
    ? `boot of ${spec.restore.map(({ target, image }) => `${image.id}@${target}`).join(', ')}`
    : `boot with the exceptions of ${spec.exceptions.map((one) => one.portId).join(', ')}`;

const image = ({ id, files }: BootRestoreStep, observed: BootRestoreObserved): Image => ({
  id,
  files: Object.fromEntries([...files.keys()].map((path) => [path, observed.files.get(path)?.content ?? null])),
});

const undo = (_: Spec | undefined, before: readonly Before[]): Spec =>
  restoredBoot.parse({
    restore: before.map((one) => ({ target: one.target, image: bootImage.parse(one.image) })),
  });

export const bootRestore: Reconciler<Spec, BootRestoreObserved, BootRestoreStep, PlacedBoot> = {
  kind,
  whenRemoved: 'it goes from every host with the last exception there',
  leavesOnHosts: true,
  parse,
  identify,
  locate,
  observe,
  diff,
  image,
  undo,
  apply,
};
