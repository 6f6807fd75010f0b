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
const address = /([a-z][a-z0-9+.-]*:\/\/)(\S+)/gi;
/** What may stand behind an address in a text, and is none of it. */
const behind = /[)\]}>'"`,;.:!?]*$/;

/** A text with each of its addresses as `shownUrl` has it. */
export const withoutCredentials = (text: string): string =>
  text.replace(address, (_, scheme: string, rest: string) => {
    const end = behind.exec(rest)?.[0] ?? '';
    const told = hidden(scheme, rest.slice(0, rest.length - end.length));
    // Behind what was hidden nobody can tell what of the end belonged to it.
    return told.endsWith('***') ? told : `${told}${end}`;
  });
