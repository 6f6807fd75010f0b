/** Finds declared grants that are not in force, and recorded grants that nobody declares any more. Pure. */
import { asStackwardError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import type { Difference, Finding, Placement } from '../../lib/contract/reconciler';
import { finish } from './grant/finish';
import { compareGrants } from './grant/grants';
import { bringBack, findLeftovers } from './grant/removals';
import type { Comparison, Draft, PolicyRuleStep, TargetObservation } from './model';
import type { PolicyRuleSpec } from './image';

export function diff(placement: Placement<PolicyRuleSpec>, observed: TargetObservation): Difference<PolicyRuleStep> {
  const drafts = new Map<string, Draft>();
  const findings: Finding[] = [];
  const kept = new Set<string>();
  const compare = compareGrants(placement, observed);
  for (const wanted of placement.wanted) {
    const { id, owner, spec } = wanted;
    const found = guarded(id, () =>
      'restore' in spec ? bringBack(wanted, spec, placement, observed) : compare(wanted, spec),
    );
    append(findings, found.findings);
    if (found.step) drafts.set(`${owner} ${id}`, found.step);
    for (const key of found.keeps) kept.add(`${owner} ${key}`);
  }
  const declared = new Set(placement.wanted.map(({ owner, id }) => `${owner} ${id}`));
  for (const step of findLeftovers(placement, observed, kept, declared, findings)) {
    const key = `${step.owner} ${step.id}`;
    const made = drafts.get(key);
    drafts.set(key, made ? inPlaceOf(step, made) : step);
  }
  return finish([...drafts.values()].sort(removalsLast), findings, observed);
}

/** Joins two steps of one construct that now grants something else: its old grant is removed and its new one added. */
const inPlaceOf = (taken: Draft, made: Draft): Draft => ({
  ...made,
  action: 'update',
  because: `${taken.because}; ${made.because}`,
  notes: [
    ...(made.notes ?? []),
    ...taken.jobs.map(({ role, rule, file }) => `what stackward wrote of the role ${role} leaves ${rule} in ${file}`),
    ...(taken.notes ?? []),
  ],
  jobs: [...taken.jobs, ...made.jobs],
});

const removalsLast = (a: Draft, b: Draft): number =>
  Number(a.action === 'delete') - Number(b.action === 'delete') || (a.id < b.id ? -1 : 1);

function guarded(id: string, work: () => Comparison): Comparison {
  try {
    return work();
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    return { findings: [{ id, reason, message }], keeps: [] };
  }
}
