/** Places a plugin on the hosts that its declaration names. */
import { noEntryFor, placeByTarget } from '../../lib/contract/place';
import type { Readers } from '../../lib/contract/ports';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import { hostTarget, type Target } from '../../lib/contract/target';
import type { RestoredPlugin } from './image';
import type { PluginOn } from './model';
import type { BrokerPluginSpec } from './spec';

export async function locate(
  wanted: readonly Wanted<BrokerPluginSpec | RestoredPlugin>[],
  { hosts }: Readers,
): Promise<Located<PluginOn>> {
  const placed: [Target, Wanted<PluginOn>][] = [];
  const findings: Finding[] = [];
  for (const { spec, ...rest } of wanted) {
    if ('restore' in spec) {
      for (const { target, image } of spec.restore) placed.push([target, { ...rest, spec: image }]);
      continue;
    }
    const { hosts: names, plugin, enabled } = spec;
    for (const name of new Set(names))
      if (hosts.canReach(name)) placed.push([hostTarget(name), { ...rest, spec: { plugin, enabled } }]);
      else
        findings.push({
          id: rest.id,
          reason: 'InvalidConfiguration',
          message: `${noEntryFor([name])}; correct "hosts" of the construct, or add an entry`,
        });
  }
  return { placements: placeByTarget(placed), findings };
}
