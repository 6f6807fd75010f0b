import type * as z from 'zod';
import { findFault } from '../../lib/basics/attempt';
import { parseSpec } from '../../lib/contract/spec';
import { allocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { bootRestoreSpec } from '../../reconcilers/boot-restore/spec';
import { bridgePortSpec } from '../../reconcilers/bridge-port/spec';
import { brokerPluginSpec } from '../../reconcilers/broker-plugin/spec';
import { firewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { logCollectionSpec } from '../../reconcilers/log-collection/spec';
import { policyRuleSpec } from '../../reconcilers/policy-rule/spec';
import { serviceOptionSpec } from '../../reconcilers/service-option/spec';
import type { Declarations } from './declarations';
import { resolveIn } from './resolve';
import type { SynthFinding } from '../../lib/synth/synth-finding';

/**
 * The schema of each kind's spec. A spec that its kind refuses would pass `cdktf apply` and then stop every plan of
 * every stack.
 */
export const specs: Readonly<Record<string, z.ZodType>> = {
  'allocation-pool': allocationPoolSpec,
  'boot-restore': bootRestoreSpec,
  'bridge-port': bridgePortSpec,
  'broker-plugin': brokerPluginSpec,
  'firewall-exception': firewallExceptionSpec,
  'log-collection': logCollectionSpec,
  'policy-rule': policyRuleSpec,
  'service-option': serviceOptionSpec,
};

/** @param known constructs that already have a finding, which describes the mistake better */
export function wishFindings({ stack, resources }: Declarations, known: ReadonlySet<string>): SynthFinding[] {
  return [...resources].flatMap(([path, { kind, spec }]) => {
    const schema = specs[kind];
    if (!schema || known.has(path)) return [];
    const message = findFault(() => parseSpec(schema, resolveIn(stack, spec), kind));
    return message === undefined ? [] : [{ path, message }];
  });
}
