/**
 * The loop that every kind of thing goes through: parse → locate → observe → diff → apply, then observe again.
 *
 * Level-based: a kind acts on what it observes, never on what it remembers. `diff` is pure; the other three touch the
 * world, and only `apply` is handed something that can write.
 */
import type { Reason } from './errors';
import type { Readers, Writers } from './ports';

/** One database, one API endpoint or one host. Prints as `database:neutron`, `api:<cloud>`, `host:<name>`. */
export type Target = `${'database' | 'api' | 'host'}:${string}`;

/** One resource of a manifest, parsed by its kind. */
export interface Wanted<Spec> {
  /** `kind.construct/path`: with `@target` behind it the name of this thing in every plan, log and error. */
  readonly id: string;
  readonly stack: string;
  readonly owner: string;
  readonly spec: Spec;
}

/** What one target is to hold. */
export interface Placement<Spec> {
  readonly target: Target;
  readonly wanted: readonly Wanted<Spec>[];
  /** Owners whose things on this target are no longer wanted unless they are in `wanted`; empty in a filtered run. */
  readonly sweepOwners: readonly string[];
}

export type Action = 'create' | 'update' | 'delete';

/** One attribute that a step changes, as a person reads it. */
export interface Change {
  readonly attribute: string;
  /** Absent: the attribute doesn't exist before (`+`). */
  readonly before?: string;
  /** Absent: the attribute doesn't exist afterwards (`-`). */
  readonly after?: string;
}

/** One write, atomic on its own or fail-closed at every prefix. `changes` and `because` are for people: apply decides on what was observed. */
export interface Step {
  readonly id: string;
  readonly action: Action;
  /** What is touched, in OpenStack's words: `subnet 2f0c… (198.51.100.0/24)`. */
  readonly subject: string;
  readonly changes: readonly Change[];
  /** Why, as the end of the sentence "because …". */
  readonly because: string;
  /** Consequences a reviewer should know, one sentence each. */
  readonly notes?: readonly string[];
}

/** Something a person should know that is no write. A `reason` makes it a problem: its resource is not converged. */
export interface Finding {
  readonly id: string;
  readonly message: string;
  readonly reason?: Reason;
}

export interface Difference<S extends Step> {
  /** [] = converged. Holds removals too. */
  readonly steps: readonly S[];
  readonly findings: readonly Finding[];
}

/** What was there before a step: a kind's own JSON. */
export type Image = Readonly<Record<string, unknown>>;

/** How a step ended, completing the sentence "the resource has been …" (for failed and skipped: "… has"). */
export interface StepResult {
  readonly id: string;
  readonly outcome: 'applied' | 'unchanged' | 'failed' | 'skipped';
  /** What was done, found or is left to do; always there unless `applied`. */
  readonly message?: string;
  readonly reason?: Reason;
}

export interface Reconciler<Spec, Observed, S extends Step = Step> {
  readonly kind: string;
  /** What becomes of the thing when its declaration leaves the code, as the end of "it …": "its pools stay as they are". */
  readonly whenRemoved: string;
  /** MUST throw InvalidConfiguration naming the field; MUST accept what the construct of this kind writes. */
  parse(input: unknown): Spec;
  /** What one spec declares, in a form that two specs share only if they are about the same thing: `subnet 2f0c…`. */
  identify(spec: Spec): string;
  /** Targets of each spec, and targets that may hold leftovers of these owners. MUST NOT write. */
  locate(specs: readonly Wanted<Spec>[], from: Readers): Promise<readonly Placement<Spec>[]>;
  /** One target, all its specs at once: a constant number of round trips per chunk. Absence is a value, not an error. MUST NOT write. */
  observe(placement: Placement<Spec>, from: Readers): Promise<Observed>;
  /** Pure and deterministic. */
  diff(placement: Placement<Spec>, observed: Observed): Difference<S>;
  /** Exactly what this step touches, as it is before it; JSON, and never a secret. What the journal keeps. */
  image(step: S, observed: Observed): Image;
  /** The spec that brings an image back, under all guards of this kind. */
  undo(spec: Spec, image: Image): Spec;
  /**
   * Yields one result per step as soon as it is known; a caller that stops asking leaves the rest undone.
   * MUST refuse with StalePlan if the world is not `observed` any more; each step is atomic, or fail-closed at every prefix.
   */
  apply(steps: readonly S[], observed: Observed, target: Target, to: Writers): AsyncIterable<StepResult>;
}
