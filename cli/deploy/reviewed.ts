/** What a deploy may do: the review of a bundle, or the review that the deploy makes itself. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitOf } from '../../adapters/process/working-tree';
import { findText } from '../../adapters/files/files';
import type { SynthesizedStack } from '../../adapters/terraform/app';
import type { Engine } from '../../adapters/terraform/engine';
import { readPlanChanges, type PlanChanges } from '../../adapters/terraform/plan-changes';
import { StackTerraform, type StateVersion, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { Refused, type StackwardError } from '../../lib/basics/errors';
import { sha256 } from '../../lib/basics/sha256';
import { outputName, type DeclaredManifest } from '../../lib/contract/manifest';
import type { Readers } from '../../lib/contract/ports';
import { movedSinceReview } from '../../lib/journal/bundle';
import { parseSavedPlan, renderSavedPlan, type SavedPlan } from '../../lib/journal/saved-plan';
import { everything } from '../../lib/run/engine';
import type { Plan } from '../../lib/run/plan';
import { version } from '../../package.json';
import { codeDigest, planOurs, planTerraform, type TerraformHalf } from '../both-halves';
import { readBundle, terraformPlanFile } from '../bundle-folder';
import { defaultFile } from '../config';
import type { DeployOptions } from '../options';
import { withReviewed } from './evidence';
import { tellUnreviewed } from './unreviewed';

export interface ReviewedStack {
  readonly stack: SynthesizedStack;
  readonly state: StateVersion | undefined;
  /** The stacks that have to be applied first; then nothing of this stack was reviewed. */
  readonly waitsFor: readonly string[];
  readonly terraform?: ReviewedTerraform;
  /** Absent if the stack has no output of stackward's. */
  readonly manifest?: DeclaredManifest;
  /** Why a part could not be reviewed. Then nothing of the stack is done. */
  readonly problem?: StackwardError;
}

export interface ReviewedTerraform {
  readonly file: string;
  readonly hasChanges: boolean;
  readonly plan: PlanChanges;
}

/** Stackward's half: the steps that may be done, and the whole plan where this deploy made it. */
export interface ReviewedHalf {
  readonly saved: SavedPlan;
  readonly plan?: Plan;
}

export function ofTerraformHalf({ stack, state, waitsFor = [], planned, problem }: TerraformHalf): ReviewedStack {
  const terraform = planned && {
    file: planned.file,
    hasChanges: planned.hasChanges,
    plan: readPlanChanges(planned.json, `stack ${stack.name}`),
  };
  return { stack, state, waitsFor, ...defined({ terraform, manifest: planned?.manifest, problem }) };
}

/**
 * Terraform can't plan a stack that reads an output which an earlier stack makes only now. Such a stack waits, and has
 * no problem.
 */
export function withWaiting(stacks: readonly ReviewedStack[]): readonly ReviewedStack[] {
  const outputs = new Map(stacks.map(({ stack, terraform }) => [stack.name, terraform?.plan.outputs ?? []]));
  return stacks.map((reviewed) => {
    const { problem, ...head } = reviewed;
    if (problem === undefined) return reviewed;
    const text = readFileSync(join(head.stack.folder, 'cdk.tf.json'), 'utf8');
    const waitsFor = head.stack.dependsOn.filter((name) => readsAny(text, outputs.get(name) ?? []));
    return waitsFor.length === 0 ? reviewed : { ...head, waitsFor };
  });
}

/** Whether the code names one of the outputs, as it does to read it. */
const readsAny = (code: string, outputs: readonly string[]): boolean =>
  outputs.some((output) => output !== outputName && code.includes(`.outputs.${output}}`));

/** Plans stackward's half of a stack as it is before Terraform's. */
export async function reviewOurs(manifest: DeclaredManifest, from: Readers): Promise<ReviewedHalf> {
  const plan = await planOurs(manifest, from);
  const sweep = [{ owner: manifest.owner, stacks: [manifest.stack] }];
  const text = renderSavedPlan(plan, [manifest], { filter: everything, sweep }, { id: randomUUID(), version });
  return { saved: parseSavedPlan(text, `stack ${manifest.stack}`), plan };
}

export interface BundledReview {
  readonly stacks: readonly ReviewedStack[];
  /** Stack → stackward's half. */
  readonly ours: ReadonlyMap<string, ReviewedHalf>;
  readonly digest: string;
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
): Promise<BundledReview> {
  const copies = join(own, 'reviewed');
  mkdirSync(copies, { mode: 0o700 });
  const { bundle, digest, ours } = readBundle(folder, copies);
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
  const toldOf = new Map(bundle.stacks.map((told) => [told.name, told]));
  const planned = await planTerraform(stacks.filter(({ name }) => toldOf.get(name)?.plans !== undefined), own, context); // prettier-ignore
  const compared = await Promise.all(planned.map((half) => withReviewed(half, terraformPlanFile(copies, half.stack.name), context))); // prettier-ignore
  const reviewed = stacks.map((stack, index) => {
    const half = compared.find((each) => each.stack === stack);
    if (half !== undefined) return ofTerraformHalf(half);
    const head = { stack, state: states[index], waitsFor: toldOf.get(stack.name)?.waitsFor ?? [] };
    if (head.waitsFor.length > 0) return head;
    const where = `stack ${stack.name}`;
    return { ...head, problem: new Refused('its review has no plan of it; review again', { where }) };
  });
  const halves = new Map([...ours].map(([stack, saved]) => [stack, { saved }]));
  return { stacks: reviewed, ours: halves, digest };
}

const versionOf = (state: StateVersion | undefined): StateVersion | undefined =>
  state && { lineage: state.lineage, serial: state.serial };

export function configurationDigest(config: string | undefined): string | undefined {
  const text = findText(config ?? defaultFile);
  return text === undefined ? undefined : sha256(text);
}
