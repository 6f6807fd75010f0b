/** The risks of rules of security groups by Terraform: what a rule lets pass, and what no longer passes. Pure. */
import { labelOf, projectOf, sayRule, subjectOf } from '../terraform/subject';
import { textAt, type Thing, type Things } from '../terraform/things';
import { openingOf } from './openings';
import { isAnywhere, isWithin } from './prefixes';
import { isGone, isMade, type PlannedChange } from '../terraform/planned-change';
import type { Classify, Said } from './terraform-change';
import { isUnknown, nobodyKnows } from './unknown';
import { portsOf } from './port-range';
import { rulePackets } from './rule-packets';

/** Terraform replaces a rule to change it, so the rule of before and the rule of after are compared. */
export function turnOf(change: PlannedChange): {
  readonly closes: Thing | undefined;
  readonly opens: Thing | undefined;
} {
  const { thing, things, planned } = change;
  const [was, is] = [planned.before, planned.after].map((values) => values && { ...thing, values });
  return {
    closes: isGone(change) && was && !(is && covers(is, was, things)) ? was : undefined,
    opens: (isMade(change) || planned.action === 'update') && is && !(was && covers(was, is, things)) ? is : undefined,
  };
}

export const classifyRule: Classify = (change) => {
  const { things } = change;
  const { closes: was, opens: is } = turnOf(change);
  const said: Said[] = [];
  if (was) {
    const { words, ports, who } = placeOf(was, things);
    const message = `${words} no longer lets in or out: ${sayRule(was, things)}; ${who}`;
    said.push(['drops-traffic', message, rulePackets(was, ports, 'before', change)]);
  }
  const name = is && openingOf(is, things);
  if (is && name !== undefined) {
    const { words, ports, who } = placeOf(is, things);
    const what = `${words} lets in ${sayRule(is, things)}`;
    const isTogether = !isAnywhere(textAt(is.values, 'remote_ip_prefix') ?? 'any');
    const message = deciding.some((field) => isUnknown(change, field))
      ? `${nobodyKnows(what)}; ${who}`
      : `${what}${isTogether ? ', and together with other rules of the group' : ', so'} everybody who can reach the port may send that; ${who}`;
    said.push([name, message, rulePackets(is, ports, 'after', change)]);
  }
  return said;
};

/** The ports of the code that have the rule's group. */
export function portsOfRule(rule: Thing, things: Things): readonly Thing[] {
  const group = things.referred(rule, 'security_group_id');
  return group ? things.portsWithGroup(group) : [];
}

function placeOf(rule: Thing, things: Things): { words: string; ports: readonly Thing[]; who: string } {
  const group = things.referred(rule, 'security_group_id');
  const ports = portsOfRule(rule, things);
  const who = ports.length === 0 ? 'no port of this code has the group' : `at ${listOf(ports, things)}`;
  const words = `security group ${group ? labelOf(group) : '?'} of project ${projectOf(rule, things)}`;
  return { words, ports, who };
}

const remoteGroups = ['remote_group_id', 'remote_address_group_id'];
/** The fields of a rule that decide its class. */
const deciding = ['direction', 'protocol', 'port_range_min', 'port_range_max', 'remote_ip_prefix', ...remoteGroups];

/** Every packet that `narrow` lets pass passes `wide` as well. False where the code gives a value that is not known yet. */
function covers(wide: Thing, narrow: Thing, things: Things): boolean {
  const [mine, its] = [fieldsOf(wide), fieldsOf(narrow)];
  const isSame = (field: string): boolean => mine(field) === its(field);
  const mayCome = (field: string): boolean => mine(field) === undefined && things.mayBeInCode(wide, field);
  if (['protocol', 'remote_ip_prefix', ...remoteGroups].some(mayCome)) return false;
  if (!['direction', 'ethertype', 'security_group_id', ...remoteGroups].every(isSame)) return false;
  const [prefix, inner] = [mine('remote_ip_prefix'), its('remote_ip_prefix')];
  if (prefix !== undefined && !(inner !== undefined && isWithin(inner, prefix))) return false;
  return (mine('protocol') === undefined || isSame('protocol')) && coversPorts(wide, narrow);
}

const fieldsOf =
  ({ values }: Thing) =>
  (field: string): string | undefined =>
    textAt(values, field);

function coversPorts(wide: Thing, narrow: Thing): boolean {
  const [outer, inner] = [portsOf(wide), portsOf(narrow)];
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  // Of ICMP, the two numbers are type and code.
  if (/icmp|^1$|^58$/.test(textAt(wide.values, 'protocol') ?? ''))
    return outer[0] === inner[0] && outer[1] === inner[1];
  return outer[0] <= inner[0] && inner[1] <= outer[1];
}

const listOf = (things: readonly Thing[], all: Things): string => {
  const names = things.slice(0, 5).map((thing) => subjectOf(thing, all));
  return `${names.join('; ')}${things.length > 5 ? `; and ${things.length - 5} more ports` : ''}`;
};
