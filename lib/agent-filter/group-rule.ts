/** The rules of security groups and the rules of iptables that Neutron's agent makes of them. Pure. */
import { defined } from '../basics/defined';
import type { GroupRecord, GroupRule } from '../contract/trace-ports';
import { protocolOf } from '../net/protocols';
import { findPrefix } from '../packet-path/ip-sets';
import type { Condition, Rule } from '../packet-path/rule';

/** The common meaning of both forms. An absent part matches everything. */
export interface Meaning {
  /** A name only where its number isn't known. */
  readonly protocol?: number | string;
  /** `22`, `1000:2000`; an ICMP type, with its code behind `/`. */
  readonly detail?: string;
  readonly remote?: string;
}

export const isSame = (a: Meaning, b: Meaning): boolean =>
  a.protocol === b.protocol && a.detail === b.detail && a.remote === b.remote;

/** Equal for rules of one direction and family that mean the same. Long lists are compared by it, each rule once. */
export function meaningKeyOf(rule: GroupRule): string {
  const { protocol, detail, remote } = meaningOfRule(rule);
  return JSON.stringify([rule.direction, rule.family, protocol, detail, remote]);
}

/** `0.0.0.0/0` means every address, so it is left out. */
function remoteOf(text: string): string | undefined {
  const prefix = findPrefix(text);
  return prefix?.length === 0 ? undefined : prefix && `${prefix.first}/${prefix.length}`;
}

/**
 * A set of a group's members has the beginning of the group's id in its name: `NIPv4b7e67643-c745-4b13-b524-`, before
 * Liberty `IPv4b7e67643-…`. Source: neutron agent/linux/ipset_manager.py.
 */
export const setForm = /^N?IPv[46]([0-9a-f-]{8,})$/;

const only = (group: string): string => `group ${group.slice(0, 16)}`;

/** Undefined if no group's rule has this form. */
export function meaningOf(conditions: readonly Condition[], direction: GroupRule['direction']): Meaning | undefined {
  let meaning: Meaning = {};
  const far = direction === 'ingress' ? '-s' : '-d';
  for (const { option, values, isNegated, module } of conditions) {
    const [value = '', way] = values;
    if (isNegated) return undefined;
    if (option === '-m' || module === 'comment') continue;
    if (option === '-p') meaning = { ...meaning, protocol: protocolOf(value) ?? value };
    else if (option === far) meaning = { ...meaning, remote: remoteOf(value) ?? value };
    else if (['--dport', '--dports', '--icmp-type', '--icmpv6-type'].includes(option))
      meaning = { ...meaning, detail: value };
    else if (option === '--match-set' && way === (direction === 'ingress' ? 'src' : 'dst'))
      meaning = { ...meaning, remote: only(setForm.exec(value)?.[1] ?? '?') };
    else return undefined;
  }
  return meaning;
}

const icmp = [1, 58];
const numberOf = (name: string): number | string => protocolOf(name) ?? name;

export function meaningOfRule({ protocol, family, from, to, remotePrefix, ...far }: GroupRule): Meaning {
  const name = protocol === 'icmp' && family === 6 ? 'ipv6-icmp' : protocol;
  const number = name === undefined || ['any', '0'].includes(name) ? undefined : numberOf(name.toLowerCase());
  const isIcmp = typeof number === 'number' && icmp.includes(number);
  const range = to === undefined || to === from ? '' : `${isIcmp ? '/' : ':'}${to}`;
  const detail = from === undefined ? undefined : isIcmp && to !== undefined ? `${from}/${to}` : `${from}${range}`;
  const remoteGroup = far.remoteGroup ?? far.remoteAddressGroup;
  const remote = remoteGroup === undefined ? remotePrefix && remoteOf(remotePrefix) : only(remoteGroup);
  return defined({ protocol: number, detail, remote });
}

export interface FoundRule {
  readonly group: GroupRecord;
  readonly rule: GroupRule;
}

export function findGroupRule(
  { conditions }: Rule,
  direction: GroupRule['direction'],
  family: 4 | 6,
  groups: readonly GroupRecord[],
): FoundRule | undefined {
  const meaning = meaningOf(conditions, direction);
  if (meaning === undefined) return undefined;
  return groups
    .flatMap((group) => group.rules.map((rule) => ({ group, rule })))
    .find(({ rule }) => rule.direction === direction && rule.family === family && isSame(meaningOfRule(rule), meaning));
}
