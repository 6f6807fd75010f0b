/**
 * The loop that every kind of thing goes through: parse → locate → observe → diff → apply, then observe again.
 *
 * Level-based: a kind acts on what it observes, never on what it remembers. `diff` and `advance` are pure. The others touch
 * the world, and only `apply` is handed something that can write (docs/adr/0009-levels-and-stop.md).
 */
import type { Reason } from '../basics/errors';
import type { Readers, Writers } from './ports';
import type { RestoredResource } from './resource';
import type { Image, Target } from './target';

/**
 * Where it is marked whose a thing is. `host`: on the host, by a record or a name. `database`: in the ownership table of
 * stackward's own schema (docs/adr/0016-records-in-a-database.md). Such a thing may be left over, so every host, or that
 * database, is observed too in a run that may remove. `key`: by the key of a row that is there anyway; nothing is left over.
 */
export type Ownership = 'host' | 'database' | 'key';

/** One resource of a manifest, parsed by its kind. */
export interface Wanted<Spec> {
  /** `kind.construct/path`: with `@target` behind it the name of this thing in every plan, log and error. */
  readonly id: string;
  readonly stack: string;
  readonly owner: string;
  readonly spec: Spec;
}

/** Things of one owner that a run may remove where nothing wants them any more. */
export interface Sweep {
  readonly owner: string;
  /** Stacks whose things these are. */
  readonly stacks: readonly string[] | 'all';
}

/** Whether what `stack` of `owner` left behind may be removed. */
export const sweeps = (all: readonly Sweep[], owner: string, stack: string): boolean =>
  all.some((sweep) => sweep.owner === owner && (sweep.stacks === 'all' || sweep.stacks.includes(stack)));

/** The scope of a run, besides the specs that it wants. */
export interface Scope {
  /** Empty in a run that removes nothing. */
  readonly sweep: readonly Sweep[];
  /** The owners of all manifests, whose marks are known. */
  readonly owners: readonly string[];
  /** Of all that the manifests name, also what waits or leaves: a thing that bears a shortened path is known by them. */
  readonly ids: readonly string[];
}

/** The specs that one target is to hold. */
export interface Placement<Located> extends Scope {
  readonly target: Target;
  /** [] where only leftovers are looked for. */
  readonly wanted: readonly Wanted<Located>[];
}

/** Where everything belongs. */
export interface Located<Spec> {
  readonly placements: readonly Pick<Placement<Spec>, 'target' | 'wanted'>[];
  /** Findings about specs that belong on no target: a port that is not bound, a service that no host serves. */
  readonly findings: readonly Finding[];
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

/**
 * One write, atomic by itself or fail-closed at every prefix. `changes` and `because` are for people: apply decides on
 * what was observed.
 */
export interface Step {
  readonly id: string;
  readonly action: Action;
  /** The thing that is changed, in OpenStack's words: `subnet 2f0c… (198.51.100.0/24)`. */
  readonly subject: string;
  readonly changes: readonly Change[];
  /** Why, as the end of the sentence "because …". */
  readonly because: string;
  /** Consequences a reviewer should know, one sentence each. A reviewed step that has got another one is refused. */
  readonly notes?: readonly string[];
  /**
   * Facts that are shown beside the changes and vary by themselves, such as how many addresses are in use. A review
   * doesn't cover them.
   */
  readonly asides?: readonly string[];
  /**
   * For a removal: the owner and stack of the thing, because no manifest names them any more. The step's id is made of
   * the path that the thing bears.
   */
  readonly leftBy?: { readonly owner: string; readonly stack: string };
}

/** Tells a step from one of the same name that is another owner's. */
export const ownKey = ({ id, leftBy }: Pick<Step, 'id' | 'leftBy'>): string => `${id} of ${leftBy?.owner ?? ''}`;

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

/** How a step ended, completing the sentence "the resource has been …" (for failed and skipped: "… has"). */
export interface StepResult {
  readonly id: string;
  readonly outcome: 'applied' | 'unchanged' | 'failed' | 'skipped';
  /** A sentence about what was done, found or is left to do. Present unless the outcome is `applied`. */
  readonly message?: string;
  readonly reason?: Reason;
}

/**
 * `Declared`: what a manifest says. `Restored`: what the journal alone may ask for. `On`: either of them with what `locate`
 * found out about it, such as the port as Neutron has it.
 */
export interface Reconciler<Declared, Restored, Observed, S extends Step = Step, On = Declared | Restored> {
  readonly kind: string;
  /** The fate of the thing when its declaration leaves the code, as the end of "it …": "its pools stay as they are". */
  readonly whenRemoved: string;
  /**
   * The entrance of manifests. MUST throw InvalidConfiguration naming the field; MUST accept what the construct of this kind
   * writes; MUST refuse every other field.
   */
  parse(input: unknown): Declared;
  /**
   * The entrance of the journal: what brings these images back, under all guards of this kind. The images may be forged: MUST
   * throw InvalidConfiguration for what no run of this kind could have recorded.
   */
  restore(recorded: RestoredResource): Restored;
  /**
   * The thing that one spec is about. Two specs have equal texts only if they are about the same thing: `subnet 2f0c…`.
   */
  identify(spec: Declared | Restored): string;
  readonly ownership: Ownership;
  /** Targets of each spec. MUST NOT write. */
  locate(specs: readonly Wanted<Declared | Restored>[], from: Readers): Promise<Located<On>>;
  /**
   * One target, all its specs at once: a constant number of round trips per chunk. Absence is a value, not an error. MUST NOT write.
   * What all kinds read of one host in the same turn is one round trip.
   */
  observe(placement: Placement<On>, from: Readers): Promise<Observed>;
  /** Pure and deterministic. Removes only what `sweeps` allows. */
  diff(placement: Placement<On>, observed: Observed): Difference<S>;
  /** Exactly what this step touches, as it is before it; JSON, and never a secret. What the journal keeps. */
  image(step: S, observed: Observed): Image;
  /**
   * The world as it is once these steps are done: steps of a later dependency level start from it. Pure: MUST NOT change
   * `observed`. `diff` of the answer MUST have none of these steps.
   */
  advance(observed: Observed, applied: readonly S[]): Observed;
  /**
   * Yields one result per step as soon as it is known. MUST refuse with StalePlan if the world is not `observed` any more;
   * each step is atomic, or fail-closed at every prefix. MUST NOT change `observed`. It may read the target again, and
   * write on what it reads there: only where all that the step itself is about is as `observed`, and only so that the write
   * fails if that changes once more (an API that compares nothing is asked right before).
   *
   * Once `stop` is aborted it MUST begin no further unit. A unit is a transaction, an update through an API, or all of these
   * steps of one host: one unit per target may be finished after the stop. Each step that was begun has a result; steps
   * without a result were not begun.
   */
  apply(
    steps: readonly S[],
    observed: Observed,
    target: Target,
    to: Writers,
    stop: AbortSignal,
  ): AsyncIterable<StepResult>;
}
