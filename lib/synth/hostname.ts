/**
 * The hostname that Nova derives from a server's display name. A server named `jingoo_utm` is `jingoo-utm` to itself,
 * to DHCP and in `instances.hostname`. A look-up by the display name fails, and user data must set the derived name.
 *
 *     deriveHostname('jingoo_utm', 'icehouse')        // 'jingoo-utm'
 *     hostnameFindings('utm.seoul', 'train')          // ['… keeps the dot …']; [] when there is nothing to say
 *
 * Source: `sanitize_hostname` in nova/utils.py of each release, called by nova/compute/api.py when the server is made.
 * A later rename changes only the display name. From Xena on (API 2.90) the hostname can be set separately.
 */
import { isAtLeast, type Release } from '../openstack/releases';

const longestName = 63;

/**
 * The hostname, without a domain, of a server that is made by a separate request. (Several servers made by one request
 * get suffixes.) Empty if no character is left: up to Kilo the server then has no hostname, from Liberty on
 * `Server-<its uuid>`.
 */
export function deriveHostname(displayName: string, release: Release): string {
  // Mitaka cuts the name first (7e79d83641), so that no hyphen is left at its end. Liberty cut last. Earlier releases
  // cut nothing.
  const latin = dropAbove(0xff, displayName);
  const first = isAtLeast(release, 'mitaka') ? latin.slice(0, longestName) : latin;
  // Wallaby (9046f0fff4) turns dots into hyphens, because a hostname is no FQDN.
  const hyphened = first.replace(isAtLeast(release, 'wallaby') ? /[ _.]/g : /[ _]/g, '-');
  // Python 2 (dropped by Ussuri) matches `\w` on bytes, ASCII only; Python 3 on text, so that é stays.
  const kept = isAtLeast(release, 'ussuri')
    ? hyphened.replace(/[^\p{L}\p{N}_.-]/gu, '').toLowerCase()
    : hyphened.replace(/[^\w.-]/g, '').toLowerCase();
  const stripped = kept.replace(/^[.-]+|[.-]+$/g, '');
  return release === 'liberty' ? stripped.slice(0, longestName) : stripped;
}

/** Mistakes in the hostname of this display name, each as a sentence. A hostname that merely differs is no mistake. */
export function hostnameFindings(displayName: string, release: Release): readonly string[] {
  const hostname = deriveHostname(displayName, release);
  const name = `the display name ${JSON.stringify(displayName)}`;
  if (hostname === '') {
    const result = isAtLeast(release, 'liberty') ? 'falls back to Server-<uuid>' : 'leaves the hostname empty';
    return [`${name} has no character that a hostname can keep, so Nova ${result}; use letters a-z and digits`];
  }
  const findings: string[] = [];
  const say = (found: string, remedy: string) =>
    findings.push(`${name} becomes hostname "${hostname}": ${found}; ${remedy}`);
  if (/[^a-z0-9.-]/.test(hostname)) say('it holds characters that DNS refuses', 'use letters a-z, digits and hyphens');
  if (hostname.includes('.'))
    say('Nova of this release keeps the dot, and the guest takes only the first label', 'use a hyphen instead');
  if (hostname.length > longestName) say(`it is longer than ${String(longestName)} characters`, 'use a shorter name');
  if (hostname.endsWith('-') || hostname.endsWith('.')) say('it was cut behind a hyphen or dot', 'use a shorter name');
  return findings;
}

/** The characters that Python's `encode('latin-1', 'ignore')` keeps. */
function dropAbove(highest: number, text: string): string {
  return [...text].filter((character) => (character.codePointAt(0) ?? 0) <= highest).join('');
}
