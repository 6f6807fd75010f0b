import fc from 'fast-check';
import { deriveHostname, hostnameFindings } from '../../lib/synth/hostname';
import { releases, type Release } from '../../lib/openstack/releases';
import { anyText } from '../support/any-text';

const long = (tail: string) => 'a'.repeat(62) + tail;

// Cases up to the line are those of Nova's own tests (nova/tests/unit/test_utils.py, SanitizeHostnameTestCase).
test.each<[string, Release, string]>([
  ['7\u30fc\u7684-oaz', 'zed', '7-oaz'],
  ['---...', 'zed', ''],
  [' a b c ', 'zed', 'a-b-c'],
  ['a'.repeat(64), 'zed', 'a'.repeat(63)],
  [long('-a'), 'zed', 'a'.repeat(62)],
  // ---
  ['jingoo_utm', 'icehouse', 'jingoo-utm'],
  ['jingoo_utm', '2026.1', 'jingoo-utm'],
  ['Seoul UTM_01', 'juno', 'seoul-utm-01'],
  ['a'.repeat(80), 'kilo', 'a'.repeat(80)],
  ['a'.repeat(80), 'liberty', 'a'.repeat(63)],
  [long('-b'), 'kilo', long('-b')],
  [long('-b'), 'liberty', long('-')],
  [long('-b'), 'mitaka', 'a'.repeat(62)],
  ['!'.repeat(10) + 'b'.repeat(60), 'liberty', 'b'.repeat(60)],
  ['!'.repeat(10) + 'b'.repeat(60), 'mitaka', 'b'.repeat(53)],
  ['utm.example.com', 'victoria', 'utm.example.com'],
  ['utm.example.com', 'wallaby', 'utm-example-com'],
  ['caf\u00e9', 'icehouse', 'caf'],
  ['caf\u00e9', 'train', 'caf'],
  ['CAF\u00c9', 'ussuri', 'caf\u00e9'],
  ['\uc11c\uc6b8 utm', 'zed', 'utm'],
  ['\u{1f600}utm\u20ac', 'icehouse', 'utm'],
])('%j in %s becomes %j (cases 1125, 1223)', (displayName, release, hostname) => {
  expect(deriveHostname(displayName, release)).toBe(hostname);
});

test('a derived name is derived from itself again, in every release', () => {
  fc.assert(
    fc.property(anyText(90), fc.constantFrom(...releases), (name, release) => {
      const once = deriveHostname(name, release);
      // Liberty's cut may leave a hyphen at the end, which a second pass strips.
      const settled = release === 'liberty' ? once.replace(/[.-]+$/, '') : once;
      expect(deriveHostname(once, release)).toBe(settled);
    }),
  );
});

test.each<[string, Release, RegExp]>([
  ['\uc11c\uc6b8', 'kilo', /leaves the hostname empty; use letters/],
  ['\uc11c\uc6b8', 'liberty', /falls back to Server-<uuid>/],
  ['utm.seoul', 'train', /"utm.seoul": Nova of this release keeps the dot/],
  ['caf\u00e9', 'zed', /characters that DNS refuses/],
  ['a'.repeat(64), 'icehouse', /longer than 63/],
  [long('-b'), 'liberty', /cut behind a hyphen/],
])('%j in %s is worth a word', (displayName, release, expected) => {
  expect(hostnameFindings(displayName, release)).toEqual([expect.stringMatching(expected)]);
});

test('a name that merely changes is no finding', () => {
  expect(hostnameFindings('jingoo_utm', 'icehouse')).toEqual([]);
  expect(hostnameFindings('utm.seoul', 'zed')).toEqual([]);
});
