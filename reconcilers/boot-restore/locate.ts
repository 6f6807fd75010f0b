/** The unit is on every host that has an exception of the stack. */
import type { Readers } from '../../lib/contract/ports';
import { placeByTarget } from '../../lib/contract/place';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import type { BootImage, RestoredBoot } from './image';
import type { BootRestoreSpec } from './spec';
import { hostTarget, type Target } from '../../lib/contract/target';
import { hostsOf, type PortPlaces, readPlaces } from '../firewall-exception/chain/places';
import type { Whereabouts } from '../firewall-exception/chain/whereabouts';

/** The wish for one host. */
export type PlacedBoot = { readonly is: 'declared' } | { readonly is: 'restored'; readonly image: BootImage };

export async function locate(
  specs: readonly Wanted<BootRestoreSpec | RestoredBoot>[],
  from: Readers,
): Promise<Located<PlacedBoot>> {
  const exceptions = specs.flatMap(({ spec }) => ('restore' in spec ? [] : spec.exceptions));
  const places = await readPlaces(exceptions, from);
  const pairs: [Target, Wanted<PlacedBoot>][] = [];
  const place = (target: Target, resource: Wanted<unknown>, spec: PlacedBoot) =>
    pairs.push([target, { ...resource, spec }]);
  const findings: Finding[] = [];
  for (const resource of specs) {
    const { spec } = resource;
    if ('restore' in spec)
      for (const { target, image } of spec.restore) place(target, resource, { is: 'restored', image });
    else {
      const placed = spec.exceptions.map((exception) => ({ exception, hosts: hostsOf(exception, places) }));
      for (const host of new Set(placed.flatMap(({ hosts }) => hosts)))
        place(hostTarget(host), resource, { is: 'declared' });
      const nowhere = placed.find(({ hosts }) => hosts.length === 0);
      if (nowhere) findings.push({ id: resource.id, ...sayNowhere(nowhere.exception, places) });
    }
  }
  return { placements: placeByTarget(pairs), findings };
}

function sayNowhere({ portId, placement }: Whereabouts, { ports }: PortPlaces): Omit<Finding, 'id'> {
  const rest = 'so nothing can bring its exception back there; see what is said of the exception itself';
  if (!ports.has(portId))
    return {
      reason: 'InvalidConfiguration',
      message: `the port ${portId} does not exist, or these credentials may not see it, ${rest}`,
    };
  // A bound port gets a host when its server boots, so a later run can succeed. If there is no candidate, no agent has
  // this driver, and a later run doesn't change that.
  const reason = placement === 'bound' ? 'TransientError' : 'InvalidConfiguration';
  return { reason, message: `the port ${portId} is on no host, ${rest}` };
}
