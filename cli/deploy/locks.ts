import type { SynthesizedStack } from '../../adapters/terraform/app';

/** What a deploy locks. The state of a stack is one thing, whichever cloud it is about. */
export const lockOf = ({
  name,
}: Pick<SynthesizedStack, 'name'>): { readonly cloud: string; readonly thing: string } => ({
  cloud: '',
  thing: `stack ${name}`,
});
