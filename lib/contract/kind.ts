/**
 * A reconciler with its type parameters hidden by closures, so that a registry of different kinds needs no `any`. The
 * engine carries specs, observations and steps from parse to apply; their types stay inside of the closures.
 */
import { asStackwardError, InvalidConfiguration } from '../basics/errors';
import type { Readers, Writers } from './ports';
import {
  ownKey,
  type Difference,
  type Effect,
  type Finding,
  type Placement,
  type Reconciler,
  type RestoreText,
  type Scope,
  type Step,
  type StepResult,
  type Wanted,
} from './reconciler';
import type { Resource } from './resource';
import { mayHold, type Image, type Target } from './target';

/** An observation of one kind on one target, and the way to change it. */
export interface Look {
  readonly kind: string;
  readonly target: Target;
  readonly difference: Difference<Step>;
  /** The state before each step, in the order of the steps. */
  readonly images: readonly Image[];
  /** What each step writes, in the order of the steps. Computed when it is asked for. */
  effects(): readonly (readonly Effect[])[];
  /** The texts that the steps with these `ownKey`s give to `iptables-restore -n` on this host, in order. */
  restores(keys: Iterable<string>): readonly RestoreText[];
  /** Does the steps with these `ownKey`s, and yields each result as it comes. */
  apply(keys: Iterable<string>, to: Writers, stop: AbortSignal): AsyncIterable<StepResult>;
  /** The same look after the steps with these `ownKey`s: the next level starts from it. Pure. */
  after(keys: ReadonlySet<string>): Look;
}

export interface Placed {
  readonly kind: string;
  readonly target: Target;
  /** Ids of the resources that belong on this target; [] if only leftovers are looked for there. */
  readonly ids: readonly string[];
  observe(from: Readers): Promise<Look>;
}

/** The resources of one kind, parsed. */
export interface Opened {
  /** Id → the thing that it is about. Two ids with one identity are two owners of one thing. */
  readonly identities: ReadonlyMap<string, string>;
  /** @param swept targets on which leftovers are looked for, in addition to the targets of resources */
  locate(
    scope: Scope,
    swept: readonly Target[],
    from: Readers,
  ): Promise<{ readonly placed: readonly Placed[]; readonly findings: readonly Finding[] }>;
}

export interface Kind {
  readonly kind: string;
  readonly whenRemoved: string;
  /** @throws InvalidConfiguration naming the stack, the resource and the field */
  open(resources: readonly Resource[]): Opened;
}

/** The name of a resource in every plan, log and error; followed by `@target` if it has a target. */
export const idOf = (resource: { kind: string; path: string }): string => `${resource.kind}.${resource.path}`;

function once<T>(work: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: work() }).value;
}

/**
 * An observation, and the way to apply these steps.
 * @param current the observation after the steps done so far; computed only when needed, which is seldom
 */
function lookAt<Observed, S extends Step>(
  reconciler: Pick<Reconciler<never, never, Observed, S, never>, 'apply' | 'advance'>,
  seen: Omit<Look, 'apply' | 'after'>,
  steps: Steps<S>,
  current: () => Observed,
): Look {
  return {
    ...seen,
    apply: (keys, to, stop) => reconciler.apply(steps.withKeys(keys), current(), seen.target, to, stop),
    after(keys) {
      if (keys.size === 0) return this;
      const advanced = once(() => reconciler.advance(current(), steps.withKeys(keys)));
      return lookAt(reconciler, seen, steps, advanced);
    },
  };
}

/** The steps of one look, found by their `ownKey`. A run of many levels asks for a few steps at each level. */
class Steps<S extends Step> {
  readonly #places: ReadonlyMap<string, number>;

  constructor(private readonly all: readonly S[]) {
    this.#places = new Map(all.map((step, place) => [ownKey(step), place]));
  }

  /** The steps in the order of the plan. */
  withKeys(keys: Iterable<string>): readonly S[] {
    const places = [...keys].flatMap((key) => this.#places.get(key) ?? []).sort((a, b) => a - b);
    return places.flatMap((place) => this.all[place] ?? []);
  }
}

export function bind<Declared, Restored, Observed, S extends Step, On>(
  reconciler: Reconciler<Declared, Restored, Observed, S, On>,
): Kind {
  /**
   * Resources of manifests and resources of the journal are parsed by different functions. A manifest's content never
   * reaches the journal's function.
   */
  const specOf = (resource: Resource): Declared | Restored =>
    resource.before === undefined ? reconciler.parse(resource.spec) : reconciler.restore(resource);
  const place = (placement: Placement<On>): Placed => ({
    kind: reconciler.kind,
    target: placement.target,
    ids: placement.wanted.map(({ id }) => id),
    async observe(from) {
      const observed = await reconciler.observe(placement, from);
      const difference = reconciler.diff(placement, observed);
      const images = difference.steps.map((step) => reconciler.image(step, observed));
      const effects = () => difference.steps.map((step) => reconciler.effect?.(step, observed) ?? []);
      const steps = new Steps(difference.steps);
      const restores = (keys: Iterable<string>) => reconciler.restores?.(steps.withKeys(keys), observed) ?? [];
      const seen = { kind: reconciler.kind, target: placement.target, difference, images, effects, restores };
      return lookAt(reconciler, seen, steps, () => observed);
    },
  });

  return {
    kind: reconciler.kind,
    whenRemoved: reconciler.whenRemoved,
    open(resources) {
      const wanted = resources.map((resource): Wanted<Declared | Restored> => {
        const where = `stack ${resource.stack}, ${idOf(resource)}`;
        try {
          return {
            id: idOf(resource),
            stack: resource.stack,
            owner: resource.owner,
            spec: specOf(resource),
          };
        } catch (error) {
          throw new InvalidConfiguration(asStackwardError(error).message, { where, cause: error });
        }
      });
      return {
        identities: new Map(wanted.map(({ id, spec }) => [id, reconciler.identify(spec)])),
        async locate(scope, swept, from) {
          const { placements, findings } = await reconciler.locate(wanted, from);
          const taken = new Set(placements.map(({ target }) => target));
          const others = swept.filter((target) => mayHold(reconciler.ownership, target) && !taken.has(target));
          const all = [...placements, ...others.map((target) => ({ target, wanted: [] }))];
          return { placed: all.map((placement) => place({ ...scope, ...placement })), findings };
        },
      };
    },
  };
}
