/** Texts from outside without what is secret in them: passwords in addresses, and values that follow a name such as `password`. */
import { withoutCredentials } from './shown-url';

const words = String.raw`(?:pass(?:word|wd|code|phrase)|adminpass|(?<![a-z])(?:pass|kek)|secret|token|[_-]key|(?:api|access|secret|private|encryption)key|psk|jwt|credential)s?`;
const name = String.raw`(?<![\w-])[\w-]*${words}`;
/** A backslash stands before a quote in JSON that is a text of JSON. */
const quote = String.raw`\\*['"]`;
const quoted = String.raw`(?:'[^']*'?|"[^"]*"?|\\+"[^"]*"?)`;

/** A character of a value without quotes. */
const bare = String.raw`[^\s'"\`,;})\]]`;

/** A word before the value that it names, such as `--os-password `. It begins nowhere else, so that each character is read once. */
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

/** What stands between the lines BEGIN and END; without the latter, all that is left: the text was cut in the middle of a key. */
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

/** MySQL's clients and sshpass take a password that is glued to the option. */
const withoutGlued = (text: string): string =>
  /mysql|mariadb|sshpass/i.test(text)
    ? text.replace(/(?<![\w-])(-p)(?!\*\*\*)(?:'[^']*'?|"[^"]*"?|[^\s'"`]+)/g, '$1***')
    : text;

const without =
  (pattern: RegExp) =>
  (text: string): string =>
    text.replace(pattern, '$1***');

/** Schemes of HTTP. A word that is none may be the secret itself. */
const scheme = String.raw`(?:basic|bearer|digest|negotiate|ntlm|oauth|token|apikey|aws[\w-]*|hmac[\w-]*)[ \t]+`;

/** As in host/stackward-host.py (SECRET_IN_LOG), so that the same text is hidden wherever it comes from. */
const steps: readonly ((text: string) => string)[] = [
  withoutCredentials,
  withoutPem,
  // A header's name and value may stand in quotes each, or together in one pair.
  without(
    new RegExp(
      String.raw`(\b(?:authorization|x-auth-token|x-subject-token|x-service-token)(?:${quote})?\s*[:=]\s*u?(?:${quote})?(?:${scheme}(?=\S)|(?!${scheme}\S)))(?!\*\*\*)[^\s'"\`,;]+`,
      'gi',
    ),
  ),
  // Statements of SQL, of which a quote may be escaped.
  without(
    new RegExp(
      String.raw`(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?|\bpassword\s*\(\s*)${quoted}[^\s,;)]*`,
      'gi',
    ),
  ),
  without(
    new RegExp(String.raw`(<[\w.:-]*${words}(?:\s[^<>]*)?>)(?!\*\*\*)(?:<!\[CDATA\[[^\]]*\]*>|[^<]+(?=<\/|$))`, 'gi'),
  ),
  // In quotes, a value may hold anything but the quote.
  without(new RegExp(String.raw`(${name}(?:${quote})?\s*[:=]\s*u?)${quoted}`, 'gi')),
  // Without quotes: behind "=" any value; behind ":" one that ends the line or the list, or is no word of prose.
  without(new RegExp(String.raw`(${name}(?:${quote})?\s*=\s*)(?!\*\*\*)${bare}+`, 'gi')),
  without(
    new RegExp(
      String.raw`(${name}(?:${quote})?:\s*)(?!\*\*\*|bearer|basic)(?:${bare}+(?=\s*(?:$|[\n,;})\]]))|(?![a-z]+(?:[\s,;.]|$))${bare}+)`,
      'gi',
    ),
  ),
  withoutArguments,
  withoutGlued,
  // Fernet tokens of Keystone, and keys and PKI tokens.
  without(/()(?:gAAAA[\w=-]{20,}|\bMII[\w+/=]{40,})/g),
];

/** The time goes with the length of the text, whoever wrote it. */
export const withoutSecrets = (text: string): string => steps.reduce((told, step) => step(told), text);

/** Of what somebody else named so, the value is secret whatever it looks like. */
const secretKey =
  /((pass(word|wd|code|phrase)|adminpass|secret|token|(api|access|secret|private|encryption)[_-]?key|credential)s?|kek|^pass)$/i;

/** What a report found, with each of its texts as `withoutSecrets` has it; a function of it answers so as well. */
export function hideSecrets<Seen>(seen: Seen): Seen {
  const each = (inner: unknown): unknown => {
    if (typeof inner === 'string') return withoutSecrets(inner);
    if (typeof inner === 'function') return (...given: unknown[]) => each(Reflect.apply(inner, undefined, given));
    if (Array.isArray(inner)) return inner.map(each);
    if (inner instanceof Map) return new Map([...inner].map(([key, item]) => [key, ofKey(key, item)]));
    if (typeof inner !== 'object' || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, ofKey(key, item)]));
  };
  const ofKey = (key: unknown, item: unknown): unknown =>
    typeof item === 'string' && item !== '' && secretKey.test(String(key)) ? '***' : each(item);
  return each(seen) as Seen;
}
