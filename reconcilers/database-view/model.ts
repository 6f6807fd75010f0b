/** What the parts of the kind database-view say to each other. */
import type { Step } from '../../lib/contract/reconciler';
import type { DatabaseRecord } from '../../lib/sql/record-table';
import type { SchemasSeen } from '../../lib/views/schemas';
import type { ViewName } from '../../lib/views/views';
import type { ViewEntry } from './spec';

export const kind = 'database-view';

export type ViewRecord = DatabaseRecord<ViewEntry>;

/** A table or view of stackward's schema. */
export interface ThingSeen {
  /** Undefined: it is a table. */
  readonly view?: {
    /** The SELECT, as the server writes it. */
    readonly text: string;
    /** Of the text, and of whose rights it reads with. */
    readonly digest: string;
    readonly definer: string;
  };
  /** What the server says instead of rows: the definer is gone, or a column is. */
  readonly trouble?: string;
}

export interface ViewsObserved {
  /** stackward's own. */
  readonly schema: string;
  readonly hasRecords: boolean;
  readonly records: ReadonlyMap<string, ViewRecord>;
  /** By name; of all that there is in the schema. */
  readonly things: ReadonlyMap<string, ThingSeen>;
  readonly seen: SchemasSeen;
}

export interface DatabaseViewStep extends Step {
  readonly view: ViewName;
  /** What is to be there: statement and record. Undefined: no record, and no view unless `leaves` says so. */
  readonly make?: { readonly statement: string; readonly record: ViewRecord };
  /** The view isn't ours any more, and stays. */
  readonly leaves?: true;
}
