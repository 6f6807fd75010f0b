/**
 * A plan kept in a file between review and apply. Only reviewed steps are applied. The manifests must be the same. Each
 * step is planned again and must come out equal in its values before, its reason and its consequences; otherwise the
 * plan is stale. A reviewed consequence that no longer occurs is no reason to refuse.
 */
import * as z from 'zod';
import { canonicalJson } from '../basics/canonical-json';
import { defined } from '../basics/defined';
import { asStackwardError, InvalidConfiguration, Refused } from '../basics/errors';
import { parseJson } from '../basics/json';
import { line } from '../basics/line';
import type { Manifest } from '../contract/manifest';
import { stepKey, type Filter, type Plan, type PlannedStep, type Problem } from '../run/plan';
import { sweeps, wordsOf, type Sweep } from '../contract/reconciler';
import { printableJson } from '../basics/printable';
import { sha256, sha256Digest } from '../basics/sha256';
import { action, changes, refuseTwins, words } from './step-schema';
import { sayFault } from '../basics/schema-fault';

/** 1.1 added `id`. */
export const formatVersion = '1.1';

/** The limit is checked when a plan is written, so every plan that was written can be read. */
export const maxPlanBytes = 64 << 20;

const names = z.array(line);

const savedStep = z.strictObject({
  id: line,
  target: line,
  action,
  changes,
  /** Digest of the step's values before. */
  before: sha256Digest,
  because: words,
  notes: z.array(words),
});

const savedPlan = z.strictObject({
  formatVersion: z.string().regex(/^1\.[01]$/, 'is of another version of stackward'),
  /** Distinguishes two plans of the same changes. */
  id: z.uuid().optional(),
  version: line,
  /** Stack → digest of its manifest. */
  manifests: z.record(z.string(), sha256Digest),
  filter: z.strictObject({ stacks: names, kinds: names, targets: names }),
  sweep: z.array(z.strictObject({ owner: line, stacks: z.union([names, z.literal('all')]) })),
  steps: z.array(savedStep).superRefine(refuseTwins),
});
export type SavedPlan = z.infer<typeof savedPlan>;
type SavedStep = SavedPlan['steps'][number];

export function renderSavedPlan(
  plan: Plan,
  manifests: readonly Manifest[],
  { filter, sweep }: { readonly filter: Filter; readonly sweep: readonly Sweep[] },
  { id, version }: { readonly id: string; readonly version: string },
): string {
  const saved: SavedPlan = {
    formatVersion,
    id,
    version,
    manifests: digests(manifests),
    filter: { stacks: [...filter.stacks], kinds: [...filter.kinds], targets: [...filter.targets] },
    sweep: sweep.map(({ owner, stacks }) => ({ owner, stacks: stacks === 'all' ? stacks : [...stacks] })),
    steps: plan.steps.map(essence),
  };
  return `${printableJson(saved, 2)}\n`;
}

const essence = ({ id, target, action, changes, before, because, notes = [] }: PlannedStep): SavedStep => ({
  id,
  target,
  action,
  changes: changes.map(wordsOf),
  before: sha256(canonicalJson(before)),
  because,
  notes: [...notes],
});

const digests = (manifests: readonly Manifest[]): Record<string, string> =>
  Object.fromEntries(
    manifests.map(({ stack, owner, release, resources }) => [
      stack,
      sha256(canonicalJson({ owner, release, resources })),
    ]),
  );

/** The digest by which a run names the plan that it applies. It doesn't depend on the file's layout. */
export const digestOf = (saved: SavedPlan): string => sha256(canonicalJson(saved));

/** @throws InvalidConfiguration naming the file */
export function parseSavedPlan(text: string, file: string): SavedPlan {
  try {
    return savedPlan.parse(parseJson(text));
  } catch (error) {
    const detail = error instanceof z.ZodError ? sayFault(error) : asStackwardError(error).detail;
    throw new InvalidConfiguration(`this is no plan of \`stackward plan --out\`: ${detail}`, {
      where: file,
      cause: error,
      about: 'file',
    });
  }
}

/** @throws Refused naming the stacks whose code changed after the plan was made */
export function refuseOtherManifests(saved: SavedPlan, manifests: readonly Manifest[], file: string): void {
  const now = digests(manifests);
  const changed = [...new Set([...Object.keys(saved.manifests), ...Object.keys(now)])].filter(
    (stack) => saved.manifests[stack] !== now[stack],
  );
  if (changed.length > 0)
    throw new Refused(`the code of ${changed.join(', ')} is not what it was when this plan was made; plan again`, {
      where: file,
    });
}

