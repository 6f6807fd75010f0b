/**
 * Folds like with like: forty items that differ in a name or a number become one item with a table.
 *
 * How: each text is cut into words. A word with a digit, and a word of the item's own names, may differ; all other words
 * have to be the same. Items with the same words form a group. In the group, each word that does differ becomes a column,
 * and words that differ in the same way share a column. So `any` never hides among forty prefixes: it is another word.
 */
import { groupedBy } from '../basics/groups';
import { inNaturalOrder } from './natural-order';
import { meaningOf } from './meanings';
import { textOfLine, textOfPiece, type Code, type Folded, type Item, type Piece } from './items';

/** Fewer items that are alike are shown one by one. */
const least = 3;

/**
 * An address or prefix of either family, a MAC address, a UUID, the name of a tap or its bridge, or a word. Most words
 * have none of the marks of the longer forms behind them, so the pattern asks for these words first.
 */
const words =
  /[\p{L}\p{N}]+(?![\p{L}\p{N}.:-])|\d+\.\d+\.\d+\.\d+(?:\/\d+)?|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|(?<![\p{L}\p{N}:])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4}|(?<=::))(?:\/\d+)?|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:tap|qvo|qvb|qbr)[0-9a-f]{8}-[0-9a-f]{2}|[\p{L}\p{N}]+/gu;

/** Words that say something by themselves: they never differ, also where a construct bears such a name. */
const ownMeaning: ReadonlySet<string> = new Set([
  ...['0.0.0.0/0', '0.0.0.0', '255.255.255.255', 'any', 'all', 'none', 'admin', 'root', 'true', 'false'],
  ...['accept', 'drop', 'passes', 'dropped', 'high', 'medium', 'low', 'on', 'off', 'enabled', 'disabled'],
  ...['create', 'change', 'update', 'replace', 'destroy', 'delete', 'forget', 'move', 'import'],
  ...['ingress', 'egress', 'tcp', 'udp', 'icmp', 'from', 'to', 'not', 'no', 'shared', 'public'],
]);
/** Such a prefix names so much that it stands by itself. */
const isWide = (word: string): boolean => word.includes('/') && Number(/\/(\d+)$/.exec(word)?.[1] ?? 128) < 8;

/** A whole word without a digit. */
const wordsWithoutDigit = /(?<![\p{L}\p{N}])(?:(?!\d)[\p{L}\p{N}])+(?![\p{L}\p{N}])/gu;

/**
 * The words without a digit in the item's names. `acme/Utm/Red`: acme, Utm, Red, and the same in small letters, since
 * names of things are made from paths so.
 */
function namesOf(item: Item): readonly string[] {
  const names = item.names.join(' ').match(wordsWithoutDigit) ?? [];
  return [...names, ...names.map((name) => name.toLowerCase())];
}

/** True if alike items may differ in the word. */
const mayDiffer = (word: string, names: readonly string[]): boolean =>
  (/\d/.test(word) || names.includes(word)) && !ownMeaning.has(word.toLowerCase()) && !isWide(word);

/** A part of a text between two blanks that has a digit. No word has a blank. */
const partsWithDigit = /(?<![^ ])[^ ]*\d[^ ]*/g;

/**
 * A function that gives a text with each word that may differ as `change` says it. The pattern of words is dear, and most
 * texts have neither a name nor a digit, so it sees only the texts with a name, and of the others the parts with a digit.
 */
function changerOf(item: Item, change: (word: string) => string): (text: string) => string {
  const names = namesOf(item);
  const changed = (word: string): string => (mayDiffer(word, names) ? change(word) : word);
  const changedPart = (part: string): string => part.replace(words, changed);
  return (text) =>
    names.some((name) => text.includes(name)) ? changedPart(text) : text.replace(partsWithDigit, changedPart);
}

interface Parsed<T> {
  readonly thing: T;
  /** The words that may differ, in order. */
  readonly values: readonly string[];
}

function parse(item: Item): { readonly key: string; readonly values: readonly string[] } {
  const values: string[] = [];
  const shapeOf = changerOf(item, (word) => {
    values.push(word);
    return '\u0001';
  });
  const { tone, lines, code } = item;
  const shape = [
    tone,
    ...lines.map((line) => line.map((piece) => `${formOf(piece)}${shapeOf(textOfPiece(piece))}`).join(between)),
    ...code.flatMap((part) => [`${between}${part.language}`, ...part.lines.map(shapeOf)]),
  ];
  return { values, key: shape.join('\n') };
}

/** In no text, because each was made printable; a text has no line break either. */
const between = '\u0002';
const formOf = (piece: Piece): string =>
  typeof piece === 'string' ? between : 'code' in piece ? `${between}c` : `${between}s`;

/** Groups come in the order of their first items. */
export const foldAlike = (items: readonly Item[]): Folded[] =>
  foldThings(items, (item) => item, (item) => item, (item) => [alone(item)]); // prettier-ignore

/**
 * Groups of at least three things that are alike, each folded, and all other things as `otherwise` says them.
 * @param itemOf undefined for a thing that stays alone
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

function groupsOf<T>(things: readonly T[], itemOf: (thing: T) => Item | undefined): Parsed<T>[][] {
  const parsed = things.map((thing, place) => {
    const item = itemOf(thing);
    const { key, values } = item === undefined ? nothing : parse(item);
    const isAlone = item === undefined || (key.includes('[') && looksFolded(item));
    return { thing, values, key: isAlone ? `alone ${place}` : key };
  });
  return [...groupedBy(parsed, ({ key }) => key).values()];
}

/** True if the item's own text has something like the name of a column, such as `[A]`. */
const looksFolded = ({ lines, code }: Item): boolean =>
  [...lines.map(textOfLine), ...code.flatMap((part) => part.lines)].some((text) => /\[[A-Z]\d*\]/.test(text));

const nothing = { key: '', values: [] };
const noItem: Item = { tone: 'plain', names: [], lines: [], code: [] };

const alone = ({ names: _, ...item }: Item): Folded => ({ ...item, count: 1, columns: [], meanings: [], rows: [] });

function together<T>(unsorted: readonly Parsed<T>[], itemOf: (thing: T) => Item | undefined): Folded {
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
function columnsOf(group: readonly Pick<Parsed<unknown>, 'values'>[]): ReadonlyMap<number, string> {
  const places = group[0]?.values.map((_, place) => place) ?? [];
  const varying = places.filter((place) => group.some(({ values }) => values[place] !== group[0]?.values[place]));
  const isSame = (left: number, right: number): boolean => group.every(({ values }) => values[left] === values[right]);
  const firsts: number[] = [];
  return new Map(
    varying.map((place) => {
      const known = firsts.findIndex((first) => isSame(first, place));
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
