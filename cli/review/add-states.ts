/** Reads what stacks without a plan have, where another stack removes a thing that they may use. */
import pLimit from 'p-limit';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { asStackwardError } from '../../lib/basics/errors';
import { removesRefusable } from '../../review/order/uses';
import { parseState } from '../../review/terraform/state-json';
import { concurrency, type TerraformHalf } from '../both-halves';

export async function addStates(
  halves: readonly TerraformHalf[],
  context: TerraformContext,
): Promise<readonly TerraformHalf[]> {
  if (!halves.some(({ planned }) => planned !== undefined && removesRefusable(planned.plan))) return halves;
  const limit = pLimit(concurrency);
  return Promise.all(
    halves.map(async (half) => {
      if (half.planned !== undefined || half.code === undefined) return half;
      try {
        const text = await limit(() => new StackTerraform(half.stack, context).pullState());
        return { ...half, inState: parseState(text, `stack ${half.stack.name}`) };
      } catch (error) {
        return { ...half, problem: half.problem ?? asStackwardError(error) };
      }
    }),
  );
}
