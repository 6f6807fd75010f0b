/** Makes text from outside safe to read for a person. */

/**
 * Characters that are invisible, or that a terminal displays at another place: controls, marks of direction, characters
 * without width, variation selectors and tags, every blank except the space, private and unassigned characters, lone
 * surrogates, and combining marks without a base character.
 */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]|(?! )\p{Zs}|(?<![\p{L}\p{N}\p{M}\p{S}])\p{M}/gu;

/** Nearly every text has only these characters, and this question is many times quicker than `unseen`. */
const isAscii = (text: string): boolean => !/[^\x20-\x7e\n]/.test(text);

const withoutUnseen = (text: string): string =>
  isAscii(text) && !text.includes('\n') ? text : text.replace(unseen, escaped);

/** Each blank after two others. A long row of blanks could make the rest of the text look like a separate line. */
const pushing = /(?<= {2}) /g;

const escaped = (character: string): string => {
  if (character === '\n') return '\\n';
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return code.length === 4 ? `\\u${code}` : `\\u{${code}}`;
};

/**
 * Text from outside as one line. Characters that are invisible, break the line or control a terminal become escapes such
 * as `\n` or `\u202e`. So a reason, or the name of a thing in a cloud, can forge neither a line of a plan nor another name.
 */
export function printable(text: string): string {
  const shown = withoutUnseen(text);
  return shown.includes('   ') ? shown.replace(pushing, escaped) : shown;
}

/**
 * A name from outside, for a sentence that has commands between backticks. A backtick in a name would begin or end such a
 * command, so a reader would take words of the name for a command of stackward.
 */
export const printableName = (name: string): string => printable(name).replaceAll('`', '\\u0060');

/** Indentation is never so deep. */
const pushingCode = /(?<= {40}) /g;

/**
 * A line of a file, of statements or of commands, with its blanks: a line that somebody copies is the line that is
 * written. All that `printable` makes an escape becomes one, apart from the first 40 blanks of a row.
 */
export const printableCode = (text: string): string => withoutUnseen(text).replace(pushingCode, escaped);

type ChangeText = (text: string) => string;

/**
 * The same data with each text changed; times stay as they are. Data without a change stay the same objects, because
 * nearly all texts are printable, and a copy of 10,000 changes is dearer than the question.
 *
 * @param inField another change for all texts in the fields of this name
 */
export function mapTexts<T>(value: T, change: ChangeText, inField: Readonly<Record<string, ChangeText>> = {}): T {
  const ofFields = new Map(Object.entries(inField));
  const each = (inner: unknown, own: ChangeText): unknown => {
    if (typeof inner === 'string') return own(inner);
    if (typeof inner !== 'object' || inner === null || inner instanceof Date) return inner;
    if (Array.isArray(inner)) return eachOf(inner, own);
    const before = inner as Readonly<Record<string, unknown>>;
    let after: Record<string, unknown> | undefined;
    for (const key of Object.keys(before)) {
      const changed = each(before[key], ofFields.get(key) ?? own);
      if (changed !== before[key]) (after ??= { ...before })[key] = changed;
    }
    return after ?? before;
  };
  const eachOf = (items: readonly unknown[], own: ChangeText): readonly unknown[] => {
    let after: unknown[] | undefined;
    for (const [place, item] of items.entries()) {
      const changed = each(item, own);
      if (changed !== item) (after ??= [...items])[place] = changed;
    }
    return after ?? items;
  };
  return each(value, change) as T;
}

/** The same data with each text made printable. */
export const printableTexts = <T>(value: T): T => mapTexts(value, printable);

/** The colour codes that `colored` of lib/render/style.ts writes; no other control sequence. */
// eslint-disable-next-line no-control-regex
const ownColors = /(\u001b\[(?:1|2|22|31|32|33|39)m)/;

/**
 * The last check of output for people. Lines and our own colours stay, and every other invisible character becomes an
 * escape. This also catches a text from outside that didn't pass through `printable`.
 */
export const printableLines = (output: string): string =>
  output
    .split(ownColors)
    .map((part, index) =>
      index % 2 === 1 || isAscii(part)
        ? part
        : part.replace(unseen, (character) => (character === '\n' ? character : escaped(character))),
    )
    .join('');

/** JSON of the same data with escapes for all invisible characters; `JSON.stringify` leaves C1 controls, marks of direction and more. */
export function printableJson(value: unknown, space?: number): string {
  const json = JSON.stringify(value, undefined, space);
  return isAscii(json)
    ? json
    : json.replace(unseen, (character) => (character === '\n' ? character : unitsOf(character)));
}

const unitsOf = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
