/** Names and texts inside of a statement that takes no values, as every definition does. */
import * as z from 'zod';

/**
 * Name of a schema. MySQL takes more; these are what OpenStack's installers make, and nothing of them can end a quoted name.
 */
export const schemaName = z
  .string()
  .regex(/^[A-Za-z0-9_$-]{1,64}$/, 'must be the name of a schema: 1 to 64 letters, digits, "_", "$" or "-"');

export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** For a session with backslash escapes, which is how stackward's sessions are set. */
export const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
