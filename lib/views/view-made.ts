/** What comes of a view's schemas. */

/** A view that can be made. */
export interface ViewMade {
  readonly select: string;
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
