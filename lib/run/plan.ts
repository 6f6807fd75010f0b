/**
 * The findings of a run before anything is written. Plain data except for `looks`, which contain the functions to apply
 * the plan.
 */
import { InvalidConfiguration, type Matter, type Reason } from '../basics/errors';
import { idOf, type Look } from '../contract/kind';
import type { Manifest } from '../contract/manifest';
import type { Step } from '../contract/reconciler';
import type { Resource } from '../contract/resource';
import type { Image, Target } from '../contract/target';

/** Which part of the manifests a run is about. A filtered run never counts as removal. */
export interface Filter {
  readonly stacks: readonly string[];
  readonly kinds: readonly string[];
  readonly targets: readonly string[];
}

export interface PlannedStep extends Step {
  readonly kind: string;
  readonly target: Target;
  /** The state of the thing before the step. */
  readonly before: Image;
  /** The thing's history in the journal; absent if no run in it wrote the thing. */
  readonly since?: {
    /** True if somebody else changed the thing after the last run that wrote it. */
    readonly isOutside: boolean;
    readonly message: string;
  };
}

/** The reason why a resource, or a whole target, can't be as declared. */
export interface Problem {
  /** `kind.path@target`, `kind.path`, `kind@target` or `kind`. */
  readonly where: string;
  readonly reason: Reason;
  readonly message: string;
  readonly about?: Matter;
}

export interface Note {
  readonly where: string;
  readonly message: string;
}

/** A resource that Terraform must finish first. */
export interface Waiting {
  readonly id: string;
  /** Fields known after apply: `spec.subnetId`. */
  readonly unknown: readonly string[];
}

export interface Plan {
  readonly stacks: readonly string[];
  /** In dependency order, then by target and id. */
  readonly steps: readonly PlannedStep[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Note[];
  /** Places without a search for leftovers, and why. They are no problems, or a host that is gone would fail every run. */
  readonly unswept: readonly Problem[];
  readonly waiting: readonly Waiting[];
  /** Declarations that were deleted from the code, and what happens to their things. */
  readonly leaving: readonly Note[];
  /** `kind.path@target` of things that are already as declared. */
  readonly converged: readonly string[];
  readonly looks: readonly Look[];
  /** Ids of resources that apply can't make as declared: they wait, were refused, or their target can't be read. */
  readonly undone: readonly string[];
  /** Id → ids that must be done before it. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

/** `allocation-pool.shared/Red/AllocationPools@database:neutron` */
export const stepKey = (id: string, target: string): string => `${id}@${target}`;

/**
 * The resources that a filter leaves, of all manifests.
 * @throws InvalidConfiguration when two manifests are of one stack, or the filter names a stack or kind that isn't there
 */
export function select(manifests: readonly Manifest[], kinds: readonly string[], filter: Filter): Resource[] {
  const bySource = new Map<string, string>();
  for (const { stack, source } of manifests) {
    const first = bySource.get(stack);
    if (first !== undefined)
      throw new InvalidConfiguration(
        `stack "${stack}" is declared twice, by ${first} and by ${source}; give each stack once`,
        {
          where: source,
        },
      );
    bySource.set(stack, source);
  }
  refuseUnknown('stack', filter.stacks, [...bySource.keys()]);
  refuseUnknown('kind', filter.kinds, kinds);
  return manifests
    .flatMap((manifest) => manifest.resources)
    .filter(({ stack }) => filter.stacks.length === 0 || filter.stacks.includes(stack))
    .filter(({ kind }) => filter.kinds.length === 0 || filter.kinds.includes(kind));
}

/**
 * A filter names something that doesn't exist. The message begins with the part of the filter, and the caller knows the
 * option for that part.
 */
export class UnknownSelection extends InvalidConfiguration {}

/** @throws UnknownSelection */
export function refuseUnknown(
  part: 'stack' | 'kind' | 'target',
  given: readonly string[],
  allowed: readonly string[],
): void {
  const unknown = given.find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw new UnknownSelection(
      `${part} ${unknown} names nothing here; there ${allowed.length === 1 ? 'is' : 'are'} ${allowed.join(', ') || 'none'}`,
    );
}

/**
 * Id → how many resources must be done one after the other before it. Without recursion, because a manifest may have a
 * chain of any length.
 * @throws InvalidConfiguration naming a circle
 */
export function dependencyLevels(dependencies: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const open = new Map([...dependencies].map(([id, before]) => [id, new Set(before).size]));
  const dependents = new Map<string, string[]>();
  for (const [id, before] of dependencies)
    for (const earlier of new Set(before)) {
      if (!open.has(earlier)) open.set(earlier, 0);
      const known = dependents.get(earlier);
      if (known) known.push(id);
      else dependents.set(earlier, [id]);
    }
  const levels = new Map<string, number>();
  let ready = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  for (let level = 0; ready.length > 0; level++) {
    const next: string[] = [];
    for (const id of ready) {
      levels.set(id, level);
      for (const later of dependents.get(id) ?? []) {
        const left = (open.get(later) ?? 0) - 1;
        open.set(later, left);
        if (left === 0) next.push(later);
      }
    }
    ready = next;
  }
  if (levels.size < open.size) throw inCircle(dependencies, levels);
  return levels;
}

/**
 * Every resource without a level depends on another resource without a level. Following these dependencies therefore
 * ends in a circle.
 */
function inCircle(
  dependencies: ReadonlyMap<string, readonly string[]>,
  levels: ReadonlyMap<string, number>,
): InvalidConfiguration {
  const isOpen = (id: string): boolean => !levels.has(id);
  const trail = new Set<string>();
  let id = [...dependencies.keys()].find(isOpen);
  while (id !== undefined && !trail.has(id)) {
    trail.add(id);
    id = dependencies.get(id)?.find(isOpen);
  }
  const all = [...trail];
  const circle = [...all.slice(all.indexOf(id ?? '')), id];
  const shown = circle.length <= 12 ? circle : [...circle.slice(0, 10), `… (${circle.length - 11} more)`, id];
  return new InvalidConfiguration(`resources depend on each other in a circle: ${shown.join(' → ')}`);
}

/** Id → ids that it depends on, among these resources. A resource outside of the run counts as done. */
export function dependenciesOf(resources: readonly Resource[]): Map<string, readonly string[]> {
  const idByPath = new Map(resources.map((resource) => [resource.path, idOf(resource)]));
  return new Map(
    resources.map((resource) => [idOf(resource), resource.dependsOn.flatMap((path) => idByPath.get(path) ?? [])]),
  );
}
