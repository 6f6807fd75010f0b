/** The hosts that serve the service; to sweep, every host that can be reached. */
import { asStackwardError } from '../../lib/errors';
import type { Readers } from '../../lib/ports';
import type { Finding, Located, Scope, Target, Wanted } from '../../lib/reconciler';
import { hostsToSweep, hostTarget } from '../../lib/sweep';
import type { PolicyRuleSpec } from './spec';

export async function locate(
  specs: readonly Wanted<PolicyRuleSpec>[],
  { sweep }: Scope,
  from: Readers,
): Promise<Located<PolicyRuleSpec>> {
  const findings: Finding[] = [];
  const wanted = new Map<Target, Wanted<PolicyRuleSpec>[]>();
  for (const one of specs) {
    const targets = targetsOf(one.spec, from);
    if (targets.length === 0 && !('restore' in one.spec))
      findings.push({
        id: one.id,
        reason: 'InvalidConfiguration',
        message: `no host is named that serves ${one.spec.service}; add "services.${one.spec.service}.hosts" to stackward.yaml`,
      });
    for (const target of targets) wanted.set(target, [...(wanted.get(target) ?? []), one]);
  }
  for (const host of await leftoverHosts(sweep, from, findings))
    if (!wanted.has(hostTarget(host))) wanted.set(hostTarget(host), []);
  return { placements: [...wanted].map(([target, ones]) => ({ target, wanted: ones })), findings };
}

const targetsOf = (spec: PolicyRuleSpec, { hosts }: Readers): Target[] => [
  ...new Set(
    'restore' in spec ? spec.restore.map(({ target }) => target) : hosts.serving(spec.service).map(hostTarget),
  ),
];

/** A grant needs no API: where Neutron doesn't answer, the hosts that the configuration names are swept. */
async function leftoverHosts(sweep: Scope['sweep'], from: Readers, findings: Finding[]): Promise<readonly string[]> {
  try {
    return await hostsToSweep(sweep, from);
  } catch (error) {
    const { message } = asStackwardError(error);
    findings.push({
      id: 'policy-rule',
      message: `leftovers are looked for on the hosts that serve an API alone: ${message}`,
    });
    return from.hosts.named.filter((host) => from.hosts.canReach(host));
  }
}
