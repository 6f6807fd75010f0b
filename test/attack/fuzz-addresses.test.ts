/** Addresses with passwords and tokens in texts of any kind: no part of a secret is shown, and an address without one is whole. */
import fc from 'fast-check';
import { shownUrl, withoutCredentials } from '../../lib/basics/shown-url';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';

/** No other text here has these letters, in either case. */
const mark = 'Zq7';
const signs = [...':/?#[]@!$&\'()*+,;=%"<>\\^`{|}~-._', '%2F', '%40', 'ü', '\u00a0'].filter((sign) => !/\s/.test(sign));
const noise = fc.array(fc.constantFrom(...signs, 'a', '1'), { maxLength: 4 }).map((all) => all.join(''));
/** Marks all over it, so that each part of a secret holds one. */
const secret = fc.array(noise, { minLength: 1, maxLength: 4 }).map((all) => `${mark}${all.join(mark)}${mark}`);
const scheme = fc.constantFrom('http://', 'https://', 'mysql+pymysql://', 'rabbit://', 'AMQP://', '//');
const host = fc.constantFrom('ctl1', 'ctl1.example.net:5000', '192.0.2.1', '[2001:db8::1]:8774');
const path = fc.constantFrom('', '/', '/v3', '/v2.1/p1', '/a/b;c');
const user = fc.constantFrom('nova', '', 'a.b', 'x%20y');

const withUser = fc.tuple(scheme, user, secret, host, path).map(([a, who, hidden, b, c]) => `${a}${who}:${hidden}@${b}${c}`); // prettier-ignore
const withQuery = fc.tuple(scheme, host, path, fc.constantFrom('?', '#', '?token=', '?a=b&c='), secret).map((parts) => parts.join('')); // prettier-ignore
const harmless = fc.tuple(scheme, host, path).map((parts) => parts.join(''));
const around = fc.constantFrom('', ' ', '(', '"', "'", '<', 'url=', '[', '{"url": "', 'Failed to reach ');
const behind = fc.constantFrom('', ' ', ')', '"', "'", '>', ', and more', '. ', '"}', ']: refused');

test('a secret in an address is shown by no part, alone and in a text, and not even where it is shown twice', () => {
  fc.assert(
    fc.property(fc.oneof(withUser, withQuery), around, behind, (address, before, after) => {
      const alone = shownUrl(address);
      if (alone.includes(mark)) throw new Error(`${address} is shown as ${alone}`);
      if (shownUrl(alone) !== alone) throw new Error(`${alone} is shown as ${shownUrl(alone)}`);
      if (address.startsWith('//')) return;
      const text = withoutCredentials(`${before}${address}${after}`);
      if (text.includes(mark)) throw new Error(`${before}${address}${after} is shown as ${text}`);
    }),
    fuzzing,
  );
}, fuzzTimeoutMs); // prettier-ignore

test('an address without a secret is shown whole', () => {
  fc.assert(
    fc.property(harmless, around, behind, (address, before, after) => {
      const text = `${before}${address}${after}`;
      if (shownUrl(address) !== address) throw new Error(`${address} is shown as ${shownUrl(address)}`);
      if (withoutCredentials(text) !== text) throw new Error(`${text} is shown as ${withoutCredentials(text)}`);
    }),
    fuzzing,
  );
}, fuzzTimeoutMs); // prettier-ignore
