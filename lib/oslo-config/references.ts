/** `$` in values: oslo.config replaces `$name`, `${name}`, `$$` and `\$` (cfg.py, `_substitute`; Python's string.Template). */
import type { OsloEra } from './era';

export interface Reference {
  readonly name: string;
  /** The place of the reference's `$` in the value. */
  readonly index: number;
}

/** With Python 3's text, Python's `[a-z]` without regard to case matches these letters too. */
const alsoLetters = '\u0130\u0131\u017f\u212a';

function patternOf({ python, dotted }: OsloEra): RegExp {
  const first = `_a-zA-Z${python === 3 ? alsoLetters : ''}`;
  const name = `[${first}][${first}0-9${dotted ? '.' : ''}]*`;
  return new RegExp(`\\$(?:\\$|(${name})|\\{(${name})\\})`, 'g');
}

/** `\$` means the same as `$$`, which has the same length, so places don't move. */
const withDollars = (value: string): string => value.replaceAll('\\$', () => '$$');

export function referencesIn(value: string, era: OsloEra): readonly Reference[] {
  return [...withDollars(value).matchAll(patternOf(era))].flatMap(({ index, 1: bare, 2: braced }) => {
    const name = bare ?? braced;
    return name === undefined ? [] : [{ name, index }];
  });
}

/** The value with each reference replaced by the text that `behind` gives for it. */
export const replaceReferences = (value: string, era: OsloEra, behind: (reference: Reference) => string): string =>
  withDollars(value).replace(patternOf(era), (_, bare?: string, braced?: string, index?: number) => {
    const name = bare ?? braced;
    return name === undefined ? '$' : behind({ name, index: index ?? 0 });
  });

/** The text that a service reads from this value; undefined if it depends on other options. */
export const literalOf = (value: string, era: OsloEra): string | undefined =>
  referencesIn(value, era).length > 0 ? undefined : replaceReferences(value, era, () => '');

/**
 * A value from which a service of any release reads exactly `text`. A `$$` after a backslash would be read as `\$` and
 * `$`.
 */
export const escapeDollars = (text: string): string =>
  text.replace(/\$/g, (_, index: number) => (text[index - 1] === '\\' ? '\\$' : '$$'));
