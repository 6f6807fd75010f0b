/**
 * Addresses in printable form. A catalogue, a redirect or an error of a service may contain an address with a password
 * or a token.
 */

/**
 * A password may contain `/`, `?` and `#` unescaped, and a token may contain `@`. So it can't be known where a secret
 * ends. Only the part that can't belong to a secret is kept: the text after the last `@` and before the first `?` or
 * `#`.
 */
function hidden(scheme: string, rest: string): string {
  const user = rest.lastIndexOf('@') + 1;
  const query = rest.search(/[?#]/);
  const end = query < 0 ? rest.length : query;
  if (user > end) return `${scheme}***`;
  return `${scheme}${user > 0 ? '***@' : ''}${rest.slice(user, end)}${query < 0 ? '' : '?***'}`;
}

/** For a text that is one address: the address without user, query and fragment. */
export function shownUrl(address: string): string {
  const [, scheme = '', rest = ''] = /^([^/?#@]*\/\/)?(.*)$/s.exec(address) ?? [];
  return hidden(scheme, rest);
}

/** A blank ends an address. Quotes and brackets around it don't, because a password may contain them too. */
const blank = /\s/g;
/** Characters after an address in a text that don't belong to the address. */
const behind = new Set(`)]}>'"\`,;.:!?`);

/**
 * The text with each address in the form of `shownUrl`. The time grows only with the length of the text, even if an
 * attacker wrote it.
 */
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

/** True if a scheme before the mark begins with a letter. */
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
  // After a hidden part, nobody can know whether the end still belonged to it.
  return told.endsWith('***') ? told : `${told}${rest.slice(end)}`;
}
