/** The risks of changes to routers, floating IPs and subnets by Terraform. Pure. */
import { compact, formatRange, parseRange, sizeOf, subtract, type IpRange } from '../../lib/net/ip-ranges';
import { isObject } from '../terraform/attributes';
import { labelOf, subjectOf } from '../terraform/subject';
import { listAt, textAt } from '../terraform/things';
import { addressesIn } from './openings';
import { areAnywhere, isWithin } from './prefixes';
import { isGone } from '../terraform/planned-change';
import type { Classify, Said, TerraformChange } from './terraform-change';
import { isUnknown, nobodyKnows } from './unknown';

export const classifyFloatingIp: Classify = (change) => {
  const { planned, shown, thing, things } = change;
  const port = things.referred(thing, 'port_id');
  const target = port ? ` to ${subjectOf(port, things)}` : '';
  if (isGone(change))
    return [
      [
        'drops-traffic',
        `the floating IP ${textAt(planned.before, 'address') ?? '?'}${target} goes: nobody outside reaches anything by this address any more, and nothing inside sends with it. This review does not look whether another address takes its place`,
      ],
    ];
  const [was, is] = [textAt(planned.before, 'port_id'), textAt(planned.after, 'port_id')];
  return planned.action === 'update' && was !== undefined && was !== is
    ? [['drops-traffic', `${shown.subject} leads elsewhere`]]
    : [];
};

/** A list of addresses that rules name as remote. */
export const classifyAddressGroup: Classify = (change) => {
  const { planned, shown } = change;
  if (planned.after === undefined) return [];
  const [was, is] = [addressesIn(planned.before), addressesIn(planned.after)];
  const what = `rules that name ${shown.subject} let everybody in`;
  const gone = was.filter((prefix) => !is.some((left) => isWithin(prefix, left)));
  if (isUnknown(change, 'addresses')) return [['opens-any', nobodyKnows(what)]];
  const said: Said[] = gone.length === 0 ? [] : [['drops-traffic', `${shown.subject} loses ${gone.join(', ')}`]];
  return areAnywhere(is) && !areAnywhere(was) ? [...said, ['opens-any', `${what} (${is.join(', ')})`]] : said;
};

export const classifyRouter: Classify = (change) => {
  const { planned, shown, things } = change;
  const [was, is] = ['before', 'after'].map((side) =>
    textAt(planned[side as 'before' | 'after'], 'external_network_id'),
  );
  if (planned.action !== 'update' || was === undefined || was === is) return [];
  const network = things.withId(is);
  const now = network
    ? `network ${labelOf(network)}`
    : (is ?? (isUnknown(change, 'external_network_id') ? 'one that is known after apply' : 'none'));
  return [
    [
      'drops-traffic',
      `the gateway of ${shown.subject} changes to ${now}: all traffic to the outside stops, and addresses change`,
    ],
  ];
};

/** A port, a router or a network that is there and passes nothing any more. */
export const classifySwitch: Classify = ({ planned: { before, after }, shown }) =>
  before !== undefined && before.admin_state_up !== false && after?.admin_state_up === false
    ? [['drops-traffic', `${shown.subject} is switched off (admin_state_up): nothing passes there`]]
    : [];

/** The traffic that stops when the thing is destroyed. */
export const stops =
  (what: string): Classify =>
  (change) =>
    isGone(change) ? [['drops-traffic', `${change.shown.subject} goes: ${what}`]] : [];

/** The provider removes all sub-ports of a trunk and adds them again when one changes (3.4.0). */
export const classifyTrunk: Classify = (change) => {
  const { before, after } = change.planned;
  const was = listAt(before, 'sub_port');
  if (was.length === 0) return [];
  if (isGone(change)) return [['drops-traffic', `${change.shown.subject} goes: its VLANs reach no network`]];
  const isSame = JSON.stringify(sortedTexts(was)) === JSON.stringify(sortedTexts(listAt(after, 'sub_port')));
  return isSame && !isUnknown(change, 'sub_port')
    ? []
    : [['drops-traffic', `the sub-ports of ${change.shown.subject} are removed and added again: all of its VLANs are interrupted`]]; // prettier-ignore
};

const sortedTexts = (list: readonly unknown[]): string[] => list.map((item) => JSON.stringify(item)).sort();

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
