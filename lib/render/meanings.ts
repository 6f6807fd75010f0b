/** Names the values of a column by their form, or by the word before them. Pure. */

const deviceOf = (letters: string): RegExp => new RegExp(`^${letters}[0-9a-f]{8}-[0-9a-f]{2}$`);

const forms: readonly (readonly [string, RegExp])[] = [
  ['prefix', /^(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*::?[0-9a-fA-F:]*)\/\d+$/],
  ['address', /^(?:\d+\.\d+\.\d+\.\d+|(?!(?:..:){5}..$)[0-9a-fA-F:]*:[0-9a-fA-F:]*)$/],
  ['id', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ['MAC address', /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/],
  ...['tap', 'qvb', 'qvo', 'qbr'].map((letters) => [`${letters} device`, deviceOf(letters)] as const),
  ['device', deviceOf('(?:tap|qvb|qvo|qbr)')],
  ['number', /^\d+$/],
  ['hash', /^[0-9A-F]{8}$/],
];

const nouns = 'stack|project|server|port|host|network|subnet|router|group|user|role|volume';

/** What an address is, by the words around it. A packet's line ends with its fate. */
const addresses: readonly (readonly [meaning: string, around: (column: string) => string])[] = [
  ["port's address", (column) => `\\bport \\S+ \\(\\[${column}\\]\\)`],
  ['address that passes', (column) => `^packet [^\\n]*\\[${column}\\][^\\n]* passes afterwards`],
  ['address outside prefix', (column) => `^packet [^\\n]*\\[${column}\\][^\\n]* is outside the prefix`],
  ['address that is dropped', (column) => `^packet [^\\n]*\\[${column}\\][^\\n]* is dropped`],
];

/**
 * A noun for the values of a column: by their form, or by the words around them.
 *
 * @param text the lines that are shown once for all rows, with `[A]` in the place of column A's values
 * @returns the word `name` if neither says more
 */
export function meaningOf(column: string, values: readonly string[], text: string): string {
  const form = forms.find(([, is]) => values.every((value) => is.test(value)));
  // In `port [A]-red` the noun names the whole word. The value is a part of that word, and no port.
  const named = new RegExp(`\\b(${nouns})[ :]\\[${column}\\](?![-_./\\[\\w]|:\\S)`).exec(text);
  const address = addresses.find(([, around]) => form?.[0] === 'address' && new RegExp(around(column), 'm').test(text));
  return address?.[0] ?? form?.[0] ?? named?.[1] ?? 'name';
}
