/** Text from outside as a person may safely read it. */

/**
 * What isn't seen, or is seen elsewhere than it stands: controls, marks of direction, characters without width, variation
 * selectors and tags, every blank but the space, private and unassigned characters, halves of characters, and a mark that
 * stands on nothing.
 */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]|(?! )\p{Zs}|(?<![\p{L}\p{N}\p{M}\p{S}])\p{M}/gu;

/** From the third blank in a row on: many push what follows to where it seems a line of its own. */
const pushing = /(?<= {2}) /g;

const escaped = (character: string): string => {
  if (character === '\n') return '\\n';
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return code.length === 4 ? `\\u${code}` : `\\u{${code}}`;
};

/**
 * Text from outside on one line: what isn't seen, would break the line or steer a terminal is shown as its escape, `\n` or
 * `\u202e`. Whoever writes a reason or names a thing in a cloud can then forge no line of a plan, and no second name.
 */
export const printable = (text: string): string => text.replace(unseen, escaped).replace(pushing, escaped);

/** Plain data with each of its texts made printable. */
export function printableTexts<T>(value: T): T {
  const each = (inner: unknown): unknown => {
    if (typeof inner === 'string') return printable(inner);
    if (Array.isArray(inner)) return inner.map(each);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, each(item)]));
  };
  return each(value) as T;
}

/** What `colored` of lib/render/style.ts writes, and nothing else that steers a terminal. */
// eslint-disable-next-line no-control-regex
const ownColors = /(\u001b\[(?:1|2|22|31|32|33|39)m)/;

/**
 * The last look at what goes to a person: lines and colours of our own stay, and whatever else isn't seen is shown as its
 * escape, also where a text from outside came here past `printable`.
 */
export const printableLines = (output: string): string =>
  output
    .split(ownColors)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(unseen, (character) => (character === '\n' ? character : escaped(character))),
    )
    .join('');

/** JSON of the same data, in which what isn't seen is an escape: `JSON.stringify` leaves C1, marks of direction and more. */
export const printableJson = (value: unknown, space?: number): string =>
  JSON.stringify(value, undefined, space).replace(unseen, (character) =>
    character === '\n' ? character : unitsOf(character),
  );

const unitsOf = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
