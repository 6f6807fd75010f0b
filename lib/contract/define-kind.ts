/**
 * Makes a kind from one definition: the checks of its resources, the schema for manifests, and the functions that the
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
  /** The fields of a declaration in a manifest. The JSON Schema of manifests is made from it. */
  readonly spec: z.ZodType<Declared>;
  /** Checks about several fields, which a schema can't express. MUST throw InvalidConfiguration naming the field. */
  readonly check?: (spec: Declared) => void;
  readonly image: {
    /** Accepts only images that a run of this kind can have recorded for the resource, because somebody may have forged the run's folder. */
    readonly schema: z.ZodType<Recorded> | ((recorded: RestoredResource) => z.ZodType<Recorded>);
    /** Exactly the things that this step touches, as they are before it. JSON, and never a secret. */
    before(step: S, observed: Observed): Image;
  };
}

/** A kind with the schema that the JSON Schema of manifests uses. */
export interface SchemedKind extends Kind {
  readonly spec: z.ZodType;
}

/** A whole kind, with the parts that tests call directly. */
export type DefinedKind<Declared, Restored, Observed, S extends Step, On> = SchemedKind &
  Reconciler<Declared, Restored, Observed, S, On>;

/** For a kind whose rollback restores the recorded image on each target. */
export function defineKind<Declared, Recorded, Observed, S extends Step, On>(
  definition: Definition<Declared, Recorded, RestoredOn<Recorded>, Observed, S, On>,
): DefinedKind<Declared, RestoredOn<Recorded>, Observed, S, On>;
/**
 * For a kind whose rollback makes an ordinary spec from the images.
 * @param restore makes that spec; throws as `Reconciler.restore`
 */
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
