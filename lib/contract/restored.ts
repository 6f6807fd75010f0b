/** The former state of hosts, as most kinds get it for a rollback. It comes from the journal and from nowhere else. */
import type * as z from 'zod';
import { InvalidConfiguration } from '../basics/errors';
import type { Ownership } from './reconciler';
import type { RestoredResource } from './resource';
import { firstFault } from '../basics/schema-fault';
import { mayHold, recordsTarget, type Image, type Target } from './target';

export interface RestoredOn<Image> {
  readonly restore: readonly { readonly target: Target; readonly image: Image }[];
}

/**
 * @param schema accepts exactly what a run of this kind records for this resource
 * @throws InvalidConfiguration naming the target and the field
 */
export function parseImages<Parsed>(
  schema: z.ZodType<Parsed>,
  { before }: RestoredResource,
  ownership: Ownership,
): RestoredOn<Parsed> {
  return {
    restore: before.map(({ target, image }) => {
      if (ownership !== 'key' && !mayHold(ownership, target))
        throw refusedImage(target, `this kind changes only ${ownership === 'host' ? 'hosts' : recordsTarget}`);
      return { target, image: parseImage(schema, image, target) };
    }),
  };
}

/** @throws InvalidConfiguration naming the target and the field */
function parseImage<Parsed>(schema: z.ZodType<Parsed>, image: Image, target: Target): Parsed {
  const parsed = schema.safeParse(image);
  if (parsed.success) return parsed.data;
  const { field, message } = firstFault(parsed.error);
  throw refusedImage(target, `${field === '' ? '' : `the field "${field}" is not valid: `}${message}`);
}

export const refusedImage = (target: Target, why: string): InvalidConfiguration =>
  new InvalidConfiguration(
    `what the journal says was on ${target} is nothing that stackward records: ${why}; the run's folder was changed since, or is of another version: bring this back by hand`,
  );
