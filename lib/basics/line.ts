/**
 * Texts from outside, by what they are for; the one entrance of each, at synth as in a manifest.
 *
 * A name is compared by machines and read by people, so both must see the same: a character that isn't seen, or that looks
 * like another, would make a second name of what a reviewer takes for the first. A text that is only read (a reason) may
 * hold more; `printable` of lib/basics/printable.ts shows what isn't seen in it.
 */
import * as z from 'zod';

/** Controls, line ends (U+2028 and U+2029 too), and what turns the direction of reading: they would forge other lines. */
// eslint-disable-next-line no-control-regex
const oneLine = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]{1,1000}$/;

/** Text that stands in one line of a plan, and nowhere else. */
export const line = z
  .string()
  .regex(oneLine, 'must be one line of 1 to 1000 characters, without control characters or marks of direction');

export const isLine = (text: string): boolean => oneLine.test(text);

/**
 * ASCII, letters with accents as Western and Central Europe have them, and the letters of Chinese, Japanese and Korean. No
 * other script: letters of Cyrillic, Greek and more look like Latin ones, alone (`асе`) as well as mixed, and those of
 * Arabic and Hebrew turn the line. UTS 39 would admit a name of one such script.
 */
const nameCharacters =
  /^(?:[\u0020-\u007e]|(?=[\p{L}\p{Nl}])[\u00c0-\u017f\p{scx=Hangul}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}])+$/u;
const invisible = /\p{Default_Ignorable_Code_Point}/u;
const longestName = 1000;

/** What is wrong with a name, as the end of "the name …"; undefined: nothing. */
export function faultOfName(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text === '__proto__') return 'is "__proto__", which stackward takes nowhere';
  if (text.length > longestName) return `has ${text.length} characters; ${longestName} are allowed`;
  if (text.trim() !== text) return 'begins or ends with a blank';
  const strange = [...text].find((character) => !nameCharacters.test(character) || invisible.test(character));
  if (strange !== undefined)
    return (
      `holds the character U+${(strange.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}, which isn't seen, or may be taken for another; ` +
      'use letters, digits and signs of ASCII, or letters of European Latin, Chinese, Japanese or Korean'
    );
  // Forms of width, ligatures and letters with their accents apart: each looks like its plain form.
  return text.normalize('NFKC') === text
    ? undefined
    : `is written in other forms of ${text.normalize('NFKC')}; write that`;
}

/** Of a construct's path, or a stack. */
export const name = z.string().superRefine((text, context) => {
  const fault = faultOfName(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `it ${fault}` });
});

/** It stands in files and names on hosts. */
const ownerForm = /^[A-Za-z0-9._-]{1,63}$/;
export const isOwner = (text: string): boolean => ownerForm.test(text);
export const ownerWords = 'use 1 to 63 letters, digits, ".", "_" or "-"';
export const owner = z.string().regex(ownerForm, `must mark things on hosts; ${ownerWords}`);

/** An id that OpenStack gave, an address. */
export const id = z
  .string()
  .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 letters, digits and signs of ASCII, without blanks');
