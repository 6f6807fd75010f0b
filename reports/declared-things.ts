/** The things that the stacks of the synthesized code name, each once. Pure. */
import type { DeclaredProvider, DeclaredStack, DeclaredThing, NameCount } from '../lib/contract/report-ports';
import type { Looked } from './looked';

export interface CountedThing extends DeclaredThing {
  /** Paths of the constructs, or stacks where a block has none. */
  readonly namedBy: readonly string[];
  readonly count: Looked<NameCount>;
}

/** Each thing once, with all that names it. */
export function thingsOf(
  stacks: readonly DeclaredStack[],
): readonly (DeclaredThing & { readonly namedBy: readonly string[] })[] {
  const known = new Map<string, { readonly thing: DeclaredThing; readonly namedBy: Set<string> }>();
  for (const { name: stack, things } of stacks)
    for (const { namedBy = stack, ...thing } of things) {
      const key = JSON.stringify(thing);
      const all = known.get(key) ?? { thing, namedBy: new Set() };
      all.namedBy.add(namedBy);
      known.set(key, all);
    }
  return [...known.values()].map(({ thing, namedBy }) => ({ ...thing, namedBy: [...namedBy] }));
}

/** A provider in one version, with the stacks that want it. */
export interface WantedProvider extends DeclaredProvider {
  readonly stacks: readonly string[];
}

export interface LookedUpProvider extends WantedProvider {
  /** Name and version. */
  readonly found: Looked<string>;
}

export function providersOf(stacks: readonly DeclaredStack[]): readonly WantedProvider[] {
  const known = new Map<string, DeclaredProvider & { readonly stacks: string[] }>();
  for (const { name, providers } of stacks)
    for (const { source, version } of providers) {
      const key = JSON.stringify([source, version]);
      const provider = known.get(key) ?? { source, version, stacks: [] };
      provider.stacks.push(name);
      known.set(key, provider);
    }
  return [...known.values()];
}
