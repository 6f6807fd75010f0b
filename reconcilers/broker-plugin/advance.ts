/** Computes the plugins of a host as they are after these steps. Pure. */
import { explicitOf, withExplicit } from '../../lib/broker-plugins/listing';
import type { PluginStep } from './model';
import type { PluginsObserved } from './observe';

export function advance(observed: PluginsObserved, applied: readonly PluginStep[]): PluginsObserved {
  const explicit = new Set(explicitOf(observed));
  for (const { plugin, enabled } of applied) {
    if (enabled) explicit.add(plugin);
    else explicit.delete(plugin);
  }
  return withExplicit(observed, [...explicit]);
}
