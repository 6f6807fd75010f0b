/**
 * A construct's path as the comment of a rule: `stackward:acme/Utm/Transit/Green`. Nobody writes such a comment by
 * chance.
 *
 * Neutron's agent takes every line that contains its wrap name (`neutron-openvswi`, `quantum-linuxbri`, …) for its own
 * rule and deletes it at its next apply, so a comment must not contain one. A comment has at most 255 bytes
 * (xt_comment.h). The kernel's tools print quotes and backslashes with a backslash. So every character that isn't plain
 * is percent-encoded, and the path can be read back.
 * Source: neutron@icehouse-eol agent/linux/iptables_manager.py `_modify_rules`, the same in substance at HEAD.
 */
import { sha256 } from '../basics/sha256';

const prefix = 'stackward:';
const longest = 255;

/** Two paths have one comment only if they are the same path. */
export function commentOf(path: string): string {
  const encoded = encodeURIComponent(path.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replace(/%(2F|3A|40|2B|3D|2C)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/(neutron|quantum)-/gi, '$1%2D');
  const plain = prefix + encoded;
  if (plain.length <= longest) return plain;
  const digest = sha256(path).slice(0, 16);
  return `${wholeCharacters(plain.slice(0, longest - 17))}~${digest}`;
}

/** Removes the rest of an escape that was cut at the end. */
function wholeCharacters(encoded: string): string {
  const cut = encoded.replace(/%.?$/, '');
  return decode(cut) === undefined ? wholeCharacters(cut.slice(0, -3)) : cut;
}

function decode(comment: string): string | undefined {
  try {
    return decodeURIComponent(comment);
  } catch {
    return undefined;
  }
}

/** The path, cut if it is long. Undefined if `commentOf` doesn't write such a comment. */
export function findPath(comment: string): string | undefined {
  const encoded = comment.startsWith(prefix) ? comment.slice(prefix.length) : '';
  if (!/^[\w./:@+=,~%-]+$/.test(encoded) || !encoded.includes('/')) return undefined;
  const path = decode(encoded);
  if (path === undefined) return undefined;
  const isCut = comment.length > longest - 17 && /~[0-9a-f]{16}$/.test(comment);
  return isCut || commentOf(path) === comment ? path : undefined;
}
