/** Finds the hosts that serve the API, if the service has the release that the code declares. */
import { contradictionOf } from '../../lib/run/cloud-release';
import { askApis } from '../../lib/run/declared-release';
import type { ApiAnswer, Readers } from '../../lib/contract/ports';
import { placeByTarget } from '../../lib/contract/place';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import { hostTarget, type Target } from '../../lib/contract/target';
import type { PolicyRuleSpec } from './image';

export async function locate(
  specs: readonly Wanted<PolicyRuleSpec>[],
  from: Readers,
): Promise<Located<PolicyRuleSpec>> {
  const findings: Finding[] = [];
  const pairs: [Target, Wanted<PolicyRuleSpec>][] = [];
  // If the APIs can't be asked, the comparison of the whole manifest reports that.
  const { answers } = specs.some(({ spec }) => !('restore' in spec)) ? await askApis(from) : { answers: [] };
  for (const resource of specs) {
    const fault = faultOf(resource, answers, from);
    if (fault) findings.push(fault);
    else for (const target of targetsOf(resource.spec, from)) pairs.push([target, resource]);
  }
  return { placements: placeByTarget(pairs), findings };
}

function faultOf(
  { id, spec }: Wanted<PolicyRuleSpec>,
  answers: readonly ApiAnswer[],
  from: Readers,
): Finding | undefined {
  if ('restore' in spec) return undefined;
  const { service, release } = spec;
  const contradiction = contradictionOf(release, { answers }, service);
  if (contradiction !== undefined)
    return {
      id,
      reason: 'Blocked',
      message: `${contradiction.evidence}; the grant is made for ${service} of ${release}, whose defaults may be others. In OpenStackCloud ${contradiction.advice}, then run \`cdktf apply\``,
    };
  if (targetsOf(spec, from).length > 0) return undefined;
  return {
    id,
    reason: 'InvalidConfiguration',
    message: `no host is named that serves ${service}; add "services.${service}.hosts" to stackward.yaml`,
  };
}

const targetsOf = (spec: PolicyRuleSpec, { hosts }: Readers): Target[] => [
  ...new Set(
    'restore' in spec ? spec.restore.map(({ target }) => target) : hosts.serving(spec.service).map(hostTarget),
  ),
];
