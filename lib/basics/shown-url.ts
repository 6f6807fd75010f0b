/** Addresses as they may be printed: a catalogue, a redirect or an error of a service may carry a password or a token in one. */

/**
 * A password may hold `/`, `?` and `#` unescaped, and a token may hold `@`. Nobody can tell then where the one ends and the
 * other begins, so only what is secret by no reading is left: what stands behind the last `@` and before the first `?` or `#`.
 */
function hidden(scheme: string, rest: string): string {
  const user = rest.lastIndexOf('@') + 1;
  const query = rest.search(/[?#]/);
  const end = query < 0 ? rest.length : query;
  if (user > end) return `${scheme}***`;
  return `${scheme}${user > 0 ? '***@' : ''}${rest.slice(user, end)}${query < 0 ? '' : '?***'}`;
}

/** Of a text that is one address: without user, query and fragment. */
export function shownUrl(address: string): string {
  const [, scheme = '', rest = ''] = /^([^/?#@]*\/\/)?(.*)$/s.exec(address) ?? [];
  return hidden(scheme, rest);
}

/** A blank ends an address. Whoever wrote the text may have put it in quotes or brackets, which a password may hold as well. */
const blank = /\s/g;
/** What may stand behind an address in a text, and is none of it. */
const behind = new Set(`)]}>'"\`,;.:!?`);

/** A text with each of its addresses as `shownUrl` has it. The time goes with the length of the text, whoever wrote it. */
export function withoutCredentials(text: string): string {
  let told = '';
  let from = 0;
  for (let mark = text.indexOf('://'); mark >= 0; mark = text.indexOf('://', from)) {
    const start = mark + 3;
    told += text.slice(from, mark);
    blank.lastIndex = start;
    const end = hasScheme(text, from, mark) ? (blank.exec(text)?.index ?? text.length) : start;
    told += shownIn(text.slice(start, end));
    from = end;
  }
  return told + text.slice(from);
}

/** Whether a letter begins the characters of a scheme that stand before the mark. */
function hasScheme(text: string, from: number, mark: number): boolean {
  for (let index = mark - 1; index >= from; index--) {
    const character = text.charAt(index);
    if (/[a-z]/i.test(character)) return true;
    if (!/[0-9+.-]/.test(character)) return false;
  }
  return false;
}

function shownIn(rest: string): string {
  let end = rest.length;
  while (behind.has(rest.charAt(end - 1))) end -= 1;
  const told = hidden('://', rest.slice(0, end));
  // Behind what was hidden nobody can tell what of the end belonged to it.
  return told.endsWith('***') ? told : `${told}${rest.slice(end)}`;
}
