/**
 * Finds the packets that show a change: one that the change opens or closes, and one beside it that stays dropped. Pure
 * and deterministic.
 */
import type { Direction } from '../../lib/packet-path/port-way';
import type { Witness } from '../model';
import { probeOf, type Ends, type Probe } from './ends';
import type { Judged, Passages, Place } from './passages';

/** The ends of a packet that the change does not open, because of its `outside`. */
export type Beside = Ends & { readonly outside: NonNullable<Witness['outside']> };

export interface Sought {
  /** A text says why no packet can be judged there. */
  readonly place: Place | string;
  readonly direction: Direction;
  /** `into port Web1`. */
  readonly where: string;
  /** Packets that the change is about, the most telling first. */
  readonly inside: readonly Ends[];
  /** Packets just outside, which no reader would expect to pass. */
  readonly outside: readonly Beside[];
  /** `after` if the change opens the way of the packets inside, `before` if it closes it. Other rules may let them pass. */
  readonly passes: 'before' | 'after';
}

/** At most two. Where no packet changes its fate, the first that could be judged says so. */
export function witnessesOf(sought: Sought, passages: Passages): Witness[] {
  const { place, passes, where } = sought;
  const inside = sought.inside.map(probeOf);
  const [first] = inside;
  if (first === undefined) return [];
  const assumed = (because: string): Witness[] => [
    {
      packet: `${first.text} ${where}`,
      before: passes === 'before' ? 'passes' : 'dropped',
      after: passes === 'after' ? 'passes' : 'dropped',
      certainty: { isProved: false, because },
    },
  ];
  if (typeof place === 'string') return assumed(place);
  const judge = ({ packet }: Probe): Judged | string =>
    typeof packet === 'string' ? packet : passages.judge(place, sought.direction, packet);
  const found = firstOf(inside, judge, (judged) => judged.before !== judged.after && judged[passes] === 'passes');
  if (found !== undefined) {
    const probes = sought.outside.map((ends) => ({ ...probeOf(ends), outside: ends.outside }));
    const beside = passes === 'after' ? firstOf(probes, judge, staysDropped) : undefined;
    return [
      proved(found, where),
      ...(beside === undefined ? [] : [{ ...proved(beside, where), outside: beside[0].outside }]),
    ];
  }
  const known = firstOf(inside, judge, () => true);
  const why = judge(first);
  if (known === undefined || typeof why === 'string')
    return assumed(typeof why === 'string' ? why : 'the tables do not tell');
  return [proved(known, where)];
}

type Found<Tried extends Probe> = readonly [Tried, Judged];

function firstOf<Tried extends Probe>(
  probes: readonly Tried[],
  judge: (probe: Probe) => Judged | string,
  isSo: (judged: Judged) => boolean,
): Found<Tried> | undefined {
  for (const probe of probes) {
    const judged = judge(probe);
    if (typeof judged !== 'string' && isSo(judged)) return [probe, judged];
  }
  return undefined;
}

const staysDropped = ({ before, after }: Judged): boolean => before === 'dropped' && after === 'dropped';

const proved = ([{ text }, { before, after, host }]: Found<Probe>, where: string): Witness => ({
  packet: `${text} ${where}`,
  before,
  after,
  certainty: { isProved: true, host },
});
