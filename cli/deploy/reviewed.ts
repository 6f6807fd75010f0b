/** The changes that a deploy may do: those of a bundle's review, or of the review that the deploy makes itself. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { commitOf } from '../../adapters/process/working-tree';
import { findText } from '../../adapters/files/files';
import type { SynthesizedStack } from '../../adapters/terraform/app';
import type { Engine } from '../../adapters/terraform/engine';
import { readPlanChanges, type PlanChanges } from '../../review/terraform/plan-changes';
import { StackTerraform, type StateVersion, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { Refused } from '../../lib/basics/errors';
import { sha256 } from '../../lib/basics/sha256';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import { movedSinceReview } from '../../lib/journal/bundle';
import { parseSavedPlan, type SavedPlan } from '../../lib/journal/saved-plan';
import type { Review } from '../../review/model';
import { parseReview } from '../../review/read-review';
import { judgeAgain } from '../../review/rules';
import { codeDigest, planTerraform, type TerraformHalf } from '../both-halves';
import { readBundle, reviewFile, terraformPlanFile } from '../bundle-folder';
import { defaultFile } from '../config';
import { readConfiguration } from '../inputs';
import type { DeployOptions } from '../options';
import { savedHalf } from '../review/keep-bundle';
import type { MadeReview } from '../review/make-review';
import { withReviewed } from './evidence';
import { tellUnreviewed } from './unreviewed';

/** Everything that a deploy may do. */
export interface ReviewedDeploy {
  /** Of these stacks, judged by the stackward.yaml of now. */
  readonly review: Review;
  /** In dependency order. */
  readonly stacks: readonly ReviewedStack[];
  /** Stack → the steps of stackward's half that may be done. */
  readonly ours: ReadonlyMap<string, SavedPlan>;
  /** Of the bundle that it comes from. */
  readonly digest?: string;
}

export interface ReviewedStack {
  readonly stack: SynthesizedStack;
  /** The stacks that have to be applied first; then nothing of this stack was reviewed. */
  readonly waitsFor: readonly string[];
  readonly terraform?: ReviewedTerraform;
  /** Absent if the stack has no output of stackward's. */
  readonly manifest?: DeclaredManifest;
  /** Why a part could not be reviewed. Then nothing of the stack is done. */
  readonly problem?: string;
}

export interface ReviewedTerraform {
  readonly file: string;
  readonly hasChanges: boolean;
  readonly plan: PlanChanges;
}

export function ofTerraformHalf({ stack, waitsFor = [], planned }: TerraformHalf): ReviewedStack {
  const terraform = planned && {
    file: planned.file,
    hasChanges: planned.hasChanges,
    plan: readPlanChanges(planned.json, `stack ${stack.name}`),
  };
  return { stack, waitsFor, ...defined({ terraform, manifest: planned?.manifest }) };
}

/** The review that this deploy made. */
export function ofMadeReview({ review, own }: MadeReview, halves: readonly TerraformHalf[]): ReviewedDeploy {
  const ours = new Map<string, SavedPlan>();
  for (const { stack, planned } of halves)
    if (planned?.manifest !== undefined && own !== undefined)
      ours.set(stack.name, parseSavedPlan(savedHalf(planned.manifest, own), `stack ${stack.name}`));
  return {
    review,
    stacks: halves.map((half) => asReviewed(ofTerraformHalf(half), review, ours.has(half.stack.name))),
    ours,
  };
}

const unseen = 'its review has no plan of it; review again';

/**
 * Adds what the review says of a stack. A problem without a stack, such as a host on which nobody could look for
 * leftovers, holds up a stack only if its half of stackward's could not be planned.
 */
