/** The result of making a view from the schemas that exist. */
import { quoteText } from '../sql/quote';

/** A condition that contains the mark and is true for every row, because no server's uuid equals the mark. */
export const isMarked = (alias: string, mark: string): string => `NOT (${alias}.uuid <=> ${quoteText(mark)})`;

/** A view that can be made. */
export interface ViewMade {
  /**
   * The SELECT with the mark in a condition that every row meets. MySQL keeps no comment of a view, but a server shows
   * the conditions of a view as they were written.
   */
  readonly selectWith: (mark: string) => string;
  readonly columns: readonly string[];
  /** The schemas that the view reads. */
  readonly reads: readonly string[];
  /** The columns that stay empty, and what is missing for them: one sentence each. */
  readonly empty: readonly string[];
}

/** The things without which the view can't be made: `nova.instances`. */
export interface ViewImpossible {
  readonly missing: readonly string[];
}
