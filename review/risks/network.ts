/** The risks of changes to ports, groups, routers, floating IPs and subnets by Terraform. Pure. */
import { compact, formatRange, parseRange, sizeOf, subtract, type IpRange } from '../../lib/net/ip-ranges';
import { isObject } from '../terraform/attributes';
import type { Witness } from '../model';
import { addressesOf, labelOf, sayRule, subjectOf } from '../terraform/subject';
import { listAt, textAt, type Thing, type Things } from '../terraform/things';
import { isAnywhere } from './prefixes';
import { addressIn, assumed, familyOf } from './witness';
import { isGone, isMade, type Classify, type Said, type TerraformChange } from './terraform-change';

export const classifyRule: Classify = (change) => {
  const { thing, things, planned } = change;
  const values = planned.after ?? planned.before;
  const rule: Thing = { ...thing, values: values ?? {} };
  const group = things.referred(thing, 'security_group_id');
  const ports = group ? things.portsWithGroup(group) : [];
  const who = ports.length === 0 ? 'no port of this code has the group' : `at ${listOf(ports, things)}`;
  const words = `security group ${group ? labelOf(group) : '?'} of project ${things.projectOf(thing)}`;
  const said: Said[] = [];
  if (planned.action === 'delete')
    said.push([
      'drops-traffic',
      `${words} no longer lets in or out: ${sayRule(rule, things)}; ${who}`,
      witnessesOf(rule, ports, 'before'),
    ]);
  if (!isMade(change) || textAt(values, 'direction') === 'egress' || !isOpen(rule, things)) return said;
  const isWide =
    textAt(values, 'protocol') === undefined || (values?.port_range_min === 1 && values.port_range_max === 65_535);
  const name = isWide ? 'opens-any' : 'opens-port';
  said.push([
    name,
    `${words} lets in ${sayRule(rule, things)}, so everybody who can reach the port may send that; ${who}`,
    witnessesOf(rule, ports, 'after'),
  ]);
  return said;
};

/** One packet for each of the first ports that have the group. */
function witnessesOf(rule: Thing, ports: readonly Thing[], passes: 'before' | 'after'): Witness[] {
  const { values } = rule;
  const family = textAt(values, 'ethertype') === 'IPv6' ? 'IPv6' : 'IPv4';
  const remote = addressIn(textAt(values, 'remote_ip_prefix') ?? 'any', family);
  const least = values.port_range_min;
  const seen = {
    protocol: textAt(values, 'protocol'),
    port: typeof least === 'number' && least > 0 ? least : undefined,
  };
  return ports.slice(0, mostWitnesses).flatMap((port) => {
    const own = addressesOf(port).find((address) => familyOf(address) === family);
    if (own === undefined || remote === undefined) return [];
    const isOut = textAt(values, 'direction') === 'egress';
    const ends = isOut ? { from: own, to: remote } : { from: remote, to: own };
    return [assumed({ ...seen, ...ends, where: `${isOut ? 'out of' : 'into'} port ${labelOf(port)}` }, passes, unseen)];
  });
}

const mostWitnesses = 3;
const unseen = "other rules of the port's groups may let the packet pass by themselves";

function isOpen(rule: Thing, things: Things): boolean {
  const prefix = textAt(rule.values, 'remote_ip_prefix');
  if (prefix !== undefined) return isAnywhere(prefix);
  const groups = ['remote_group_id', 'remote_address_group_id'];
  return !groups.some(
    (group) => textAt(rule.values, group) !== undefined || things.referred(rule, group) !== undefined,
  );
}

const listOf = (things: readonly Thing[], all: Things): string => {
  const names = things.slice(0, 5).map((thing) => subjectOf(thing, all));
  return `${names.join('; ')}${things.length > 5 ? `; and ${things.length - 5} more ports` : ''}`;
};

export const classifyPort: Classify = (change) => {
  const { planned, shown } = change;
  const { before, after, action } = planned;
  const said: Said[] = [];
  const wasOff = before?.port_security_enabled === false;
  if (after?.port_security_enabled === false && (isMade(change) || !wasOff))
    said.push([
      'security-off',
      `port security of ${shown.subject} is off: no security group and no anti-spoofing filters there`,
    ]);
  if (wasOff && after?.port_security_enabled === true)
    said.push([
      'drops-traffic',
      `port security of ${shown.subject} is on again: packets that its groups don't name, and foreign source addresses, are dropped`,
    ]);
  const had = new Set(pairsOf(before));
  const come = pairsOf(after).filter((pair) => !had.has(pair));
  const wide = come.filter(isAnywhere);
  if (wide.length > 0)
    said.push([
      'opens-any',
      `${shown.subject} may send from any source address (${wide.join(', ')}), and groups that name its group as remote let everybody in`,
    ]);
  const narrow = come.filter((pair) => !isAnywhere(pair));
  if (narrow.length > 0)
    said.push(['opens-prefix', `${shown.subject} may also send from, and gets packets for, ${narrow.join(', ')}`]);
  if (action === 'update') {
    const [was, is] = [addressesIn(before), addressesIn(after)];
    const lost = was.filter((address) => !is.includes(address));
    if (lost.length > 0)
      said.push([
        'changes-address',
        `${shown.subject} loses ${lost.join(', ')}${is.length > 0 ? ` and has ${is.join(', ')}` : ''}`,
      ]);
  }
  return said;
};

