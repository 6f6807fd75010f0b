/** What the parts of the kind broker-plugin say to each other. */
import type { Step } from '../../lib/contract/reconciler';

export const kind = 'broker-plugin';

/** What one host is to have. */
export interface PluginOn {
  readonly plugin: string;
  readonly enabled: boolean;
}

export interface PluginStep extends Step, PluginOn {}
