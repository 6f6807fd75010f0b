/**
 * A trace is a list of hops in the order in which a packet meets them. Each is proved by what was read, broken, assumed because
 * nobody can look there, or unreadable because a look failed. An unread hop never counts as good. Pure.
 */
import type { Looked, Unread } from '../looked';

interface HopHead {
  readonly name: string;
  /** Host, namespace or service where it was looked at. */
  readonly place: string;
  readonly found: string;
  readonly evidence: readonly string[];
}

export type Hop = HopHead &
  (
    | { readonly proof: 'proved' | 'assumed' }
    | { readonly proof: 'broken'; readonly step: string }
    /** `wasTried`: somebody was asked and did not answer. */
    | { readonly proof: 'unreadable'; readonly wasTried: boolean }
  );

export interface Leg {
  readonly title: string;
  readonly hops: readonly Hop[];
}

export const proved = (name: string, place: string, found: string, evidence: readonly string[] = []): Hop => ({
  name,
  place,
  found,
  evidence,
  proof: 'proved',
});

export const assumed = (name: string, place: string, found: string, evidence: readonly string[] = []): Hop => ({
  name,
  place,
  found,
  evidence,
  proof: 'assumed',
});

export const broken = (
  name: string,
  place: string,
  found: string,
  step: string,
  evidence: readonly string[] = [],
): Hop => ({ name, place, found, evidence, step, proof: 'broken' });

export const unreadable = (name: string, place: string, { why, wasTried }: Unread): Hop => ({
  name,
  place,
  found: why,
  evidence: [],
  wasTried,
  proof: 'unreadable',
});

/** The hop of what was read; where the look failed, an unreadable one. */
export const hopOf = <Value>(name: string, place: string, looked: Looked<Value>, judge: (value: Value) => Hop): Hop =>
  looked.isRead ? judge(looked.value) : unreadable(name, place, looked);

const hopsOf = (legs: readonly Leg[]): readonly Hop[] => legs.flatMap(({ hops }) => hops);

export const firstBroken = (legs: readonly Leg[]): Hop | undefined =>
  hopsOf(legs).find(({ proof }) => proof === 'broken');

/** 2: a hop is broken; 1: a look failed; 0: nothing broken was found. */
export function traceExitCode(legs: readonly Leg[]): 0 | 1 | 2 {
  if (firstBroken(legs) !== undefined) return 2;
  return hopsOf(legs).some((hop) => hop.proof === 'unreadable' && hop.wasTried) ? 1 : 0;
}

export const countOf = (legs: readonly Leg[], proof: Hop['proof']): number =>
  hopsOf(legs).filter((hop) => hop.proof === proof).length;
