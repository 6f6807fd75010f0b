/**
 * Schemas of texts from outside, one for each use. Synth and the manifest's reader apply the same schemas.
 *
 * Machines compare a name and people read it, so both must see the same. With an invisible character, or one that looks
 * like another, two different names would look equal to a reviewer. A text that is only read, such as a reason, may hold
 * more characters; `printable` of lib/basics/printable.ts makes the invisible ones visible.
 */
import * as z from 'zod';

/** Excludes controls, line ends (also U+2028 and U+2029) and marks of direction, with which a text could forge another line. */
// eslint-disable-next-line no-control-regex
const oneLine = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]{1,1000}$/;

/** Text for one line of a plan. */
export const line = z
  .string()
  .regex(oneLine, 'must be one line of 1 to 1000 characters, without control characters or marks of direction');

export const isLine = (text: string): boolean => oneLine.test(text);

/**
 * ASCII, the accented letters of Western and Central Europe, and the letters of Chinese, Japanese and Korean. Other
 * scripts are excluded: letters of Cyrillic and Greek look like Latin ones, even in a word of that script alone (`асе`),
 * and those of Arabic and Hebrew reverse the line. This is stricter than UTS 39, which admits a name of one script.
 */
const nameCharacters =
  /^(?:[\u0020-\u007e]|(?=[\p{L}\p{Nl}])[\u00c0-\u017f\p{scx=Hangul}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}])+$/u;
const invisible = /\p{Default_Ignorable_Code_Point}/u;
const longestName = 1000;

/** The fault of a name, as the end of the sentence "the name …"; undefined if it has none. */
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
  // Full-width letters, ligatures and combining accents look like their plain form.
  return text.normalize('NFKC') === text
    ? undefined
    : `is written in other forms of ${text.normalize('NFKC')}; write that`;
}

/** The path of a construct, or the name of a stack. */
export const name = z.string().superRefine((text, context) => {
  const fault = faultOfName(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `it ${fault}` });
});

/** The names of files on hosts contain the owner. */
const ownerForm = /^[A-Za-z0-9._-]{1,63}$/;
export const isOwner = (text: string): boolean => ownerForm.test(text);
export const ownerWords = 'use 1 to 63 letters, digits, ".", "_" or "-"';
export const owner = z.string().regex(ownerForm, `must mark things on hosts; ${ownerWords}`);

export const hostName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/, 'must be the name of a host');

/** An id that OpenStack made, or an address. */
export const id = z
  .string()
  .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 letters, digits and signs of ASCII, without blanks');