const pairsOf = (values: unknown): string[] =>
  listAt(values, 'allowed_address_pairs').flatMap((pair) => textAt(pair, 'ip_address') ?? []);
const addressesIn = (values: unknown): string[] =>
  listAt(values, 'fixed_ip').flatMap((fixed) => textAt(fixed, 'ip_address') ?? []);

export const classifyFloatingIp: Classify = ({ planned, shown, thing, things }) => {
  const port = things.referred(thing, 'port_id');
  const target = port ? `, which leads to ${subjectOf(port, things)},` : '';
  if (planned.action === 'delete' || planned.action === 'replace')
    return [['drops-traffic', `the floating IP ${textAt(planned.before, 'address') ?? '?'}${target} goes`]];
  const [was, is] = [textAt(planned.before, 'port_id'), textAt(planned.after, 'port_id')];
  return planned.action === 'update' && was !== undefined && was !== is
    ? [['drops-traffic', `${shown.subject} leads elsewhere`]]
    : [];
};

export const classifyRouter: Classify = ({ planned, shown, things }) => {
  const [was, is] = ['before', 'after'].map((side) =>
    textAt(planned[side as 'before' | 'after'], 'external_network_id'),
  );
  if (planned.action !== 'update' || was === undefined || was === is) return [];
  const network = things.withId(is);
  const now = network ? `network ${labelOf(network)}` : (is ?? 'none');
  return [
    [
      'drops-traffic',
      `the gateway of ${shown.subject} changes to ${now}: all traffic to the outside stops, and addresses change`,
    ],
  ];
};

/** What stops when the thing goes. */
export const stops =
  (what: string): Classify =>
  (change) =>
    isGone(change) ? [['drops-traffic', `${change.shown.subject} goes: ${what}`]] : [];

/** By the addresses, not by the ends of the ranges: a pool that only grows loses nothing. */
export const classifySubnet: Classify = ({ planned, shown }) => {
  if (planned.action !== 'update') return [];
  const [was, is] = [rangesOf(planned.before), rangesOf(planned.after)];
  if (was === undefined || is === undefined || was.length === 0 || is.length === 0) return inDoubt(planned, shown);
  const [gone, come] = [subtract(was, is), subtract(is, was)];
  const said: Said[] = [];
  if (gone.length > 0)
    said.push(['loses-addresses', `${shown.subject} no longer hands out ${sized(gone)}: ${sayRanges(gone)}`]);
  if (come.length > 0) said.push(['widens-pool', `${shown.subject} hands out ${sized(come)} more: ${sayRanges(come)}`]);
  return said;
};

/** Without pools on a side, or with pools that can't be read, a change counts as a loss. */
function inDoubt({ before, after }: TerraformChange['planned'], { subject }: TerraformChange['shown']): Said[] {
  const [was, is] = [before, after].map(poolTexts);
  if (was === is) return [];
  const whole = 'its whole cidr';
  return [['loses-addresses', `${subject} hands out ${is || whole} in place of ${was || whole}`]];
}

const sized = (ranges: readonly IpRange[]): string => {
  const size = sizeOf(ranges);
  return `${String(size)} address${size === 1n ? '' : 'es'}`;
};
const sayRanges = (ranges: readonly IpRange[]): string => ranges.map(formatRange).join(', ');

const poolsOf = (values: unknown): { readonly start: string; readonly end: string }[] =>
  listAt(values, 'allocation_pool').flatMap((pool) =>
    isObject(pool) ? { start: String(pool.start), end: String(pool.end) } : [],
  );
const poolTexts = (values: unknown): string =>
  poolsOf(values)
    .map(({ start, end }) => `${start}-${end}`)
    .join(', ');

/** Undefined if a range can't be read. */
function rangesOf(values: unknown): IpRange[] | undefined {
  try {
    return compact(poolsOf(values).map(parseRange));
  } catch {
    return undefined;
  }
}
