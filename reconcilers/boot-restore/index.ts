/**
 * The kind boot-restore makes hosts put exceptions back when they start, before Neutron's agent starts
 * (docs/kinds/boot-restore.md).
 */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff, kind } from './diff';
import { effect } from './effect';
import { bootImage } from './image';
import { locate } from './locate';
import { observe } from './observe';
import { bootRestoreSpec } from './spec';

export const bootRestore = defineKind({
  kind,
  whenRemoved: 'it goes from every host with the last exception there',
  ownership: 'host',
  spec: bootRestoreSpec,
  identify: (spec) =>
    'restore' in spec
      ? `boot of ${spec.restore.map(({ target, image }) => `${image.id}@${target}`).join(', ')}`
      : `boot with the exceptions of ${spec.exceptions.map(({ portId }) => portId).join(', ')}`,
  image: {
    schema: bootImage,
    before: ({ id }, { boot }) => ({ id, isThere: boot.files.some((file) => file.isOurs) }),
  },
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
