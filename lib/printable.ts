/** Text from outside as a person may safely read it. */

/**
 * What isn't seen, or is seen elsewhere than it stands: controls, marks of direction, characters without width, variation
 * selectors and tags, every blank but the space, private and unassigned characters, halves of characters, and a mark that
 * stands on nothing.
 */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]|(?! )\p{Zs}|(?<![\p{L}\p{N}\p{M}\p{S}])\p{M}/gu;

/**
 * Text from outside on one line: what isn't seen, would break the line or steer a terminal is shown as its escape, `\n` or
 * `\u202e`. Whoever writes a reason or names a thing in a cloud can then forge no line of a plan, and no second name.
 */
export const printable = (text: string): string =>
  text.replace(unseen, (one) => {
    if (one === '\n') return '\\n';
    const code = (one.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return code.length === 4 ? `\\u${code}` : `\\u{${code}}`;
  });

/** Plain data with each of its texts made printable. */
export function printableTexts<T>(value: T): T {
  const each = (one: unknown): unknown => {
    if (typeof one === 'string') return printable(one);
    if (Array.isArray(one)) return one.map(each);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, each(inner)]));
  };
  return each(value) as T;
}
