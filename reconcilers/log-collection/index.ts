/** The kind log-collection: a host that collects the logs of others, by rsyslog (docs/kinds/log-collection.md). */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { effect } from './effect';
import { logImage } from './image';
import { locate } from './locate';
import { kind, nothing, pathOf } from './model';
import { observe } from './observe';
import { logCollectionSpec } from './spec';

export const logCollection = defineKind({
  kind,
  whenRemoved: 'its files go from server and clients, and the logs that were collected stay',
  ownership: 'host',
  spec: logCollectionSpec,
  identify: (spec) =>
    'restore' in spec
      ? spec.restore.map(({ target, image }) => `logs of ${image.path}@${target}`).join(', ')
      : `logs at port ${spec.port} of ${spec.server}`,
  image: {
    schema: logImage,
    before: ({ id, files: { part } }) => ({ path: pathOf(id), ...(part ?? nothing) }),
  },
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
