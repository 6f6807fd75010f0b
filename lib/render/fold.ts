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

/** An address or prefix of either family, a MAC address, a UUID, the name of a tap or its bridge, or a word. */
const words =
  /\d+\.\d+\.\d+\.\d+(?:\/\d+)?|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|(?<![\p{L}\p{N}:])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4}|(?<=::))(?:\/\d+)?|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:tap|qvo|qvb|qbr)[0-9a-f]{8}-[0-9a-f]{2}|[\p{L}\p{N}]+/gu;

/** Words that say something by themselves: they never differ, also where a construct bears such a name. */
const ownMeaning: ReadonlySet<string> = new Set([
  ...['0.0.0.0/0', '0.0.0.0', '255.255.255.255', 'any', 'all', 'none', 'admin', 'root', 'true', 'false'],
  ...['accept', 'drop', 'passes', 'dropped', 'high', 'medium', 'low', 'on', 'off', 'enabled', 'disabled'],
  ...['create', 'change', 'update', 'replace', 'destroy', 'delete', 'forget', 'move', 'import'],
  ...['ingress', 'egress', 'tcp', 'udp', 'icmp', 'from', 'to', 'not', 'no', 'shared', 'public'],
]);
/** Such a prefix names so much that it stands by itself. */
const isWide = (word: string): boolean => word.includes('/') && Number(/\/(\d+)$/.exec(word)?.[1] ?? 128) < 8;

/** `acme/Utm/Red`: acme, Utm, Red, and the same in small letters, since names of things are made from paths so. */
function namesOf(item: Item): ReadonlySet<string> {
  const names = item.names.flatMap((name) => name.split(/[^\p{L}\p{N}]+/u)).filter(Boolean);
  return new Set([...names, ...names.map((name) => name.toLowerCase())]);
}

/** True if alike items may differ in the word. */
const mayDiffer = (word: string, names: ReadonlySet<string>): boolean =>
  (names.has(word) || /\d/.test(word)) && !ownMeaning.has(word.toLowerCase()) && !isWide(word);

interface Parsed {
  readonly item: Item;
  /** The words that may differ, in order. */
  readonly values: readonly string[];
}

function parse(item: Item): Parsed & { readonly key: string } {
  const names = namesOf(item);
  const values: string[] = [];
  const hole = (word: string): string => {
    if (!mayDiffer(word, names)) return word;
    values.push(word);
    return '\u0001';
  };
  const { tone, lines, code } = item;
  const shape = [
    tone,
    ...lines.map((line) =>
      line.map((piece) => `${formOf(piece)}${textOfPiece(piece).replace(words, hole)}`).join(between),
    ),
    ...code.flatMap((part) => [`${between}${part.language}`, ...part.lines.map((text) => text.replace(words, hole))]),
  ];
  return { item, values, key: shape.join('\n') };
}

/** In no text, because each was made printable; a text has no line break either. */
const between = '\u0002';
const formOf = (piece: Piece): string =>
  typeof piece === 'string' ? between : 'code' in piece ? `${between}c` : `${between}s`;

/** Groups come in the order of their first items. */
export const foldAlike = (items: readonly Item[]): Folded[] =>
  groupsOf(items, (item) => item).flatMap((group) =>
    group.length < least ? group.map(({ item }) => alone(item)) : [together(group)],
  );

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
    group.length < least ? group.flatMap(({ thing }) => otherwise(thing)) : [foldedAs(together(group))],
  );

function groupsOf<T>(
  things: readonly T[],
  itemOf: (thing: T) => Item | undefined,
): (Parsed & { readonly thing: T })[][] {
  const parsed = things.map((thing, place) => {
    const item = itemOf(thing);
    const key = `alone ${place}`;
    if (item === undefined) return { ...nothing, key, thing };
    const folding = parse(item);
    return { ...folding, key: looksFolded(item) ? key : folding.key, thing };
  });
  return [...groupedBy(parsed, ({ key }) => key).values()];
}

/** True if the item's own text has something like the name of a column, such as `[A]`. */
const looksFolded = ({ lines, code }: Item): boolean =>
  [...lines.map(textOfLine), ...code.flatMap((part) => part.lines)].some((text) => /\[[A-Z]\d*\]/.test(text));

const nothing: Parsed = { item: { tone: 'plain', names: [], lines: [], code: [] }, values: [] };

const alone = ({ names: _, ...item }: Item): Folded => ({ ...item, count: 1, columns: [], meanings: [], rows: [] });

function together(unsorted: readonly Parsed[]): Folded {
  const group = inNaturalOrder(unsorted, ({ values }) => values.join(' '));
  const [first = nothing] = group;
  const columns = columnsOf(group);
  const names = [...new Set(columns.values())];
  const places = names.map((name) => [...columns].find(([, own]) => own === name)?.[0] ?? 0);
  const rows = group.map(({ values }) => places.map((place) => values[place] ?? ''));
  const pattern = patternOf(first, columns);
  const text = pattern.lines.map(textOfLine).join('\n');
  return {
    ...pattern,
    tone: first.item.tone,
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
function columnsOf(group: readonly Parsed[]): ReadonlyMap<number, string> {
  const places = group[0]?.values.map((_, place) => place) ?? [];
  const varying = places.filter((place) => group.some(({ values }) => values[place] !== group[0]?.values[place]));
  const named = new Map<string, string>();
  return new Map(
    varying.map((place) => {
      const column = JSON.stringify(group.map(({ values }) => values[place]));
      const name = named.get(column) ?? nameOf(named.size);
      named.set(column, name);
      return [place, name];
    }),
  );
}

/** A, B, … Z, A2, B2, … */
const nameOf = (index: number): string =>
  `${String.fromCharCode(65 + (index % 26))}${index < 26 ? '' : String(Math.floor(index / 26) + 1)}`;

/** The first item with the names of columns in place of what differs. */
function patternOf({ item }: Pick<Parsed, 'item'>, columns: ReadonlyMap<number, string>): Pick<Item, 'lines' | 'code'> {
  const names = namesOf(item);
  let place = 0;
  const filled = (text: string): string =>
    text.replace(words, (word) => {
      if (!mayDiffer(word, names)) return word;
      const column = columns.get(place++);
      return column === undefined ? word : `[${column}]`;
    });
  const lines = item.lines.map((line) => line.map((piece) => withText(piece, filled(textOfPiece(piece)))));
  return { lines, code: item.code.map((part): Code => ({ ...part, lines: part.lines.map(filled) })) };
}

const withText = (piece: Piece, text: string): Piece =>
  typeof piece === 'string' ? text : 'code' in piece ? { code: text } : { strong: text };
