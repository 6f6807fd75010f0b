/** The stacks of which a deploy with --stack knows no uses. Pure. */
import { nameFirst } from '../../lib/basics/name-first';
import { removesHoldable } from '../../review/order/uses';
import type { TerraformHalf } from '../both-halves';

interface Named {
  readonly name: string;
}

/** @param halves of the stacks that are deployed */
export function warnOfLeftOut(
  all: readonly Named[],
  halves: readonly Pick<TerraformHalf, 'stack' | 'planned'>[],
): string[] {
  const left = all.filter(({ name }) => !halves.some(({ stack }) => stack.name === name)).map(({ name }) => name);
  const isRemoving = halves.some(({ planned }) => planned !== undefined && removesHoldable(planned.plan));
  return left.length === 0 || !isRemoving
    ? []
    : [
        `--stack leaves out ${nameFirst(left)}: nobody looked whether things there use what is removed here; a deploy without --stack does`,
      ];
}
