/** What the stacks of the synthesized code name, each once. Pure. */
import type { DeclaredStack, DeclaredThing } from '../lib/contract/report-ports';
import type { Looked } from './looked';

export interface CountedThing extends DeclaredThing {
  readonly stacks: readonly string[];
  readonly count: Looked<number>;
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
