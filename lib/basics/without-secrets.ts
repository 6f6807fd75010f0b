/** Texts from outside without what is secret in them: passwords in addresses, and values that follow a name such as `password`. */
import { withoutCredentials } from './shown-url';

const name = String.raw`(?<![\w-])[\w-]*(?:pass(?:word|wd|code|phrase)|(?<![a-z])pass|secret|token|[_-]key|apikey|psk|jwt|credential)s?`;
/** A backslash stands before a quote in JSON that is a text of JSON. */
const quote = String.raw`\\*['"]`;

/** A character of a value without quotes. */
const bare = String.raw`[^\s'"\`,;})\]]`;

/** As in host/stackward-host.py (SECRET_IN_LOG), so that the same text is hidden wherever it comes from. */
const secrets: readonly RegExp[] = [
  // In quotes, a value may hold anything but the quote.
  new RegExp(String.raw`(${name}(?:${quote})?\s*[:=]\s*u?)(?:'[^']*'?|"[^"]*"?|\\+"[^"]*"?)`, 'gi'),
  // Without quotes: behind "=" any value; behind ":" one that ends the line or the list, or is no word of prose.
  new RegExp(String.raw`(${name}(?:${quote})?\s*=\s*)(?!\*\*\*)${bare}+`, 'gi'),
  new RegExp(
    String.raw`(${name}(?:${quote})?:\s*)(?!\*\*\*|bearer|basic)(?:${bare}+(?=\s*(?:$|[\n,;})\]]))|(?![a-z]+(?:[\s,;.]|$))${bare}+)`,
    'gi',
  ),
  /(--[\w-]*(?:pass\w*|secret|token|[_-]key)[ =])(?!\*\*\*)[^\s`]+/gi,
  /(\b(?:authorization|x-auth-token|x-subject-token):\s*(?:bearer |basic )?)(?!\*\*\*|bearer|basic)[^\s'"`,;]+/gi,
  // Fernet tokens of Keystone, and keys and PKI tokens.
  /()(?:gAAAA[\w=-]{20,}|\bMII[\w+/=]{40,})/g,
];

export const withoutSecrets = (text: string): string =>
  secrets.reduce((told, pattern) => told.replace(pattern, '$1***'), withoutCredentials(text));

/** Of what somebody else named so, the value is secret whatever it looks like. */
const secretKey = /(password|passwd|passphrase|secret|token)s?$/i;

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
