/** The values that can be written into a settings file in Python, in a form that Python 2.7 and 3 read alike. */
import * as z from 'zod';
import type { PythonValue } from '../hosts/settings-answers';

const scalar = z.union([
  z.null(),
  z.boolean(),
  z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), 'must be a smaller number'),
  z
    .string()
    .max(4096)
    .refine((text) => !/\p{Surrogate}/u.test(text), 'must be whole characters'),
]);

/**
 * Null, true, false, a number, a text, or a list of these. A list may contain lists (`AVAILABLE_REGIONS` does), but no
 * deeper ones.
 */
export const pythonValue = z.union([scalar, z.array(z.union([scalar, z.array(scalar).max(100)])).max(100)]);

/** The host program has the same limit. */
export const maxLiteral = 1 << 14;

/**
 * @param like the literal that is replaced: its quotes are kept, and a tuple stays a tuple. Default: single quotes, a
 * list.
 */
export function renderPython(value: PythonValue, like = ''): string {
  const quote = /['"]/.exec(like)?.[0] ?? "'";
  return render(value, like.startsWith('('), /^[([]\s*\(/.test(like), quote);
}

function render(value: PythonValue, isTuple: boolean, hasTuples: boolean, quote: string): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  if (typeof value === 'string') return renderText(value, quote);
  const items = value.map((item) => render(item, hasTuples, false, quote)).join(', ');
  if (!isTuple) return `[${items}]`;
  return value.length === 1 ? `(${items},)` : `(${items})`;
}

/**
 * Python 2 reads other characters than ASCII as bytes. So they are written as escapes in a `u''`, which Python 3 knows
 * since 3.3.
 */
function renderText(text: string, quote: string): string {
  const inside = Array.from(text, (character) => escape(character, quote)).join('');
  return (/[^\0-\x7f]/.test(text) ? 'u' : '') + quote + inside + quote;
}

const short: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escape(character: string, quote: string): string {
  if (character === quote) return `\\${quote}`;
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  const [letter, digits] = code < 0x80 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(Number(digits), '0')}`;
}

export const isSameValue = (found: PythonValue, wanted: PythonValue): boolean =>
  JSON.stringify(found) === JSON.stringify(wanted);
