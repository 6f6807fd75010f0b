/**
 * The loop for every kind: parse → locate → observe → diff → apply, then observe again.
 *
 * A kind acts on what it observes, never on what it remembers. `diff` and `advance` are pure. The other functions touch
 * the world, and only `apply` gets something that can write (docs/adr/0009-levels-and-stop.md).
 */
import { defined } from '../basics/defined';
import type { Reason } from '../basics/errors';
import type { Readers, Writers } from './ports';
import type { RestoredResource } from './resource';
import type { Image, Target } from './target';

/**
 * Where the owner of a thing is noted.
 * - `host`: on the host, by a record or a name.
 * - `database`: in the ownership table of stackward's own schema (docs/adr/0016-records-in-a-database.md).
 * - `key`: nowhere, because the thing has the key of a row that exists anyway.
 *
 * Things with a noted owner may be left over. A run that may remove leftovers therefore observes every host, or that
 * database. Nothing is left over with `key`.
 */
export type Ownership = 'host' | 'database' | 'key';

/** One resource of a manifest, parsed by its kind. */
export interface Wanted<Spec> {
  /** `kind.construct/path`. Followed by `@target`, it names this thing in every plan, log and error. */
  readonly id: string;
  readonly stack: string;
  readonly owner: string;
  readonly spec: Spec;
}

/** The things of one owner that a run may remove if nothing declares them any more. */
export interface Sweep {
  readonly owner: string;
  /** The stacks that declared these things. */
  readonly stacks: readonly string[] | 'all';
}

/** True if the run may remove the things that `stack` of `owner` left behind. */
export const sweeps = (all: readonly Sweep[], owner: string, stack: string): boolean =>
  all.some((sweep) => sweep.owner === owner && (sweep.stacks === 'all' || sweep.stacks.includes(stack)));

/** The scope of a run, apart from the specs that it wants. */
export interface Scope {
  /** Empty in a run that removes nothing. */
  readonly sweep: readonly Sweep[];
  /** The owners of all manifests. A kind recognizes their marks on hosts. */
  readonly owners: readonly string[];
  /**
   * The ids of everything that the manifests name, also of resources that wait or leave the code. A thing on a host may
   * have only a part of its path; these ids complete it.
   */
  readonly ids: readonly string[];
}

/** The specs that one target is to hold. */
export interface Placement<Located> extends Scope {
  readonly target: Target;
  /** [] where only leftovers are looked for. */
  readonly wanted: readonly Wanted<Located>[];
}

/** The targets of all specs. */
export interface Located<Spec> {
  readonly placements: readonly Pick<Placement<Spec>, 'target' | 'wanted'>[];
  /** Findings about specs without a target: a port that is not bound, a service that no host serves. */
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
  /**
   * False: the texts don't tell whether a thing is as a run left it. A secret is hidden, an act such as a restart leaves
   * no value, or the two texts name states by different words.
   */
  readonly isComparable?: false;
}

/** The part of a change that is shown and recorded. */
export const wordsOf = ({ attribute, before, after }: Change): Omit<Change, 'isComparable'> => ({
  attribute,
  ...defined({ before, after }),
});

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
  /**
   * Consequences that a reviewer should know, one sentence each. A step that was reviewed is refused if it has a note
   * that the reviewer didn't see.
   */
  readonly notes?: readonly string[];
  /**
   * Facts that are shown beside the changes and change by themselves, such as the number of addresses in use. A review
   * doesn't cover them.
   */
  readonly asides?: readonly string[];
  /**
   * For a removal: the owner and stack of the thing, because no manifest names them any more. The step's id then has the
   * construct's path that was recorded on the target.
   */
  readonly leftBy?: { readonly owner: string; readonly stack: string };
}

/** Distinguishes a step from a step with the same id that belongs to another owner. */
export const ownKey = ({ id, leftBy }: Pick<Step, 'id' | 'leftBy'>): string => `${id} of ${leftBy?.owner ?? ''}`;

/**
 * Something that a person should know and that is not a write. With a `reason` it is a problem: its resource is not
 * converged.
 */
