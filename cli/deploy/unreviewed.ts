/** The stacks of the code that a bundle doesn't cover. */
import { Refused } from '../../lib/basics/errors';
import { complain } from '../terminal';

interface Named {
  readonly name: string;
}

const sayStacks = (stacks: readonly Named[]): string =>
  `${stacks.length === 1 ? 'the stack' : 'the stacks'} ${stacks.map(({ name }) => name).join(', ')}`;

interface Asked {
  /** The stacks of the bundle. */
  readonly reviewed: readonly Named[];
  /** The stacks that are asked for. */
  readonly asked: readonly Named[];
  /** True if --stack named them. */
  readonly isNamed: boolean;
  /** The folder of the bundle. */
  readonly where: string;
}

/**
 * Names the stacks that are left out, because nobody reviewed them.
 * @throws Refused if one of them was named by --stack
 */
export function tellUnreviewed({ reviewed, asked, isNamed, where }: Asked): void {
  const unreviewed = asked.filter(({ name }) => !reviewed.some((stack) => stack.name === name));
  if (unreviewed.length === 0) return;
  const found = `the bundle is about ${sayStacks(reviewed)}, and nobody reviewed ${sayStacks(unreviewed)}`;
  if (isNamed) throw new Refused(`${found}; review again`, { where });
  complain(`Warning: ${where}: ${found}; left out here\n`);
}
