/** Why a value didn't fit its schema: the first fault that zod found, and the field in which it stands. */
import type * as z from 'zod';

export interface SchemaFault {
  /** `resources.shared/Red.spec`; '' where the fault is of the value as a whole. */
  readonly field: string;
  /** The end of the sentence "the field … is not valid: …". */
  readonly message: string;
}

export function firstFault({ issues: [issue] }: z.ZodError): SchemaFault {
  // zod tells what is wrong with a key one level below it.
  const inner = issue?.code === 'invalid_key' ? issue.issues[0] : issue;
  return { field: issue?.path.map(String).join('.') ?? '', message: inner?.message ?? 'unreadable' };
}

/** `"links.0.href" must be text`; `it must be a list` where the fault is of the value as a whole. */
export function sayFault(error: z.ZodError): string {
  const { field, message } = firstFault(error);
  return `${field === '' ? 'it' : `"${field}"`} ${message}`;
}
