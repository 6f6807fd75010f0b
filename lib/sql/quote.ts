/** Quotes names and texts for statements that have no placeholders, such as every definition. */
import * as z from 'zod';

/**
 * The name of a schema. MySQL allows more characters; these are the ones that OpenStack's installers use, and none of
 * them can end a quoted name.
 */
export const schemaName = z
  .string()
  .regex(/^[A-Za-z0-9_$-]{1,64}$/, 'must be the name of a schema: 1 to 64 letters, digits, "_", "$" or "-"');

export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** For sessions with backslash escapes; stackward's sessions are always set so. */
export const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
