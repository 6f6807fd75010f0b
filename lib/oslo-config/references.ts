/** `$` in values: oslo.config replaces `$name`, `${name}`, `$$` and `\$` (cfg.py, `_substitute`; Python's string.Template). */
import type { OsloEra } from './era';

export interface Reference {
  readonly name: string;
  /** Of its `$` in the value. */
  readonly index: number;
}

/** Python's `[a-z]` without regard to case matches these too, in text of Python 3. */
const alsoLetters = '\u0130\u0131\u017f\u212a';

function patternOf({ python, dotted }: OsloEra): RegExp {
  const first = `_a-zA-Z${python === 3 ? alsoLetters : ''}`;
  const name = `[${first}][${first}0-9${dotted ? '.' : ''}]*`;
  return new RegExp(`\\$(?:\\$|(${name})|\\{(${name})\\})`, 'g');
}

/** `\$` is read as `$$`, which is as long: indexes stay. */
const withDollars = (value: string): string => value.replaceAll('\\$', () => '$$');

export function referencesIn(value: string, era: OsloEra): readonly Reference[] {
  return [...withDollars(value).matchAll(patternOf(era))].flatMap(({ index, 1: bare, 2: braced }) => {
    const name = bare ?? braced;
    return name === undefined ? [] : [{ name, index }];
  });
}

/** The value with what stands behind each reference. */
export const replaceReferences = (value: string, era: OsloEra, behind: (reference: Reference) => string): string =>
  withDollars(value).replace(patternOf(era), (_, bare?: string, braced?: string, index?: number) => {
    const name = bare ?? braced;
    return name === undefined ? '$' : behind({ name, index: index ?? 0 });
  });

/** What a service reads of the value; undefined: that depends on other options. */
export const literalOf = (value: string, era: OsloEra): string | undefined =>
  referencesIn(value, era).length > 0 ? undefined : replaceReferences(value, era, () => '');

/** A value of which a service of any release reads exactly `text`. Behind a backslash `$$` would be read as `\$` and `$`. */
export const escapeDollars = (text: string): string =>
  text.replace(/\$/g, (_, index: number) => (text[index - 1] === '\\' ? '\\$' : '$$'));
