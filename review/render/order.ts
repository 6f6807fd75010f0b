/** Says in which order a deploy does the stacks, where removals decide that. */
import { code, listed, strong, type Line } from '../../lib/render/items';
import type { Review, ReviewedStack } from '../model';
import type { Block } from './outline';

const mostNamed = 8;

/** Stack → its place in the order. */
export type Places = ReadonlyMap<string, number>;

export const placesOf = ({ stacks }: Review): Places => new Map(stacks.map(({ name }, place) => [name, place]));

/** ` after shared`: the stacks that come before this stack. A dependency that comes later has no force here. */
export function afterWhich({ name, dependsOn, removesAfter = [] }: ReviewedStack, places: Places): Line {
  const own = places.get(name) ?? 0;
  const needed = dependsOn.filter((other) => (places.get(other) ?? -1) < own);
  const before = [...new Set([...needed, ...removesAfter.slice(0, mostNamed).map(({ stack }) => stack)])];
  return before.length === 0 ? [] : [' after ', ...listed(before.map(code)), ...more(removesAfter)];
}

const more = ({ length: number }: { readonly length: number }): Line =>
  number > mostNamed ? [` and ${number - mostNamed} more`] : [];

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

/** One line for each stack that removes what other stacks let go of. */
export function orderLines({ stacks }: Review): Line[] {
  const lines = stacks.flatMap(({ name, removesAfter = [] }): Line[] => {
    const [first] = removesAfter;
    if (first === undefined) return [];
    const firsts = removesAfter.slice(0, mostNamed).map(({ stack }) => code(stack));
    const others = removesAfter.length > 1 ? '; see below for the others' : '';
    return [
      [
        strong('Order: '),
        ...listed(firsts),
        ...more(removesAfter),
        ' before ',
        code(name),
        `: ${first.because}${others}.`,
      ],
    ];
  });
  const rest = lines.length - mostNamed;
  return rest > 0 ? [...lines.slice(0, mostNamed), [`The order of ${rest} more stacks is below.`]] : lines;
}
