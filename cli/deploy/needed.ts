/** The stacks that a deploy of some stacks needs first. */
import { chosenStacks, type SynthesizedStack } from '../../adapters/terraform/app';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { Refused } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import { commandLine } from '../../lib/basics/command-line';
import type { DeployOptions } from '../options';
import { say } from '../terminal';

/**
 * The stacks of --stack, and before them those that they need and that were never applied.
 * @throws Refused naming those, where nobody is asked
 */
export async function withNeeded(
  all: readonly SynthesizedStack[],
  { stack: only, autoApprove, json }: Pick<DeployOptions, 'stack' | 'autoApprove' | 'json'>,
  context: TerraformContext,
): Promise<readonly SynthesizedStack[]> {
  const chosen = chosenStacks(all, only);
  const needed = new Set<string>();
  for (const stack of [...all].reverse())
    if (chosen.includes(stack) || needed.has(stack.name)) for (const name of stack.dependsOn) needed.add(name);
  const others = all.filter((stack) => needed.has(stack.name) && !chosen.includes(stack));
  const states = await Promise.all(others.map((stack) => new StackTerraform(stack, context).state()));
  const missing = others.filter((_, index) => states[index] === undefined || states[index].isEmpty);
  if (missing.length === 0) return chosen;
  const names = missing.map(({ name }) => name);
  const words = `${only.join(', ')} ${only.length === 1 ? 'needs' : 'need'} ${names.join(', ')}, never applied`;
  if (autoApprove === true) {
    const stacks = [...names, ...only].flatMap((name) => ['--stack', name]);
    throw new Refused(`${words}; run \`${commandLine(['deploy', ...stacks])}\``, { about: 'order' });
  }
  if (json !== true) say(`${printable(words)}, so ${names.length === 1 ? 'it comes' : 'they come'} first.\n`);
  return all.filter((stack) => chosen.includes(stack) || missing.includes(stack));
}
