/** A plugin as it was on a host before a run. */
import * as z from 'zod';
import { pluginName } from '../../lib/broker-plugins/listing';
import type { RestoredResource } from '../../lib/contract/resource';
import type { RestoredOn } from '../../lib/contract/restored';
import { brokerPluginSpec } from './spec';

/** True if the plugin, which the construct declares, was enabled explicitly before the run. */
export const brokerPluginImage = ({ declared }: RestoredResource) => {
  const spec = brokerPluginSpec.safeParse(declared);
  const plugin = spec.success ? z.literal(spec.data.plugin) : z.string().regex(pluginName);
  return z.strictObject({ plugin, enabled: z.boolean() });
};
export type RestoredPlugin = RestoredOn<z.infer<ReturnType<typeof brokerPluginImage>>>;
