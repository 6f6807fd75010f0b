/**
 * One thing that a run is about, and who asks for it. A manifest declares how a thing is to be; only a run's journal may ask
 * for a thing as it was, because an image holds what no declaration may say: rules and file contents as they stood. The two
 * are different types. lib/contract/manifest.ts makes the first from text, lib/journal/journal.ts makes the second.
 */
import type { Before } from './target';

interface Named {
  /** The construct's path. */
  readonly path: string;
  readonly stack: string;
  readonly owner: string;
  readonly kind: string;
  /** Paths of resources, of this stack or another. */
  readonly dependsOn: readonly string[];
  /** Fields whose value Terraform knows only after its apply, as `spec.subnetId`; empty once applied. */
  readonly unknown: readonly string[];
}

export type Spec = Readonly<Record<string, unknown>>;

export interface DeclaredResource extends Named {
  /** Fields named in `unknown` are missing from it. */
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
