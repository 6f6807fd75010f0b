/** The chains and stored files of a host after these steps. Pure. */
import { changeOf } from './chain/family-change';
import type { FirewallExceptionObserved, FirewallExceptionStep, OwnState } from './model';

export function advance(
  observed: FirewallExceptionObserved,
  applied: readonly FirewallExceptionStep[],
): FirewallExceptionObserved {
  const owners = new Map(observed.owners);
  for (const owner of new Set(applied.map((step) => step.owner))) {
    const { ipv4, ipv6 } = {
      ipv4: changeOf(owner, 'ipv4', applied, observed),
      ipv6: changeOf(owner, 'ipv6', applied, observed),
    };
    owners.set(owner, { ipv4: ipv4.after, ipv6: ipv6.after } satisfies OwnState);
  }
  return { ...observed, owners };
}
