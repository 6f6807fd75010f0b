/** Finds what a rule of a security group lets in from anywhere, by itself or together with its group's other rules. Pure. */
import { listAt, textAt, type Thing, type Things } from '../terraform/things';
import { areAnywhere } from './prefixes';
import { portsOf } from './port-range';

export type Opening = 'opens-any' | 'opens-port';

/** Undefined for a rule that lets nothing in from anywhere. */
export function openingOf(rule: Thing, things: Things): Opening | undefined {
  if (!isIngress(rule)) return undefined;
  const prefixes = prefixesOf(rule, things);
  if (prefixes === undefined || !(areAnywhere(prefixes) || isOpenTogether(rule, things))) return undefined;
  return hasManyPorts(rule) ? 'opens-any' : 'opens-port';
}

const isIngress = ({ values }: Thing): boolean => textAt(values, 'direction') !== 'egress';
const familyOf = ({ values }: Thing): string => textAt(values, 'ethertype') ?? 'IPv4';

/** The prefixes that the rule lets in. Undefined for the members of a group. */
function prefixesOf(rule: Thing, things: Things): readonly string[] | undefined {
  const prefix = textAt(rule.values, 'remote_ip_prefix');
  if (prefix !== undefined) return [prefix];
  const list = things.referred(rule, 'remote_address_group_id');
  if (list !== undefined) return addressesIn(list.after ?? list.values);
  const isOfGroup = ['remote_group_id', 'remote_address_group_id'].some(
    (group) => textAt(rule.values, group) !== undefined || things.referred(rule, group) !== undefined,
  );
  return isOfGroup ? undefined : ['any'];
}

export const addressesIn = (group: unknown): string[] =>
  listAt(group, 'addresses').flatMap((address) => (typeof address === 'string' ? address : []));

/** Of every protocol, or undefined where the rule names none. */
function protocolOf({ values }: Thing): string | undefined {
  const protocol = textAt(values, 'protocol');
  return protocol === undefined || ['any', '0', '-1'].includes(protocol) ? undefined : protocol;
}

const withPorts: ReadonlySet<string> = new Set([
  ...['tcp', 'udp', 'sctp', 'dccp', 'udplite'],
  ...['6', '17', '132', '33', '136'],
]);
/** More ports than this are no longer the ports of one program. */
const mostPortsOfProgram = 4096;

/** The rule's ports. A protocol without ports counts as all ports, because the rule's numbers are then a type and a code. */
const openPorts = (rule: Thing): readonly [number, number] =>
  (withPorts.has(protocolOf(rule) ?? '') ? portsOf(rule) : undefined) ?? [0, 65_535];

function hasManyPorts(rule: Thing): boolean {
  const protocol = protocolOf(rule);
  if (protocol !== undefined && !withPorts.has(protocol)) return false;
  const [least, most] = openPorts(rule);
  return most - least >= mostPortsOfProgram;
}

/** True if several rules together let a packet in from anywhere, although each of them is narrow. */
function isOpenTogether(rule: Thing, things: Things): boolean {
  const group = things.referred(rule, 'security_group_id');
  if (group === undefined) return false;
  const narrow = narrowRules(group, things);
  if (!narrow.mayCover) return false;
  const mine = [
    { rule, prefixes: prefixesOf(rule, things) ?? [] },
    ...narrow.rules.filter(
      (sibling) => sibling.rule.address !== rule.address && familyOf(sibling.rule) === familyOf(rule),
    ),
  ];
  const holds = (each: Thing, protocol: string | undefined, port: number): boolean => {
    const [least, most] = openPorts(each);
    return [undefined, protocol].includes(protocolOf(each)) && least <= port && port <= most;
  };
  // The ports that several rules share begin with the least port of one of them. So only least ports are tried.
  return mine.some((sibling) => {
    const protocol = protocolOf(rule) ?? protocolOf(sibling.rule);
    const port = Math.max(openPorts(rule)[0], openPorts(sibling.rule)[0]);
    if (!holds(rule, protocol, port) || !holds(sibling.rule, protocol, port)) return false;
    return areAnywhere(mine.filter((each) => holds(each.rule, protocol, port)).flatMap(({ prefixes }) => prefixes));
  });
}

interface Narrow {
  readonly rules: readonly { readonly rule: Thing; readonly prefixes: readonly string[] }[];
  /** False: not even all of them together are anywhere, which spares the question for each packet. */
  readonly mayCover: boolean;
}
const known = new WeakMap<Thing, Narrow>();

/** The rules that the group has after the change, apart from those that are open by themselves. */
function narrowRules(group: Thing, things: Things): Narrow {
  const found = known.get(group);
  if (found !== undefined) return found;
  const rules = things.rulesOf(group).flatMap((each) => {
    const rule = each.after === undefined ? undefined : { ...each, values: each.after };
    const prefixes = rule && isIngress(rule) ? prefixesOf(rule, things) : undefined;
    return rule === undefined || prefixes === undefined || areAnywhere(prefixes) ? [] : [{ rule, prefixes }];
  });
  const narrow = { rules, mayCover: areAnywhere(rules.flatMap(({ prefixes }) => prefixes)) };
  known.set(group, narrow);
  return narrow;
}
