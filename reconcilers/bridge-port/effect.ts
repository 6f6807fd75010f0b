/** The kernel's files that a step writes, with the values before and after. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import { kernelFlag } from './observe';
import type { BridgePortStep } from './model';

/** [] where only the record changes. */
export function effect({ aims }: BridgePortStep): Effect[] {
  return aims.flatMap(({ device, flag, set }): Effect[] => {
    if (set === undefined) return [];
    const path = `/sys/class/net/${set.bridge}/brif/${device}/${kernelFlag[flag]}`;
    const lines = [`--- ${path}`, `+++ ${path}`, '@@ -1 +1 @@', `-${Number(set.expect)}`, `+${Number(set.value)}`];
    return [{ language: 'diff', lines }];
  });
}
