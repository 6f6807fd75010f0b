/**
 * A plugin of RabbitMQ, on or off on some nodes. The kind's name and its fields are contract
 * (docs/adr/0020-broker-plugins.md).
 */
import * as z from 'zod';
import { hostName } from '../../lib/basics/line';
import { pluginName } from '../../lib/broker-plugins/listing';

export const brokerPluginSpec = z.strictObject({
  /**
   * The hosts of RabbitMQ's nodes, by their names in stackward.yaml. Each node has its own plugins, also in a cluster.
   */
  hosts: z.array(hostName).min(1).max(64),
  plugin: z.string().regex(pluginName, 'must be the name of a plugin, such as rabbitmq_management'),
  enabled: z.boolean(),
});
export type BrokerPluginSpec = z.infer<typeof brokerPluginSpec>;
