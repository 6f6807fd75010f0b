/** The stacks in which stackward's half makes or changes something, or may do so. Pure. */
import type { DeclaredManifest } from '../../lib/contract/manifest';
import type { Plan } from '../../lib/run/plan';
import { stackInId, stackOfStep } from '../stack-of-step';

interface Declaring {
  readonly name: string;
  readonly manifest: DeclaredManifest | undefined;
}

/** @param own undefined: nobody could plan stackward's half, so each stack with a manifest may */
export function makingStacks(stacks: readonly Declaring[], own: Plan | undefined): ReadonlySet<string> {
  if (own === undefined)
    return new Set(stacks.filter(({ manifest }) => manifest !== undefined).map(({ name }) => name));
  const steps = own.steps.filter(({ action }) => action !== 'delete');
  return new Set([...steps.map(stackOfStep), ...own.waiting.map(({ id }) => stackInId(id))]);
}
