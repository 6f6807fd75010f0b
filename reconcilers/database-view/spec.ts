/**
 * A view for people who look things up with SQL. The kind's name and its fields are contract
 * (docs/adr/0016-records-in-a-database.md).
 */
import * as z from 'zod';
import { databaseNames } from '../../lib/contract/ports';
import { schemaName } from '../../lib/sql/quote';
import { viewNames } from '../../lib/views/views';

export const databaseViewSpec = z.strictObject({
  /** The view's name in stackward's schema. */
  view: z.enum(viewNames),
  /** The services' schemas on the same server that have another name than usual: `{ nova: 'nova_cell1' }`. */
  schemas: z.partialRecord(z.enum(databaseNames), schemaName).optional(),
  /**
   * The vCPUs of a host for each of its processors, if no database has this number. Default: totals of hosts stay empty
   * then.
   */
  vcpuRatio: z.number().min(0.1).max(1000).optional(),
});
export type DatabaseViewDeclared = z.infer<typeof databaseViewSpec>;

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex');

/** The entry of a view in the ownership table. */
export const viewEntry = z.object({
  declared: databaseViewSpec,
  /** The digest of the statement that makes the view. */
  statement: digest,
  /**
   * The digest of the view that the server showed directly after the statement. Null if the statement is under way, or
   * the run was interrupted.
   */
  shown: digest.nullable(),
  /**
   * Only while the statement is under way: the digest of stackward's view that it replaces. Absent if there was no such
   * view.
   */
  earlier: digest.optional(),
});
export type ViewEntry = z.infer<typeof viewEntry>;
