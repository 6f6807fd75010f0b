/** The risks of address pairs by Terraform: the foreign sources that a port may send from. Pure. */
import { knownAfterApply, partAt } from '../terraform/attributes';
import { listAt, textAt } from '../terraform/things';
import { pairPackets, type Pair } from './pair-packets';
import { areAnywhere, isWithin } from './prefixes';
import type { Said, TerraformChange } from './terraform-change';
import { nobodyKnows } from './unknown';

export function classifyPairs(change: TerraformChange): Said[] {
  const { before, after, unknown } = change.planned;
  const { shown } = change;
  if (after === undefined) return [];
  const [was, is] = [pairsIn(before), pairsIn(after)];
  const hasUnknown = hasUnknownPair(partAt(unknown, 'allowed_address_pairs'));
  const come = is.filter((pair) => !was.some((old) => holds(old, pair)));
  const gone = hasUnknown ? [] : was.filter((pair) => !is.some((left) => holds(left, pair)));
  const said: Said[] = [];
  if (hasUnknown)
    said.push(['opens-any', nobodyKnows(`${shown.subject} may send from any source address ${knownAfterApply}`)]);
  if (come.length > 0)
    said.push(
      areAnywhere(is.map(({ address }) => address))
        ? [
            'opens-any',
            `${shown.subject} may send from any source address (${sayPairs(is)}), and groups that name its group as remote let everybody in`,
            pairPackets(change, come, was, 'after'),
          ]
        : [
            'opens-prefix',
            `${shown.subject} may also send from, and gets packets for, ${sayPairs(come)}`,
            pairPackets(change, come, was, 'after'),
          ],
    );
  if (gone.length > 0)
    said.push([
      'drops-traffic',
      `${shown.subject} may no longer send from, and no longer gets packets for, ${sayPairs(gone)}`,
      pairPackets(change, gone, is, 'before'),
    ]);
  return said;
}

const pairsIn = (values: unknown): Pair[] =>
  listAt(values, 'allowed_address_pairs').flatMap((pair) => {
    const address = textAt(pair, 'ip_address');
    return address === undefined ? [] : [{ address, mac: textAt(pair, 'mac_address')?.toLowerCase() }];
  });

const holds = (outer: Pair, inner: Pair): boolean => isWithin(inner.address, outer.address) && outer.mac === inner.mac;

const sayPairs = (pairs: readonly Pair[]): string =>
  pairs.map(({ address, mac }) => (mac === undefined ? address : `${address} with MAC address ${mac}`)).join(', ');

const hasUnknownPair = (marks: unknown): boolean =>
  marks === true ||
  (Array.isArray(marks) && marks.some((mark: unknown) => mark === true || partAt(mark, 'ip_address') === true));
