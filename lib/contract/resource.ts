/**
 * One thing that a run is about, and the origin of the request. A manifest declares the wanted state of a thing. Only a
 * run's journal may ask for a former state, because an image contains things that no declaration may contain: rules and
 * file contents as they were. Therefore the two are different types. lib/contract/manifest.ts makes the first from
 * text, and lib/journal/journal.ts makes the second.
 */
import type { Before } from './target';

interface Named {
  /** The construct's path. */
  readonly path: string;
  readonly stack: string;
  readonly owner: string;
  readonly kind: string;
  /** Paths of resources in this stack or in another. */
  readonly dependsOn: readonly string[];
  /** Fields whose values Terraform knows only after its apply, such as `spec.subnetId`; empty after the apply. */
  readonly unknown: readonly string[];
}

export type Spec = Readonly<Record<string, unknown>>;

export interface DeclaredResource extends Named {
  /** Fields that `unknown` names are missing here, or nobody may rely on them yet. */
  readonly spec: Spec;
  readonly before?: never;
}

export interface RestoredResource extends Named {
  /** The state that the run found on each target; never empty. */
  readonly before: readonly Before[];
  /** The spec in the run's manifest, unchecked; absent if the run removed the thing. */
  readonly declared?: Spec;
}

export type Resource = DeclaredResource | RestoredResource;

/** The spec that the journal keeps beside a resource's images, so that a rollback can be rolled back too. */
export const declarationOf = (resource: Resource): Spec | undefined =>
  resource.before === undefined ? resource.spec : resource.declared;