export interface Finding {
  readonly id: string;
  readonly message: string;
  readonly reason?: Reason;
}

export interface Difference<S extends Step> {
  /** [] means converged. Removals are steps too. */
  readonly steps: readonly S[];
  readonly findings: readonly Finding[];
}

/** What a step writes, exactly: statements with their values, the lines of a file that change, rules of a host. */
export interface Effect {
  readonly language: 'sql' | 'diff' | 'iptables' | 'text';
  readonly lines: readonly string[];
}

/** A text for `iptables-restore -n`, and whose tables it changes. */
export interface RestoreText {
  readonly family: 4 | 6;
  readonly text: string;
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
 * `Declared`: the spec of a manifest. `Restored`: the spec that only the journal may ask for. `On`: either of the two,
 * with what `locate` found out about it, such as the port as Neutron describes it.
 */
export interface Reconciler<Declared, Restored, Observed, S extends Step = Step, On = Declared | Restored> {
  readonly kind: string;
  /**
   * What happens to the thing when its declaration leaves the code, as the end of a sentence: "its pools stay as they
   * are".
   */
  readonly whenRemoved: string;
  /**
   * Checks the spec of a manifest. MUST throw InvalidConfiguration naming the field; MUST accept what the construct of
   * this kind writes; MUST refuse every other field.
   */
  parse(input: unknown): Declared;
  /**
   * Makes the spec that brings back the journal's images, under all guards of this kind. The images may be forged: MUST
   * throw InvalidConfiguration for an image that no run of this kind could have recorded.
   */
  restore(recorded: RestoredResource): Restored;
  /**
   * Names the thing that one spec is about, such as `subnet 2f0c…`. Two specs have equal names only if they are about
   * the same thing.
   */
  identify(spec: Declared | Restored): string;
  readonly ownership: Ownership;
  /** Finds the targets of each spec. MUST NOT write. */
  locate(specs: readonly Wanted<Declared | Restored>[], from: Readers): Promise<Located<On>>;
  /**
   * Reads one target for all its specs at once, in a constant number of round trips per chunk. An absent thing is a
   * value and no error. MUST NOT write. All kinds that read one host in the same turn share one round trip.
   */
  observe(placement: Placement<On>, from: Readers): Promise<Observed>;
  /** Pure and deterministic. Removes only what `sweeps` allows. */
  diff(placement: Placement<On>, observed: Observed): Difference<S>;
  /**
   * Exactly the things that this step touches, as they are before it: what the journal keeps. JSON, and never a secret.
   */
  image(step: S, observed: Observed): Image;
  /**
   * Exactly what the step writes, for its reviewer. Pure. Never a secret. [] where only a record changes. Absent: its
   * changes say everything.
   */
  effect?(step: S, observed: Observed): readonly Effect[];
  /**
   * The texts that `apply` gives to `iptables-restore -n` on this host for these steps, in order. Pure. Absent: the kind
   * changes no packet filter.
   */
  restores?(steps: readonly S[], observed: Observed): readonly RestoreText[];
  /**
   * The observation after these steps. Steps of a later dependency level start from it. Pure: MUST NOT change
   * `observed`. `diff` of the result MUST contain none of these steps.
   */
  advance(observed: Observed, applied: readonly S[]): Observed;
  /**
   * Does the steps, and yields one result per step as soon as it is known.
   *
   * MUST refuse with StalePlan if the world is not `observed` any more. Each step is atomic, or fail-closed at every
   * prefix. MUST NOT change `observed`.
   *
   * It may read the target again and base its writes on the new reading. This is allowed only if everything that the
   * step itself is about is as in `observed`, and only if the write fails when that changes once more. (If an API
   * compares nothing, it is asked right before the write.)
   *
   * Once `stop` is aborted it MUST begin no further unit. A unit is a transaction, an update through an API, or all of
   * these steps of one host. One unit per target may be finished after the stop. Each step that was begun has a result;
   * a step without a result was not begun.
   */
  apply(
    steps: readonly S[],
    observed: Observed,
    target: Target,
    to: Writers,
    stop: AbortSignal,
  ): AsyncIterable<StepResult>;
}
