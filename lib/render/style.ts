/** Colour as a set of functions, so that what renders text never asks whether there is a terminal. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const same = (text: string): string => text;
export const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;
export const colored: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
};

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

/**
 * Output in which a CI's runner finds no command of its own: GitHub's `::add-mask::…` at the start of a line, and GitHub's
 * `##[…`, Azure's `##vso[…` and TeamCity's `##teamcity[…` anywhere. JSON stays the same data, since `\\u0023` is its own escape.
 */
export const withoutCommands = (output: string): string =>
  output.replace(/#(?=#(\[|vso\[|teamcity\[))/g, '\\u0023').replace(/^([ \t]*):(?=:)/gm, '$1\\u003a');

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
