/** The hosts that serve the service. */
import type { Readers } from '../../lib/ports';
import type { Finding, Located, Wanted } from '../../lib/reconciler';
import { hostTarget } from '../../lib/sweep';
import type { PolicyRuleSpec } from './restored';
import type { Target } from '../../lib/target';

export function locate(specs: readonly Wanted<PolicyRuleSpec>[], from: Readers): Promise<Located<PolicyRuleSpec>> {
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
  return Promise.resolve({
    placements: [...wanted].map(([target, ones]) => ({ target, wanted: ones })),
    findings,
  });
}

const targetsOf = (spec: PolicyRuleSpec, { hosts }: Readers): Target[] => [
  ...new Set(
    'restore' in spec ? spec.restore.map(({ target }) => target) : hosts.serving(spec.service).map(hostTarget),
  ),
];
