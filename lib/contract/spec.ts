/** Parses the spec of a resource in a manifest by the schema of its kind. */
import type * as z from 'zod';
import { InvalidConfiguration } from '../basics/errors';
import { firstFault } from '../basics/schema-fault';

/** @throws InvalidConfiguration naming a field that the kind doesn't have, or else the first field that is not valid */
export function parseSpec<T>(schema: z.ZodType<T>, input: unknown, kind: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const unknown = parsed.error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const { field, message } = unknown
    ? { field: [...unknown.path, unknown.keys[0]].map(String).join('.'), message: `${kind} has no such field` }
    : firstFault(parsed.error);
  throw new InvalidConfiguration(`the field "${field || 'spec'}" is not valid: ${message}; see docs/kinds/${kind}.md`);
}
