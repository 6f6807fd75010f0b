/**
 * Folds like with like: forty items that differ in a name or a number become one item with a table.
 *
 * How: each text is cut into words (words.ts). A word with a digit, and a word of the item's own names, may differ; all
 * other words have to be the same. Items with the same words form a group. In the group, each word that does differ
 * becomes a column, and words that differ in the same way share a column. So `any` never hides among forty prefixes: it
 * is another word.
 */
import { inNaturalOrder } from './natural-order';
import { meaningOf } from './meanings';
import { textOfLine, textOfPiece, type Code, type Folded, type Item, type Piece } from './items';
import { changerOf, Cutter } from './words';

/** Fewer items that are alike are shown one by one. */
const least = 3;

interface Member<T> {
  readonly thing: T;
  /** The words that may differ, in order. */
  readonly values: readonly string[];
}

interface Group<T> {
  readonly shapes: readonly string[];
  /** True if an item of this group may have the name of a column in its own text. */
  readonly hasBracket: boolean;
  readonly members: Member<T>[];
}

/**
 * Groups come in the order of their first items.
 * @param itemOf may be called twice for a thing
 */
export const foldAlike = <T>(things: readonly T[], itemOf: (thing: T) => Item): Folded[] =>
  foldThings(things, itemOf, (item) => item, (thing) => [alone(itemOf(thing))]); // prettier-ignore

/**
 * Groups of at least three things that are alike, each folded, and all other things as `otherwise` says them.
 * @param itemOf undefined for a thing that stays alone. It is called again for the first thing of each group, because
 *   keeping thousands of items costs more than making a few of them twice.
 */
export const foldThings = <T, R>(
  things: readonly T[],
  itemOf: (thing: T) => Item | undefined,
  foldedAs: (item: Folded) => R,
  otherwise: (thing: T) => readonly R[],
): R[] =>
  groupsOf(things, itemOf).flatMap((group) =>
    group.length < least ? group.flatMap(({ thing }) => otherwise(thing)) : [foldedAs(together(group, itemOf))],
  );

function groupsOf<T>(things: readonly T[], itemOf: (thing: T) => Item | undefined): Member<T>[][] {
  const cutter = new Cutter();
  const groups: Group<T>[] = [];
  const byKey = new Map<string, Group<T>>();
  let latest: Group<T> | undefined;
  const groupLike = (shapes: readonly string[]): Group<T> => {
    // Neighbours are alike mostly, and a look at their shapes costs less than a key.
    if (latest !== undefined && isSame(latest.shapes, shapes)) return latest;
    const key = shapes.join('\n');
    latest = byKey.get(key);
    if (latest !== undefined) return latest;
    latest = { shapes, hasBracket: key.includes('['), members: [] };
    byKey.set(key, latest);
    groups.push(latest);
    return latest;
  };
  const addAlone = (thing: T): void =>
    void groups.push({ shapes: [], hasBracket: false, members: [{ thing, values: [] }] });
  for (const thing of things) {
    const item = itemOf(thing);
    if (item === undefined) addAlone(thing);
    else {
      const { shapes, words: values } = cutter.cut(item);
      const group = groupLike(shapes);
      if (group.hasBracket && looksFolded(item)) addAlone(thing);
      else group.members.push({ thing, values });
    }
  }
  return groups.map(({ members }) => members);
}

const isSame = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((each, place) => each === right[place]);

/** True if the item's own text has something like the name of a column, such as `[A]`. */
const looksFolded = ({ lines, code }: Item): boolean =>
  [...lines.map(textOfLine), ...code.flatMap((part) => part.lines)].some((text) => /\[[A-Z]\d*\]/.test(text));

const noItem: Item = { tone: 'plain', names: [], lines: [], code: [] };

const alone = ({ names: _, ...item }: Item): Folded => ({ ...item, count: 1, columns: [], meanings: [], rows: [] });

function together<T>(unsorted: readonly Member<T>[], itemOf: (thing: T) => Item | undefined): Folded {
  const columns = columnsOf(unsorted);
  const names = [...new Set(columns.values())];
  const places = names.map((name) => [...columns].find(([, own]) => own === name)?.[0] ?? 0);
  const group = inNaturalOrder(
    unsorted.map(({ thing, values }) => ({ thing, row: places.map((place) => values[place] ?? '') })),
    ({ row }) => row.join(' '),
  );
  const [first] = group;
  const item = (first && itemOf(first.thing)) ?? noItem;
  const rows = group.map(({ row }) => row);
  const pattern = patternOf(item, columns);
  const text = pattern.lines.map(textOfLine).join('\n');
  return {
    ...pattern,
    tone: item.tone,
    count: group.length,
    columns: names,
    meanings: names.map((name, index) =>
      meaningOf(
        name,
        rows.map((row) => row[index] ?? ''),
        text,
      ),
    ),
    rows,
  };
}

/** Place of a value → the name of its column. Values that are the same everywhere have none. */
function columnsOf(group: readonly Pick<Member<unknown>, 'values'>[]): ReadonlyMap<number, string> {
  const places = group[0]?.values.map((_, place) => place) ?? [];
  const varying = places.filter((place) => group.some(({ values }) => values[place] !== group[0]?.values[place]));
  const areEqual = (left: number, right: number): boolean =>
    group.every(({ values }) => values[left] === values[right]);
  const firsts: number[] = [];
  return new Map(
    varying.map((place) => {
      const known = firsts.findIndex((first) => areEqual(first, place));
      return [place, nameOf(known < 0 ? firsts.push(place) - 1 : known)];
    }),
  );
}

/** A, B, … Z, A2, B2, … */
const nameOf = (index: number): string =>
  `${String.fromCharCode(65 + (index % 26))}${index < 26 ? '' : String(Math.floor(index / 26) + 1)}`;

/** The first item with the names of columns in place of what differs. */
function patternOf(item: Item, columns: ReadonlyMap<number, string>): Pick<Item, 'lines' | 'code'> {
  let place = 0;
  const filled = changerOf(item, (word) => {
    const column = columns.get(place++);
    return column === undefined ? word : `[${column}]`;
  });
  const lines = item.lines.map((line) => line.map((piece) => withText(piece, filled(textOfPiece(piece)))));
  return { lines, code: item.code.map((part): Code => ({ ...part, lines: part.lines.map(filled) })) };
}

const withText = (piece: Piece, text: string): Piece =>
  typeof piece === 'string' ? text : 'code' in piece ? { code: text } : { strong: text };
