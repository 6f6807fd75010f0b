/** Hides secrets in texts from outside: passwords in addresses, and values that follow a name such as `password`. */
import { withoutCredentials } from './shown-url';

const words = String.raw`(?:pass(?:word|wd|code|phrase)|pwd|bindpw|adminpass|(?<![a-z])(?:pass|kek)|secret|token|[_-]key|(?:api|access|secret|private|encryption)key|psk|jwt|credential)s?`;
const name = String.raw`(?<![\w-])[\w-]*${words}`;
/** JSON inside a JSON string has a backslash before each quote. */
const quote = String.raw`\\*['"]`;
/** A backslash keeps the quote behind it inside the value. */
const quoted = String.raw`(?:'[^'\\]*(?:\\[\s\S][^'\\]*)*'?|"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|\\+"[^"]*"?)`;

/** A character of a value that has no quotes. */
const bare = String.raw`[^\s'"\`,;})\]]`;

/**
 * A word that may name the value behind it, such as `--os-password `. A match begins only at the start of a word, so
 * each character is read once.
 */
const named = /(?<![\w-])[\w-]+[ =]/g;
const value = /(?!\*\*\*)[^\s`]+/y;

function isSecretArgument(word: string): boolean {
  const dashes = word.indexOf('--');
  if (dashes < 0) return false;
  const option = word.slice(dashes + 2);
  return /(?:secret|token|[_-]key|kek)$/i.test(option) || /pass/i.test(option.slice(option.lastIndexOf('-') + 1));
}

function withoutArguments(text: string): string {
  let told = '';
  let from = 0;
  for (const { 0: word, index } of text.matchAll(named)) {
    value.lastIndex = index + word.length;
    if (index < from || !isSecretArgument(word.slice(0, -1)) || !value.test(text)) continue;
    told += `${text.slice(from, index + word.length)}***`;
    from = value.lastIndex;
  }
  return told + text.slice(from);
}

/**
 * Hides the text between the lines BEGIN and END. If END is missing, the text was cut inside a key: then all the rest
 * is hidden.
 */
function withoutPem(text: string): string {
  const [begin, end] = ['-----BEGIN ', '-----END '];
  let told = '';
  let from = 0;
  for (let mark = text.indexOf(begin); mark >= 0; mark = text.indexOf(begin, from)) {
    const body = text.indexOf('-----', mark + begin.length);
    if (body < 0) break;
    const stop = text.indexOf(end, body);
    told += `${text.slice(from, body + 5)}***`;
    from = stop < 0 ? text.length : stop;
    if (stop < 0) break;
  }
  return told + text.slice(from);
}

/** For MySQL's clients and sshpass, the password may follow `-p` without a space. */
const withoutGlued = (text: string): string =>
  /mysql|mariadb|sshpass/i.test(text)
    ? text.replace(/(?<![\w-])(-p)(?!\*\*\*)(?:'[^']*'?|"[^"]*"?|[^\s'"`]+)/g, '$1***')
    : text;

const without =
  (pattern: RegExp) =>
  (text: string): string =>
    text.replace(pattern, '$1***');

/** Schemes of HTTP authentication. Another word in this place may be the secret itself. */
const scheme = String.raw`(?:basic|bearer|digest|negotiate|ntlm|oauth|token|apikey|aws[\w-]*|hmac[\w-]*)[ \t]+`;

/** SECRET_IN_LOG in host/stackward-host.py has the same rules, so both programs hide the same texts. */
const steps: readonly ((text: string) => string)[] = [
  withoutCredentials,
  withoutPem,
  // A header's name and value may each stand in quotes, or both in one pair of quotes.
  without(
    new RegExp(
      String.raw`(\b(?:authorization|x-auth-token|x-subject-token|x-service-token)(?:${quote})?\s*[:=]\s*u?(?:${quote})?(?:${scheme}(?=\S)|(?!${scheme}\S)))(?!\*\*\*)[^\s'"\`,;]+`,
      'gi',
    ),
  ),
  // SQL statements. A quote in them may be escaped.
  without(
    new RegExp(
      String.raw`(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?|\bpassword\s*\(\s*)${quoted}[^\s,;)]*`,
      'gi',
    ),
  ),
  without(
    new RegExp(String.raw`(<[\w.:-]*${words}(?:\s[^<>]*)?>)(?!\*\*\*)(?:<!\[CDATA\[[^\]]*\]*>|[^<]+(?=<\/|$))`, 'gi'),
  ),
  // A value in quotes may contain anything but the quote.
  without(new RegExp(String.raw`(${name}(?:${quote})?\s*[:=]\s*u?)${quoted}`, 'gi')),
  // A value without quotes. After "=", any value is hidden. After ":", a value is hidden if it ends the line or the
  // list, or if it isn't a plain word of a sentence.
  without(new RegExp(String.raw`(${name}(?:${quote})?\s*=\s*)(?!\*\*\*)${bare}+`, 'gi')),
  without(
    new RegExp(
      String.raw`(${name}(?:${quote})?:\s*)(?!\*\*\*|bearer|basic)(?:${bare}+(?=\s*(?:$|[\n,;})\]]))|(?![a-z]+(?:[\s,;.]|$))${bare}+)`,
      'gi',
    ),
  ),
  withoutArguments,
  withoutGlued,
  // Fernet tokens of Keystone, then keys and PKI tokens.
  without(/()(?:gAAAA[\w=-]{20,}|\bMII[\w+/=]{40,})/g),
];

/** The time grows only linearly with the length of the text, even if an attacker wrote it. */
export const withoutSecrets = (text: string): string => steps.reduce((told, step) => step(told), text);

/** Names of fields whose whole value is hidden, whatever it looks like. */
const secretKey =
  /((pass(word|wd|code|phrase)|pwd|bindpw|adminpass|secret|token|(api|access|secret|private|encryption)[_-]?key|credential)s?|kek|^pass)$/i;

/** Texts of one value that are remembered. */
const mostKnown = 10_000;

/**
 * Hides the secrets in all texts of a value that a report read. A function in it is wrapped, so that its answers are
 * treated alike.
 *
 * @param byName false if a field such as `credential` has no secret; default: its whole value is hidden
 */
export function hideSecrets<Seen>(seen: Seen, { byName = true }: { readonly byName?: boolean } = {}): Seen {
  // Most texts of a large value stand in it many times.
  const known = new Map<string, string>();
  const hidden = (text: string): string => {
    const told = known.get(text) ?? withoutSecrets(text);
    if (known.size < mostKnown) known.set(text, told);
    return told;
  };
  const each = (inner: unknown): unknown => {
    if (typeof inner === 'string') return hidden(inner);
    if (typeof inner === 'function') return (...given: unknown[]) => each(Reflect.apply(inner, undefined, given));
    if (Array.isArray(inner)) return inner.map(each);
    if (inner instanceof Map) return new Map([...inner].map(([key, item]) => [key, ofKey(key, item)]));
    if (typeof inner !== 'object' || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, ofKey(key, item)]));
  };
  const ofKey = (key: unknown, item: unknown): unknown =>
    byName && typeof item === 'string' && item !== '' && secretKey.test(String(key)) ? '***' : each(item);
  return each(seen) as Seen;
}
