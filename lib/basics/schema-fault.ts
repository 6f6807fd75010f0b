/** The first fault that zod found in a value, with the field that has it. */
import type * as z from 'zod';

export interface SchemaFault {
  /** Such as `resources.shared/Red.spec`; '' if the value as a whole is wrong. */
  readonly field: string;
  /** The end of the sentence "the field … is not valid: …". */
  readonly message: string;
}

export function firstFault({ issues: [issue] }: z.ZodError): SchemaFault {
  // zod reports the fault of a key one level below the key.
  const inner = issue?.code === 'invalid_key' ? issue.issues[0] : issue;
  return { field: issue?.path.map(String).join('.') ?? '', message: inner?.message ?? 'unreadable' };
}

/** `"links.0.href" must be text` or `"servers" is missing`. Where the value as a whole is wrong: `it must be a list`. */
export function sayFault(error: z.ZodError): string {
  const { field, message } = firstFault(error);
  return `${field === '' ? 'it' : `"${field}"`} ${message.replace(/^it /, '')}`;
}
