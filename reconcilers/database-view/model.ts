/** Types that the modules of the kind database-view share. */
import type { Step } from '../../lib/contract/reconciler';
import type { DatabaseRecord } from '../../lib/sql/record-table';
import type { SchemasSeen } from '../../lib/views/schemas';
import type { ViewName } from '../../lib/views/views';
import type { ViewEntry } from './spec';

export const kind = 'database-view';

export type ViewRecord = DatabaseRecord<ViewEntry>;

/** A table or view of stackward's schema. */
export interface ThingSeen {
  /** Undefined if it is a table. */
  readonly view?: {
    /** The SELECT as the server prints it. */
    readonly text: string;
    /** The digest of the text, and of the account whose rights the view uses. */
    readonly digest: string;
    readonly definer: string;
  };
  /** The server's error instead of rows: the definer or a column no longer exists. */
  readonly trouble?: string;
}

export interface ViewsObserved {
  /** The name of stackward's own schema. */
  readonly schema: string;
  readonly hasRecords: boolean;
  readonly records: ReadonlyMap<string, ViewRecord>;
  /** All tables and views of the schema, by name. */
  readonly things: ReadonlyMap<string, ThingSeen>;
  readonly seen: SchemasSeen;
}

export interface DatabaseViewStep extends Step {
  readonly view: ViewName;
  /** The statement and the record of the wanted view. Undefined: no record, and no view unless `leaves` says so. */
  readonly make?: { readonly statement: string; readonly record: ViewRecord };
  /** True if the view is no longer stackward's, so it stays. */
  readonly leaves?: true;
}