function asReviewed(reviewed: ReviewedStack, { stacks, problems }: Review, isOursPlanned: boolean): ReviewedStack {
  const { stack, manifest } = reviewed;
  const waitsFor = stacks.find(({ name }) => name === stack.name)?.waitsFor ?? [];
  const isUnplanned = manifest !== undefined && !isOursPlanned;
  const own = problems.find((problem) => problem.stack === stack.name || (isUnplanned && problem.stack === ''));
  const isUnseen = reviewed.terraform === undefined && waitsFor.length === 0;
  const without = isUnplanned ? "stackward's half was not planned" : isUnseen ? unseen : undefined;
  return { ...reviewed, waitsFor, ...defined({ problem: own?.message ?? without }) };
}

/**
 * What a bundle allows: Terraform's half of each stack as this code plans it, if the bundle shows the same.
 * @param own a folder that only we may write
 * @param all the stacks that are asked for, in dependency order; those that nobody reviewed are left out
 * @throws Refused naming everything that moved since the review
 */
export async function readReview(
  folder: string,
  own: string,
  all: readonly SynthesizedStack[],
  context: TerraformContext & { readonly engine: Engine },
  { config, stack: only }: Pick<DeployOptions, 'config' | 'stack'>,
): Promise<ReviewedDeploy> {
  const copies = join(own, 'reviewed');
  mkdirSync(copies, { mode: 0o700 });
  const { bundle, digest, ours, review: text } = readBundle(folder, copies);
  const stacks = all.filter((stack) => bundle.stacks.some(({ name }) => name === stack.name));
  const states = await Promise.all(stacks.map((stack) => new StackTerraform(stack, context).state()));
  tellUnreviewed({ reviewed: bundle.stacks, asked: all, isNamed: only.length > 0, where: folder });
  const asked = bundle.stacks.filter(({ name }) => only.length === 0 || only.includes(name));
  const moved = movedSinceReview(
    { ...bundle, stacks: asked },
    {
      ...defined({ configuration: configurationDigest(config), commit: await commitOf('.') }),
      stacks: stacks.map((stack, index) => ({
        name: stack.name,
        code: codeDigest(stack),
        ...defined({ state: versionOf(states[index]) }),
      })),
    },
  );
  if (moved.length > 0) throw new Refused(`the bundle is stale: ${moved.join('; ')}; review again`, { where: folder });
  const { review: rules } = readConfiguration(config, process.env);
  const names = stacks.map(({ name }) => name);
  const told = ofStacks(parseReview(text, reviewFile(folder)), names);
  const judged = judgeAgain(told, rules, new Date().toISOString().slice(0, 10));
  const hasPlans = new Set(bundle.stacks.filter(({ plans }) => plans !== undefined).map(({ name }) => name));
  const planned = await planTerraform(stacks.filter(({ name }) => hasPlans.has(name)), own, context); // prettier-ignore
  const compared = await Promise.all(planned.map((half) => withReviewed(half, terraformPlanFile(copies, half.stack.name), context))); // prettier-ignore
  const different = compared.flatMap(({ stack, problem }) =>
    problem === undefined ? [] : [{ stack: stack.name, message: problem.message }],
  );
  const review = { ...judged, problems: [...judged.problems, ...different] };
  const reviewed = stacks.map((stack) => {
    const half = compared.find((each) => each.stack === stack);
    return asReviewed(half ? ofTerraformHalf(half) : { stack, waitsFor: [] }, review, ours.has(stack.name));
  });
  return { review, stacks: reviewed, ours, digest };
}

/** The part of a review that is about these stacks. */
function ofStacks(review: Review, names: readonly string[]): Review {
  const isOwn = ({ stack }: { readonly stack: string }): boolean => stack === '' || names.includes(stack);
  return {
    ...review,
    stacks: review.stacks.filter(({ name }) => names.includes(name)),
    risks: review.risks.filter(isOwn),
    acknowledged: review.acknowledged.filter(({ risk }) => isOwn(risk)),
    problems: review.problems.filter(isOwn),
  };
}

const versionOf = (state: StateVersion | undefined): StateVersion | undefined =>
  state && { lineage: state.lineage, serial: state.serial };

function configurationDigest(config: string | undefined): string | undefined {
  const text = findText(config ?? defaultFile);
  return text === undefined ? undefined : sha256(text);
}
