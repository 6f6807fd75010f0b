/** Says in which order a deploy does the stacks, where removals decide that. */
import { code, listed, strong, type Line } from '../../lib/render/items';
import { count } from '../../lib/render/text';
import type { Review, ReviewedStack } from '../model';
import type { Block } from './outline';

const mostNamed = 3;

/** Stack → its place in the order. */
export type Places = ReadonlyMap<string, number>;

export const placesOf = ({ stacks }: Review): Places => new Map(stacks.map(({ name }, place) => [name, place]));

/** ` after shared`: the stacks that come before this stack. A dependency that comes later has no force here. */
export function afterWhich({ name, dependsOn, removesAfter = [] }: ReviewedStack, places: Places): Line {
  const own = places.get(name) ?? 0;
  const needed = dependsOn.filter((stack) => (places.get(stack) ?? -1) < own);
  const before = [...new Set([...needed, ...removesAfter.slice(0, mostNamed).map(({ stack }) => stack)])];
  return before.length === 0 ? [] : [' after ', ...listed(before.map(code)), ...more(removesAfter.length)];
}

const more = (number: number): Line => (number > mostNamed ? [` and ${number - mostNamed} more`] : []);

export const removalsBefore = ({ removesAfter = [] }: ReviewedStack): Block[] =>
  removesAfter.length === 0
    ? []
    : [
        {
          sort: 'names',
          title: 'stacks that let go of what it removes',
          names: removesAfter.map(({ stack, because }) => `${stack}: ${because}`),
        },
      ];

/** Characters. The first lines are never cut later, so a reason is cut to this length here. */
const longestReason = 300;

/** Halves no character of two code units. */
const shortened = (reason: string): string =>
  reason.length > longestReason ? `${reason.slice(0, longestReason).replace(/[\uD800-\uDBFF]$/, '')}…` : reason;

/** Names the first stack that removes what other stacks let go of, and counts the others. */
export function orderLines({ stacks }: Review): Line[] {
  const all = stacks.filter(({ removesAfter = [] }) => removesAfter.length > 0);
  const [{ name = '', removesAfter = [] } = {}] = all;
  const [{ because = '' } = {}] = removesAfter;
  if (because === '') return [];
  const reason = shortened(because);
  const firsts = removesAfter.slice(0, mostNamed).map(({ stack }) => code(stack));
  const others = all.length > 1 ? `; below for ${count(all.length - 1, 'more stack')}` : '';
  return [
    [
      strong('Order: '),
      ...listed(firsts),
      ...more(removesAfter.length),
      ' before ',
      code(name),
      `: ${reason}${others}.`,
    ],
  ];
}
