/** The things that the stacks of the synthesized code name, each once. Pure. */
import type { DeclaredProvider, DeclaredStack, DeclaredThing, NameCount } from '../lib/contract/report-ports';
import type { Looked } from './looked';

export interface CountedThing extends DeclaredThing {
  readonly stacks: readonly string[];
  readonly count: Looked<NameCount>;
}

/** Each thing once, with the stacks that name it. */
export function thingsOf(stacks: readonly DeclaredStack[]): readonly (DeclaredThing & { readonly stacks: string[] })[] {
  const known = new Map<string, DeclaredThing & { readonly stacks: string[] }>();
  for (const { name: stack, things } of stacks)
    for (const declared of things) {
      const key = JSON.stringify(declared);
      const thing = known.get(key) ?? { ...declared, stacks: [] };
      if (!thing.stacks.includes(stack)) thing.stacks.push(stack);
      known.set(key, thing);
    }
  return [...known.values()];
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
