/** Types that the files of the kind broker-plugin share. */
import type { Step } from '../../lib/contract/reconciler';

export const kind = 'broker-plugin';

/** What one host should have. */
export interface PluginOn {
  readonly plugin: string;
  readonly enabled: boolean;
}

export interface PluginStep extends Step, PluginOn {}
