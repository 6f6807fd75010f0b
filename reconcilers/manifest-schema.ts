import * as z from 'zod';
import { entrySchema, manifestSchema, maxResources } from '../lib/contract/manifest';
import { allocationPoolSpec } from './allocation-pool/spec';
import { bootRestoreSpec } from './boot-restore/spec';
import { bridgePortSpec } from './bridge-port/spec';
import { firewallExceptionSpec } from './firewall-exception/spec';
import { policyRuleSpec } from './policy-rule/spec';

/** The JSON Schema of a manifest, with the spec of every kind; docs/manifest.schema.json is this, printed. */
export function manifestJsonSchema(): object {
  const { dependsOn } = entrySchema.shape;
  const entry = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('allocation-pool'), spec: allocationPoolSpec, dependsOn }),
    z.object({ kind: z.literal('boot-restore'), spec: bootRestoreSpec, dependsOn }),
    z.object({ kind: z.literal('bridge-port'), spec: bridgePortSpec, dependsOn }),
    z.object({ kind: z.literal('firewall-exception'), spec: firewallExceptionSpec, dependsOn }),
    z.object({ kind: z.literal('policy-rule'), spec: policyRuleSpec, dependsOn }),
  ]);
  const schema = manifestSchema.extend({
    resources: z.record(z.string(), entry).meta({ maxProperties: maxResources }),
  });
  return { title: "stackward's manifest, version 1", ...z.toJSONSchema(schema) };
}
