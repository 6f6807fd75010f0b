/** A view for people who look things up with SQL. Kind name and fields are contract (docs/adr/0016-records-in-a-database.md). */
import * as z from 'zod';
import { databaseNames } from '../../lib/contract/ports';
import { schemaName } from '../../lib/sql/quote';
import { viewNames } from '../../lib/views/views';

export const databaseViewSpec = z.strictObject({
  /** As it is named in stackward's schema. */
  view: z.enum(viewNames),
  /** Schemas of the services on the same server that don't have the usual name: `{ nova: 'nova_cell1' }`. */
  schemas: z.partialRecord(z.enum(databaseNames), schemaName).optional(),
  /** vCPUs that a host gives for each of its processors, where no database tells it. Default: totals of hosts stay empty there. */
  vcpuRatio: z.number().min(0.1).max(1000).optional(),
});
export type DatabaseViewDeclared = z.infer<typeof databaseViewSpec>;

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex');

/** What the ownership table keeps of a view. */
export const viewEntry = z.object({
  declared: databaseViewSpec,
  /** Of the statement that makes the view. */
  statement: digest,
  /** Of the view as the server showed it when it was made. Null: it is under way, or the run was cut short. */
  shown: digest.nullable(),
  /** While it is under way: of our view that the statement is to replace. Absent: there was none. */
  earlier: digest.optional(),
});
export type ViewEntry = z.infer<typeof viewEntry>;
