import * as z from 'zod';
import { entrySchema, manifestSchema, maxResources } from '../lib/contract/manifest';
import { kinds } from './registry';

/** The JSON Schema of a manifest, with the spec of every kind; docs/manifest.schema.json is this, printed. */
export function manifestJsonSchema(): object {
  const { dependsOn } = entrySchema.shape;
  const [first, ...rest] = kinds.map(({ kind, spec }) => z.object({ kind: z.literal(kind), spec, dependsOn }));
  if (first === undefined) throw new RangeError('there is no kind');
  const entry = z.discriminatedUnion('kind', [first, ...rest]);
  const schema = manifestSchema.extend({
    resources: z.record(z.string(), entry).meta({ maxProperties: maxResources }),
  });
  return { title: "stackward's manifest, version 1", ...z.toJSONSchema(schema) };
}
