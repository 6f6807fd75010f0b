/** Decides which changes a deploy may do by the bundle of a review, with the code and the states of now. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findText } from '../../adapters/files/files';
import { readableRuns } from '../../adapters/files/journal-folder';
import { commitOf } from '../../adapters/process/working-tree';
import type { SynthesizedStack } from '../../adapters/terraform/app';
import type { TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { Refused } from '../../lib/basics/errors';
import { sha256 } from '../../lib/basics/sha256';
import { movedSinceReview } from '../../lib/journal/bundle';
import { doneBefore, findRolledBack, usesOf, type BundleUses } from '../../lib/journal/bundle-uses';
import type { Review, Unreviewed } from '../../review/model';
import { parseReview } from '../../review/read-review';
import { codeOfStack, planWithStates, readCode, type TerraformHalf } from '../both-halves';
import { readBundle, reviewFile, terraformPlanFile, type ReadBundle } from '../bundle-folder';
import { defaultFile } from '../config';
import type { DeployOptions } from '../options';
import { compareWithReviewed, type ComparedHalf } from './evidence';
import type { ReviewedHalf } from './our-steps';
import { tellUnreviewed } from './unreviewed';

/** Everything that a deploy of the bundle starts from. */
export interface BundledDeploy {
  /** In dependency order, each planned from the code that is here. */
  readonly halves: readonly TerraformHalf[];
  /** Stack → what the bundle shows of it. */
  readonly reviewed: ReadonlyMap<string, ReviewedHalf>;
  /** The parts that the review itself could not look at. */
  readonly problems: readonly Unreviewed[];
  /** Stack → one sentence that names its changes which are done already. */
  readonly done: ReadonlyMap<string, string>;
  /** Stack → the stacks that the review does before its removals, and that no deploy of the bundle has done. */
  readonly removesAfter: ReadonlyMap<string, readonly string[]>;
  readonly digest: string;
}

type Asked = Pick<DeployOptions, 'config' | 'stack' | 'journal'>;

/**
 * @param own a folder that only we may write
 * @param all the stacks that are asked for, in dependency order; those that nobody reviewed are left out
 * @throws Refused naming what moved since the review, or the run that took it back
 */
export async function readBundled(
  folder: string,
  own: string,
  all: readonly SynthesizedStack[],
  context: TerraformContext,
  options: Asked,
): Promise<BundledDeploy> {
  const copies = join(own, 'reviewed');
  mkdirSync(copies, { mode: 0o700 });
  const read = readBundle(folder, copies);
  const { bundle, digest } = read;
  const stacks = all.filter((stack) => bundle.stacks.some(({ name }) => name === stack.name));
  const isNamed = options.stack.length > 0;
  tellUnreviewed({ reviewed: bundle.stacks, asked: all, isNamed, where: folder });
  await refuseStale(read, stacks, folder, options);
  const uses = refuseRolledBack(digest, stacks, options.journal, folder);
  const told = parseReview(read.review, reviewFile(folder));
  const problems = told.problems.filter(({ stack }) => stacks.some(({ name }) => name === stack));
  const plannable = stacks.filter((stack) => bundledOf(read, stack).plans !== undefined);
  const planned = await planWithStates(plannable.map(codeOfStack), own, context);
  const compared = await Promise.all(
    planned.map((half) => {
      const file = terraformPlanFile(copies, half.stack.name);
      return compareWithReviewed(half, { bundled: bundledOf(read, half.stack), file, uses, context });
    }),
  );
  return { ...putTogether(stacks, compared, read, problems), problems, removesAfter: firstsOf(told, uses), digest };
}

/**
 * @param where the folder of the bundle
 * @returns what the journal of now says of the bundle
 * @throws Refused naming the run of the bundle that was rolled back
 */
export function refuseRolledBack(
  digest: string,
  stacks: readonly SynthesizedStack[],
  journal: string,
  where: string,
): BundleUses {
  const uses = usesOf(digest, readableRuns(journal));
  for (const { name } of stacks) {
    const back = findRolledBack(uses, name);
    if (back !== undefined) throw new Refused(`${back}; review again`, { where });
  }
  return uses;
}

const firstsOf = ({ stacks }: Review, uses: BundleUses): BundledDeploy['removesAfter'] =>
  new Map(
    stacks.map(({ name, removesAfter = [] }) => [
      name,
      removesAfter.map(({ stack }) => stack).filter((first) => doneBefore(uses, first) === undefined),
    ]),
  );

function putTogether(
  stacks: readonly SynthesizedStack[],
  compared: readonly ComparedHalf[],
  read: ReadBundle,
  problems: readonly Unreviewed[],
): Pick<BundledDeploy, 'halves' | 'reviewed' | 'done'> {
  const reviewed = new Map<string, ReviewedHalf>();
  const done = new Map<string, string>();
  const halves = stacks.map((stack): TerraformHalf => {
    const { name } = stack;
    const { waitsFor, plans } = bundledOf(read, stack);
    const own = compared.find(({ half }) => half.stack === stack);
    if (own === undefined) {
      const head = { stack, code: readCode(stack) };
      if (waitsFor !== undefined) return { ...head, waitsFor };
      const told = problems.find((each) => each.stack === name)?.message ?? 'its review has no plan of it';
      return { ...head, problem: new Refused(`it was not reviewed: ${told}; review again`) };
    }
    const { manifest } = own.reviewed ?? {};
    reviewed.set(name, { manifest, hasChanges: plans?.hasChanges ?? true, ours: read.ours.get(name) });
    if (own.done !== undefined) done.set(name, own.done);
    return own.half;
  });
  return { halves, reviewed, done };
}

const bundledOf = ({ bundle }: ReadBundle, { name }: SynthesizedStack): ReadBundle['bundle']['stacks'][number] => {
  const found = bundle.stacks.find((stack) => stack.name === name);
  if (found === undefined) throw new Refused(`nobody reviewed the stack ${name}; review again`);
  return found;
};

async function refuseStale(
  { bundle }: ReadBundle,
  stacks: readonly SynthesizedStack[],
  folder: string,
  { config, stack: only }: Asked,
): Promise<void> {
  const asked = bundle.stacks.filter(({ name }) => only.length === 0 || only.includes(name));
  const settings = findText(config ?? defaultFile);
  const configuration = settings === undefined ? undefined : sha256(settings);
  const moved = movedSinceReview(
    { ...bundle, stacks: asked },
    {
      ...defined({ configuration, commit: await commitOf('.') }),
      stacks: stacks.map((stack) => ({ name: stack.name, code: readCode(stack).digest })),
    },
  );
  if (moved.length > 0) throw new Refused(`the bundle is stale: ${moved.join('; ')}; review again`, { where: folder });
}