/**
 * The file says whose things its plan may remove, and the inputs of this run say whose things it may remove. The file
 * must not allow more than the inputs.
 * @param own whose things an unfiltered run with these inputs may remove
 * @throws Refused naming the owners and stacks that only the file allows
 */
export function refuseOtherSweep({ sweep, filter }: SavedPlan, own: readonly Sweep[], file: string): void {
  if (sweep.length > 0 && filter.stacks.length + filter.kinds.length + filter.targets.length > 0)
    throw new Refused('it says that a filtered plan may remove things, and none ever may; plan again', { where: file });
  const isWithin = ({ owner, stacks }: Sweep): boolean =>
    stacks === 'all'
      ? own.some((allowed) => allowed.owner === owner && allowed.stacks === 'all')
      : stacks.every((stack) => sweeps(own, owner, stack));
  const beyond = sweep.find((wanted) => !isWithin(wanted));
  if (beyond === undefined) return;
  const whose = beyond.stacks === 'all' ? 'any stack' : beyond.stacks.join(', ');
  throw new Refused(
    `it may remove what ${whose} of ${beyond.owner} left, and a run with these manifests may not; give what the plan was made with, or plan again`,
    { where: file },
  );
}

/** What a deploy admits because Terraform changed things since the review. */
interface Leniency {
  /** True for a step that the review could not show, but announced. */
  readonly isExpected?: (step: PlannedStep) => boolean;
  /** False: the state before a step may be another, as long as the step does the same. */
  readonly isBeforeCompared?: boolean;
  /** False: an earlier stack of the deploy may have changed the same thing, as long as the step leaves it as reviewed. */
  readonly isStartCompared?: boolean;
}

/**
 * The reviewed steps, out of the plan as it is now. A reviewed step that came out different is a problem. A reviewed
 * step that is no longer needed is left out. A step that nobody reviewed is left for the next plan, with a warning. A
 * step that depends on a step that was left alone is left alone too.
 */
export function reviewed(
  saved: Pick<SavedPlan, 'steps'>,
  now: Plan,
  { isExpected = () => false, ...compared }: Leniency = {},
): { readonly plan: Plan; readonly unreviewed: number } {
  const wasReviewed = new Map(saved.steps.map((step) => [stepKey(step.id, step.target), step]));
  const problems: Problem[] = [];
  const warnings = [...now.warnings];
  const undone = [...now.undone];
  const steps = now.steps.filter((step) => {
    const where = stepKey(step.id, step.target);
    const before = wasReviewed.get(where);
    if (before === undefined && isExpected(step)) return true;
    if (before === undefined)
      warnings.push({ where, message: 'this change came up after the plan was made and is left alone; plan again' });
    else {
      const message = findDifference(before, essence(step), compared);
      if (message === undefined) return true;
      problems.push({ where, reason: 'StalePlan', message });
    }
    undone.push(step.id);
    return false;
  });
  const plan = { ...now, steps, warnings, undone, problems: [...now.problems, ...problems] };
  return { plan, unreviewed: warnings.length - now.warnings.length };
}

function findDifference(
  reviewed: SavedStep,
  now: SavedStep,
  { isBeforeCompared = true, isStartCompared = true }: Omit<Leniency, 'isExpected'>,
): string | undefined {
  const [then, would] = [renderChanges(reviewed), renderChanges(now)];
  const isSame = isStartCompared ? then === would : renderEnds(reviewed) === renderEnds(now);
  if (!isSame) return `the plan says ${then}, and it would be ${would} now; plan again`;
  if (isBeforeCompared && reviewed.before !== now.before)
    return `what is there is not what it was when the plan was made, though ${would} would still be the change; plan again`;
  if (isStartCompared && reviewed.because !== now.because)
    return `the plan says that it is because ${reviewed.because}, and now it is because ${now.because}; plan again`;
  const unseen = now.notes.find((note) => !reviewed.notes.includes(note));
  return unseen && `it has a consequence by now that the plan did not show: ${unseen}; plan again`;
}

type Shown = Pick<SavedStep, 'action' | 'changes'>;
const renderChanges = ({ action, changes }: Shown): string =>
  `${action} ${changes.map((change) => `${change.attribute} = ${change.before ?? 'absent'} -> ${change.after ?? 'absent'}`).join(', ')}`;

const renderEnds = ({ action, changes }: SavedStep): string =>
  renderChanges({ action, changes: changes.map(({ attribute, after }) => ({ attribute, ...defined({ after }) })) });
