/**
 * Finds the options that are not as declared, and the recorded options that nobody declares any more. Pure.
 *
 * Each job is computed on the texts of the files after the jobs before it. A later job may change the line of an
 * earlier one again. So at the end every declared option is compared once more. All resources that decide about the
 * same line are Blocked, and the jobs of the others are computed anew without them.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import type { Difference, Finding, Placement, Wanted } from '../../lib/contract/reconciler';
import {
  nameOf,
  type Comparison,
  type Draft,
  type OptionObserved,
  type OptionOn,
  type ServiceOptionStep,
} from './model';
import { compareDeclared, isContested } from './option/declared';
import { aboutOf, estateOf, isSameOption, type Estate } from './option/estate';
import { bringBack, leftovers } from './option/leaving';
import { joinedSteps } from './option/step';

export function diff(placement: Placement<OptionOn>, observed: OptionObserved): Difference<ServiceOptionStep> {
  const estate = estateOf(placement, observed);
  const whole = compareAll(placement.wanted, estate, observed);
  const contests = contestsOf(placement.wanted, whole);
  if (contests.length === 0) return { steps: joinedSteps(whole.drafts), findings: whole.findings };
  const ids = new Set(contests.map(({ id }) => id));
  const rest = compareAll(
    placement.wanted.filter(({ id }) => !ids.has(id)),
    estate,
    observed,
  );
  return { steps: joinedSteps(rest.drafts), findings: [...rest.findings, ...contests] };
}

interface Compared {
  readonly drafts: readonly Draft[];
  readonly findings: readonly Finding[];
  /** The host as it is after all drafts. */
  readonly now: OptionObserved;
}

function compareAll(wanted: readonly Wanted<OptionOn>[], estate: Estate, observed: OptionObserved): Compared {
  const findings: Finding[] = [];
  const drafts: Draft[] = [];
  let now = observed;
  const take = (id: string, compare: () => Comparison): void => {
    const { draft, findings: found } = guarded(id, compare);
    append(findings, found);
    if (draft === undefined) return;
    drafts.push(draft);
    now = draft.after;
  };
  for (const resource of wanted) {
    const { spec } = resource;
    if ('restore' in spec)
      for (const image of spec.restore) take(resource.id, () => bringBack(resource, image, observed, now));
    else take(resource.id, () => compareDeclared(resource, spec, { observed, now, estate }));
  }
  const failed = failedOf(findings);
  const isDone = (heir: string): boolean => wanted.some(({ id }) => id === heir) && !failed.has(heir);
  for (const { id, compare } of leftovers(estate, observed, isDone)) take(id, () => compare(now));
  return { drafts, findings, now };
}

const failedOf = (findings: readonly Finding[]): ReadonlySet<string> =>
  new Set(findings.flatMap(({ id, reason }) => (reason === undefined ? [] : [id])));

/** Findings for options about which several resources decide: one finding for each of these resources. */
function contestsOf(wanted: readonly Wanted<OptionOn>[], { findings, now }: Compared): readonly Finding[] {
  const failed = failedOf(findings);
  const declared = wanted.flatMap(({ id, spec }) => ('restore' in spec || failed.has(id) ? [] : [{ id, spec }]));
  const contested = declared.filter(({ spec }) => isContested(spec, now)).map(({ spec }) => aboutOf(spec));
  return declared
    .filter(({ spec }) => contested.some((about) => isSameOption(about, aboutOf(spec), now)))
    .map(({ id, spec }) => ({
      id,
      reason: 'Blocked',
      message: `another resource decides about ${nameOf(aboutOf(spec))} in the same files of this host; leave it to one of them`,
    }));
}

function guarded(id: string, compare: () => Comparison): Comparison {
  try {
    return compare();
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    return { findings: [{ id, reason, message }] };
  }
}
