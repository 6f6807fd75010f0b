/** The first part of a plan: checks the requests of all manifests as a whole, before any target is looked for. */
import { InvalidConfiguration } from '../basics/errors';
import { idOf, type Kind, type Opened } from '../contract/kind';
import type { Manifest } from '../contract/manifest';
import type { Readers } from '../contract/ports';
import type { Scope, Sweep } from '../contract/reconciler';
import type { Resource } from '../contract/resource';
import { compareReleases, type ComparedReleases } from './declared-release';
import { dependenciesOf, dependencyLevels, select, type Filter, type Waiting } from './plan';
import { ownersOf } from './sweep';

/** The inputs of a plan. */
export interface Request {
  readonly manifests: readonly Manifest[];
  readonly kinds: readonly Kind[];
  readonly filter: Filter;
  /** The things that may be removed. */
  readonly sweep: readonly Sweep[];
}

export interface Prepared {
  readonly scope: Scope;
  readonly opened: readonly { readonly kind: Kind; readonly of: Opened }[];
  readonly waiting: readonly Waiting[];
  /** Ids of a stack whose release the cloud contradicts. */
  readonly refused: readonly string[];
  readonly releases: ComparedReleases;
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  readonly levels: ReadonlyMap<string, number>;
}

/** @throws InvalidConfiguration when the manifests as a whole can't be right */
export async function prepare({ manifests, kinds, filter, sweep }: Request, from: Readers): Promise<Prepared> {
  refuseUnknownKinds(manifests, kinds);
  const names = kinds.map(({ kind }) => kind);
  const resources = select(manifests, names, filter);
  const releases = await compareReleases(manifests, stacksOf(manifests, filter), from);
  const isRefused = ({ stack }: Resource): boolean => releases.refused.has(stack);
  const known = resources.filter((resource) => resource.unknown.length === 0 && !isRefused(resource));
  const dependencies = dependenciesOf(resources);
  const levels = dependencyLevels(dependencies);
  const opened = kinds.map((kind) => ({
    kind,
    of: kind.open(known.filter((resource) => resource.kind === kind.kind)),
  }));
  for (const kind of opened) refuseTwoOwners(kind.of.identities, resources);
  const named = [...resources, ...manifests.flatMap(({ removed }) => removed)];
  return {
    scope: {
      sweep,
      owners: [...new Set([...ownersOf(manifests), ...sweep.map(({ owner }) => owner)])],
      ids: [...new Set(named.map(idOf))],
    },
    opened,
    releases,
    dependencies,
    levels,
    waiting: resources
      .filter(({ unknown }) => unknown.length > 0)
      .map((resource) => ({ id: idOf(resource), unknown: resource.unknown })),
    refused: resources.filter(isRefused).map(idOf),
  };
}

export const stacksOf = (manifests: readonly Manifest[], { stacks }: Filter): string[] =>
  manifests.map(({ stack }) => stack).filter((stack) => stacks.length === 0 || stacks.includes(stack));

function refuseUnknownKinds(manifests: readonly Manifest[], kinds: readonly Kind[]): void {
  const names = kinds.map((kind) => kind.kind);
  for (const resource of manifests.flatMap((manifest) => manifest.resources))
    if (!names.includes(resource.kind))
      throw new InvalidConfiguration(
        `the field "resources.${resource.path}.kind" of stack ${resource.stack} is "${resource.kind}"; ` +
          `this stackward knows ${names.join(', ')}: use the stackward that belongs to the constructs which wrote it`,
      );
}

function refuseTwoOwners(identities: ReadonlyMap<string, string>, resources: readonly Resource[]): void {
  const first = new Map<string, string>();
  const named = (id: string): string => `${id} (stack ${resources.find((resource) => idOf(resource) === id)?.stack})`;
  for (const [id, identity] of identities) {
    const earlier = first.get(identity);
    if (earlier !== undefined)
      throw new InvalidConfiguration(
        `${identity} is declared by ${named(earlier)} and by ${named(id)}; keep one of them`,
      );
    first.set(identity, id);
  }
}
