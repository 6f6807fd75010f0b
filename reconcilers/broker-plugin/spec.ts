/** A plugin of RabbitMQ, on or off on some nodes. The kind's name and its fields are contract (docs/adr/0020-broker-plugins.md). */
import * as z from 'zod';
import { pluginName } from '../../lib/broker-plugins/listing';

export const brokerPluginSpec = z.strictObject({
  /** Hosts of RabbitMQ's nodes, as the configuration names them; plugins are each node's own, also in a cluster. */
  hosts: z
    .array(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/, 'must be the name of a host'))
    .min(1)
    .max(64),
  plugin: z.string().regex(pluginName, 'must be the name of a plugin, such as rabbitmq_management'),
  enabled: z.boolean(),
});
export type BrokerPluginSpec = z.infer<typeof brokerPluginSpec>;
