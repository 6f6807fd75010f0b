/**
 * One definition makes a kind: both entrances of its resources, the schema for manifests, and the functions that the
 * engine calls.
 */
import type * as z from 'zod';
import { bind, type Kind } from './kind';
import type { Reconciler, Step } from './reconciler';
import type { RestoredResource } from './resource';
import { parseImages, type RestoredOn } from './restored';
import { parseSpec } from './spec';
import type { Image } from './target';

export interface Definition<Declared, Recorded, Restored, Observed, S extends Step, On> extends Omit<
  Reconciler<Declared, Restored, Observed, S, On>,
  'parse' | 'restore' | 'image'
> {
  /** The fields of a declaration in a manifest. The JSON Schema of manifests is made of it. */
  readonly spec: z.ZodType<Declared>;
  /**
   * Checks that a schema can't express, because they are about several fields. MUST throw InvalidConfiguration naming
   * the field.
   */
  readonly check?: (spec: Declared) => void;
  readonly image: {
    /** All that a run of this kind may record of a resource, and nothing else: a run's folder may be forged. */
    readonly schema: z.ZodType<Recorded> | ((recorded: RestoredResource) => z.ZodType<Recorded>);
    /** Exactly what this step touches, as it is before it; JSON, and never a secret. */
    before(step: S, observed: Observed): Image;
  };
}

/** As the engine and the manifest's JSON Schema use it. */
export interface SchemedKind extends Kind {
  readonly spec: z.ZodType;
}

/** A kind whole, with its parts for tests. */
export type DefinedKind<Declared, Restored, Observed, S extends Step, On> = SchemedKind &
  Reconciler<Declared, Restored, Observed, S, On>;

/** A kind that brings back, on each target, the image that was recorded there. */
export function defineKind<Declared, Recorded, Observed, S extends Step, On>(
  definition: Definition<Declared, Recorded, RestoredOn<Recorded>, Observed, S, On>,
): DefinedKind<Declared, RestoredOn<Recorded>, Observed, S, On>;
/** @param restore what brings these images back, where that is a declaration like any other; throws as `Reconciler.restore` */
export function defineKind<Declared, Recorded, Restored, Observed, S extends Step, On>(
  definition: Definition<Declared, Recorded, Restored, Observed, S, On>,
  restore: (images: RestoredOn<Recorded>, recorded: RestoredResource) => Restored,
): DefinedKind<Declared, Restored, Observed, S, On>;
export function defineKind<Declared, Recorded, Observed, S extends Step, On>(
  definition: Definition<Declared, Recorded, unknown, Observed, S, On>,
  restore: (images: RestoredOn<Recorded>, recorded: RestoredResource) => unknown = (images) => images,
): DefinedKind<Declared, unknown, Observed, S, On> {
  const { spec, check, image, ...parts } = definition;
  const { kind, ownership } = parts;
  const reconciler: Reconciler<Declared, unknown, Observed, S, On> = {
    ...parts,
    parse(input) {
      const parsed = parseSpec(spec, input, kind);
      check?.(parsed);
      return parsed;
    },
    restore(recorded) {
      const schema = typeof image.schema === 'function' ? image.schema(recorded) : image.schema;
      return restore(parseImages(schema, recorded, ownership), recorded);
    },
    image: (step, observed) => image.before(step, observed),
  };
  return { ...reconciler, ...bind(reconciler), spec };
}
