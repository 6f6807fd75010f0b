/** The stacks of which a deploy with --stack knows no uses. Pure. */
import { nameFirst } from '../../lib/basics/name-first';
import { removesRefusable } from '../../review/order/uses';
import { portType } from '../../review/terraform/things';
import type { TerraformHalf } from '../both-halves';

interface Named {
  readonly name: string;
}

/**
 * @param known the stacks that have to do with the order, also those that an earlier round deployed
 * @param halves of the stacks that are deployed
 */
export function warnOfLeftOut(
  all: readonly Named[],
  known: readonly Pick<TerraformHalf, 'stack'>[],
  halves: readonly Pick<TerraformHalf, 'stack' | 'planned'>[],
): string[] {
  const left = all.filter(({ name }) => !known.some(({ stack }) => stack.name === name)).map(({ name }) => name);
  // Many deploys of a tenant remove a port, and trunks and routers of another stack seldom have it.
  const changes = halves.flatMap(({ planned }) => planned?.plan.changes ?? []).filter(({ type }) => type !== portType);
  return left.length === 0 || !removesRefusable({ changes })
    ? []
    : [
        `--stack leaves out ${nameFirst(left)}: nobody looked whether things there use what is removed here; a deploy without --stack does`,
      ];
}
