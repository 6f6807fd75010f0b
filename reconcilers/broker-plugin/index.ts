/** The kind broker-plugin switches a plugin of RabbitMQ on or off, by the node's own tool (docs/adr/0020-broker-plugins.md). */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { effect } from './effect';
import { brokerPluginImage } from './image';
import { locate } from './locate';
import { kind } from './model';
import { observe } from './observe';
import { brokerPluginSpec } from './spec';

export const brokerPlugin = defineKind({
  kind,
  whenRemoved: 'its plugin stays as it is',
  ownership: 'key',
  spec: brokerPluginSpec,
  identify: (spec) =>
    'restore' in spec
      ? spec.restore.map(({ target, image }) => `plugin ${image.plugin}@${target}`).join(', ')
      : `plugin ${spec.plugin} of RabbitMQ on ${[...new Set(spec.hosts)].sort().join(', ')}`,
  image: {
    schema: brokerPluginImage,
    before: ({ plugin }, { plugins }) => ({ plugin, enabled: plugins.get(plugin)?.enabled === 'explicitly' }),
  },
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
