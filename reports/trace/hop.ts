/**
 * A trace is a list of hops in the order in which a packet meets them. Each is proved by what was read, broken, assumed because
 * nobody can look there, or unreadable because a look failed.
 *
 * A verdict says what was found. It becomes a hop by `hopOf` alone, which takes every look that the verdict rests on and judges
 * their values where all of them were read: nothing unread can be said to be proved or broken. Pure.
 */
import { allRead, type Looks, type Unread, type ValuesOf } from '../looked';

interface Said {
  readonly found: string;
  readonly evidence: readonly string[];
  /** The place of the hop. Default: the place that was read. */
  readonly place?: string;
}

export type Verdict = Said &
  (
    | { readonly proof: 'proved' | 'assumed' }
    | { readonly proof: 'broken'; readonly step: string }
    /** `wasTried`: somebody was asked and did not answer. */
    | { readonly proof: 'unreadable'; readonly wasTried: boolean }
  );

/** No value has this field. It exists in the type, so that only this module can make a hop. */
declare const isMadeHere: unique symbol;

export type Hop = Verdict & {
  readonly name: string;
  /** The host, namespace or service that was read. */
  readonly place: string;
  readonly [isMadeHere]: true;
};

export interface Leg {
  readonly title: string;
  readonly hops: readonly Hop[];
}

export const proved = (found: string, evidence: readonly string[] = []): Verdict => ({
  found,
  evidence,
  proof: 'proved',
});

export const assumed = (found: string, evidence: readonly string[] = []): Verdict => ({
  found,
  evidence,
  proof: 'assumed',
});

export const broken = (found: string, step: string, evidence: readonly string[] = []): Verdict => ({
  found,
  evidence,
  step,
  proof: 'broken',
});

export const unreadable = ({ why, wasTried }: Unread, evidence: readonly string[] = []): Verdict => ({
  found: why,
  evidence,
  wasTried,
  proof: 'unreadable',
});

/** A verdict that needs further looks: unreadable where one of them failed. */
export function verdictOf<Asked extends Looks>(looks: Asked, judge: (values: ValuesOf<Asked>) => Verdict): Verdict {
  const all = allRead(looks);
  return all.isRead ? judge(all.value) : unreadable(all);
}

const made = (name: string, place: string, verdict: Verdict): Hop => ({ name, place, ...verdict }) as Hop;

/** The hop of all that its verdict rests on. */
export const hopOf = <Asked extends Looks>(
  name: string,
  place: string,
  looks: Asked,
  judge: (values: ValuesOf<Asked>) => Verdict,
): Hop => made(name, place, verdictOf(looks, judge));

/** Nobody looks there. */
export const assumedHop = (name: string, place: string, found: string, evidence: readonly string[] = []): Hop =>
  made(name, place, assumed(found, evidence));

export const unreadHop = (name: string, place: string, unread: Unread): Hop => made(name, place, unreadable(unread));

const hopsOf = (legs: readonly Leg[]): readonly Hop[] => legs.flatMap(({ hops }) => hops);

export const firstBroken = (legs: readonly Leg[]): Hop | undefined =>
  hopsOf(legs).find(({ proof }) => proof === 'broken');

/** 2: a hop is broken. 1: a reading failed. 0: neither. */
export function traceExitCode(legs: readonly Leg[]): 0 | 1 | 2 {
  if (firstBroken(legs) !== undefined) return 2;
  return hopsOf(legs).some((hop) => hop.proof === 'unreadable' && hop.wasTried) ? 1 : 0;
}

export const countOf = (legs: readonly Leg[], proof: Hop['proof']): number =>
  hopsOf(legs).filter((hop) => hop.proof === proof).length;
