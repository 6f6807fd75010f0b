/** What comes of a view's schemas. */
import { quoteText } from '../sql/quote';

/** The condition that holds the mark: each server's uuid differs from it. */
export const isMarked = (alias: string, mark: string): string => `NOT (${alias}.uuid <=> ${quoteText(mark)})`;

/** A view that can be made. */
export interface ViewMade {
  /**
   * The SELECT. A condition that each row meets holds the mark, because MySQL keeps no comment of a view, and a server
   * shows the conditions of a view as they were written.
   */
  readonly selectWith: (mark: string) => string;
  readonly columns: readonly string[];
  /** Schemas that it reads. */
  readonly reads: readonly string[];
  /** Columns that stay empty, and what is missing for them: one sentence each. */
  readonly empty: readonly string[];
}

/** What a view can't be made without: `nova.instances`. */
export interface ViewImpossible {
  readonly missing: readonly string[];
}
