/** The spec of a resource as a manifest declares it, checked by the schema of its kind. */
import type { z } from 'zod';
import { InvalidConfiguration } from './errors';

/** @throws InvalidConfiguration naming a field: one that the kind doesn't have, else the first that is not valid */
export function parseSpec<T>(schema: z.ZodType<T>, input: unknown, kind: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  const [path, fault] = unknown
    ? [[...unknown.path, unknown.keys[0]], `${kind} has no such field`]
    : [issues[0]?.path ?? [], issues[0]?.message];
  throw new InvalidConfiguration(
    `the field "${path.map(String).join('.') || 'spec'}" is not valid: ${fault}; see docs/kinds/${kind}.md`,
  );
}
