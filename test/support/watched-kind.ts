/** A kind that is watched while the engine uses it: each `apply` must keep the laws of lib/contract/reconciler.ts. */
import { inspect } from 'node:util';
import type { Readers } from '../../lib/contract/ports';
import type { Difference, Placement, Reconciler, Step, StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';

/** The text shows the content of maps too; JSON would leave it out. */
const textOf = (value: unknown): string =>
  inspect(value, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, sorted: true });

export interface Watched<R> {
  readonly kind: R;
  /** The results on each target, one entry for each call of `apply`. */
  readonly calls: { readonly target: Target; readonly results: readonly StepResult[] }[];
  /** Laws that were broken, one sentence each. */
  readonly faults: string[];
}

export function watch<Declared, Restored, Observed, S extends Step, On>(
  real: Reconciler<Declared, Restored, Observed, S, On>,
): Watched<Reconciler<Declared, Restored, Observed, S, On>> {
  const calls: Watched<unknown>['calls'] = [];
  const faults: string[] = [];
  const places = new Map<Target, { readonly placement: Placement<On>; readonly from: Readers }>();
  /** After a failed step, nobody knows what it left behind. */
  const failed = new Set<string>();

  const advance = (observed: Observed, applied: readonly S[]): Observed => {
    const before = textOf(observed);
    const advanced = real.advance(observed, applied);
    if (textOf(observed) !== before) faults.push('advance changed what was observed');
    return advanced;
  };

  const withoutFailed = ({ steps, findings }: Difference<S>): Difference<S> => ({
    steps: steps.filter(({ id }) => !failed.has(id)),
    findings: findings.filter(({ id }) => !failed.has(id)),
  });

  /** Reports a fault unless a new look finds the world that `advance` computed, failed steps aside. */
  const compare = async (observed: Observed, applied: readonly S[], target: Target): Promise<void> => {
    const place = places.get(target);
    if (place === undefined) throw new RangeError(`${target} was written before it was read`);
    const { placement, from } = place;
    const told = withoutFailed(real.diff(placement, advance(observed, applied)));
    const found = withoutFailed(real.diff(placement, await real.observe(placement, from)));
    if (told.steps.some(({ id }) => applied.some((step) => step.id === id)))
      faults.push(`advance leaves a step that was applied: ${textOf(told.steps)}`);
    if (textOf(told) !== textOf(found)) faults.push(`advance tells ${textOf(told)}, and there is ${textOf(found)}`);
  };

  const kind: Reconciler<Declared, Restored, Observed, S, On> = {
    ...real,
    advance,
    observe(placement, from) {
      places.set(placement.target, { placement, from });
      return real.observe(placement, from);
    },
    async *apply(steps, observed, target, to, stop) {
      const results: StepResult[] = [];
      calls.push({ target, results });
      const before = textOf(observed);
      for await (const result of real.apply(steps, observed, target, to, stop)) {
        results.push(result);
        yield result;
      }
      if (textOf(observed) !== before) faults.push('apply changed what was observed');
      const isDone = ({ outcome }: StepResult): boolean => outcome === 'applied' || outcome === 'unchanged';
      for (const { id } of results.filter((result) => !isDone(result))) failed.add(id);
      const done = steps.filter(({ id }) => results.some((result) => result.id === id && isDone(result)));
      if (done.length > 0) await compare(observed, done, target);
    },
  };
  return { kind, calls, faults };
}
