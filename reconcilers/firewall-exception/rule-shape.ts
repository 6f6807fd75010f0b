/**
 * Which rules of our chain are ours: those of exactly the shapes that rules.ts writes, with a construct's path as their
 * comment. All else is somebody's, whatever its comment says: an operator's DROP, a pass for another port. Pure.
 */
import type { OwnTable } from '../../lib/iptables/own-chain';
import { findComment, findPath } from '../../lib/iptables/rule-comment';

/** One spelling for what the iptables of all ages print: spaces, MAC addresses and quotes differ. */
export const canonicalRule = (rule: string): string =>
  rule
    .replace(/ +/g, ' ')
    .replace(/--mac-source \S+/, (mac) => mac.toLowerCase())
    .replace(/--comment "([^" ]*)"/, '--comment $1');

const ends = '(-s \\S+ )?(-d \\S+ )?';
const leaving = '-m physdev --physdev-in tap\\S+ --physdev-out (?!tap)\\S+ --physdev-is-bridged';
const entering = '-m physdev --physdev-in (?!tap)\\S+ --physdev-out tap\\S+ --physdev-is-bridged';
const comment = '-m comment --comment \\S+';
const bit = '(?<bit>0x[0-9a-f]+)/\\k<bit>';

const shapes: Readonly<Record<OwnTable, readonly RegExp[]>> = {
  mangle: [
    `-s \\S+ ${leaving} ${comment} -j RETURN`,
    `${ends}${leaving} -m mac --mac-source \\S+ ${comment} -j MARK --set-xmark ${bit}`,
  ].map(whole),
  filter: [
    `-s \\S+ ${leaving} ${comment} -j RETURN`,
    `${ends}${leaving} ${comment} -j ACCEPT`,
    `${leaving} -m mark --mark ${bit} ${comment} -j ACCEPT`,
    `-d \\S+ ${entering} ${comment} -j RETURN`,
    `${ends}${entering} ${comment} -j ACCEPT`,
  ].map(whole),
};

function whole(shape: string): RegExp {
  return new RegExp(`^${shape}$`);
}

/** The comment by which a rule of ours is found; undefined of a rule that isn't ours. */
export function findOwnComment(table: OwnTable, rule: string): string | undefined {
  const found = findComment(rule);
  if (found === undefined || findPath(found) === undefined) return undefined;
  const canonical = canonicalRule(rule);
  return shapes[table].some((shape) => shape.test(canonical)) ? found : undefined;
}
