/** Names the values of a column by their form, or by the word before them. Pure. */

const forms: readonly (readonly [string, RegExp])[] = [
  ['prefix', /^(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*::?[0-9a-fA-F:]*)\/\d+$/],
  ['address', /^(?:\d+\.\d+\.\d+\.\d+|(?!(?:..:){5}..$)[0-9a-fA-F:]*:[0-9a-fA-F:]*)$/],
  ['id', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ['MAC address', /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/],
  ['device', /^(?:tap|qvb|qvo|qbr)[0-9a-f]{8}-[0-9a-f]{2}$/],
  ['number', /^\d+$/],
  ['hash', /^[0-9A-F]{8}$/],
];

const nouns = 'stack|project|server|port|host|network|subnet|router|group|user|role|volume';

/**
 * @param text the lines of the item, with `[A]` where column A has a value
 * @returns `name` where nothing says more
 */
export function meaningOf(column: string, values: readonly string[], text: string): string {
  const form = forms.find(([, is]) => values.every((value) => is.test(value)));
  // `port [A]-red` says of what the value is a part, so it doesn't say what the value is.
  const named = new RegExp(`\\b(${nouns})[ :]\\[${column}\\](?![-_./\\[\\w]|:\\S)`).exec(text);
  return form?.[0] ?? named?.[1] ?? 'name';
}
