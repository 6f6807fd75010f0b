/** Reads everything that a review is made of: the code, Terraform's plans, and stackward's plan on the manifests in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runsOfPlans } from '../../adapters/files/journal-folder';
import { withSince } from '../../lib/journal/drift';
import { asStackwardError } from '../../lib/basics/errors';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import type { Sweep } from '../../lib/contract/reconciler';
import { everything, plan } from '../../lib/run/engine';
import type { Plan } from '../../lib/run/plan';
import { sweepOf } from '../../lib/run/sweep';
import { kinds } from '../../reconcilers/registry';
import type { StackRead } from '../../review/assemble';
import { parseCode, type SynthesizedCode } from '../../review/code';
import type { Unreviewed } from '../../review/model';
import { parseTerraformPlan } from '../../review/terraform/plan-json';
import type { TerraformHalf } from '../both-halves';
import type { ReadingContext } from '../wire';

export interface ReadStacks {
  readonly stacks: readonly StackRead[];
  readonly problems: readonly Unreviewed[];
  /** The code and the plan of each stack were read, so a thing that none of them declares is a leftover. */
  readonly isWhole: boolean;
}

/** @param halves in dependency order */
export function readStacks(halves: readonly TerraformHalf[]): ReadStacks {
  const problems: Unreviewed[] = [];
  const stacks: StackRead[] = [];
  for (const half of halves) {
    const { name } = half.stack;
    const read = readStack(half, stacks);
    if (read.problem !== undefined) problems.push({ stack: name, message: read.problem });
    if (read.stack) stacks.push(read.stack);
  }
  const planned = stacks.filter((stack) => stack.plan !== undefined);
  return { stacks, problems, isWhole: planned.length === halves.length };
}

interface Read {
  readonly stack?: StackRead;
  readonly problem?: string;
}

function readStack(half: TerraformHalf, earlier: readonly StackRead[]): Read {
  const { stack, planned } = half;
  const { name, dependsOn } = stack;
  try {
    const code = parseCode(readFileSync(join(stack.folder, 'cdk.tf.json'), 'utf8'), `stack ${name}`);
    const waitsFor = half.waitsFor ?? waitingFor(code, earlier);
    const head = { name, dependsOn, code, plan: undefined, manifest: undefined, waitsFor: [], warnings: [] };
    // Terraform can't plan a stack that reads an output which only this change makes; its error says only that the
    // output is missing.
    if (waitsFor.length > 0 && planned === undefined) return { stack: { ...head, waitsFor } };
    if (half.problem !== undefined || planned === undefined)
      return { stack: head, problem: half.problem?.message ?? 'it was not planned' };
    return {
      stack: {
        ...head,
        plan: parseTerraformPlan(planned.json, `stack ${name}`),
        manifest: planned.manifest,
        warnings: [
          ...new Set(
            planned.warnings.map(({ summary, detail }) => `Terraform: ${[summary, detail].filter(Boolean).join(': ')}`),
          ),
          ...staleOutputs(code, earlier),
        ],
      },
    };
  } catch (error) {
    return { problem: asStackwardError(error).message };
  }
}

/** The stacks that wait themselves, or whose change makes an output which this stack reads. */
function waitingFor({ reads }: SynthesizedCode, earlier: readonly StackRead[]): string[] {
  return earlier
    .filter(({ name, waitsFor, plan: planned }) => {
      const wanted = reads.get(name) ?? [];
      if (wanted.length === 0) return false;
      const made = planned?.outputs.filter(({ action }) => action === 'create').map((output) => output.name) ?? [];
      return waitsFor.length > 0 || wanted.some((output) => made.includes(output));
    })
    .map(({ name }) => name);
}

/** Terraform plans with the outputs of now, although the change of another stack gives some of them other values. */
function staleOutputs({ reads }: SynthesizedCode, earlier: readonly StackRead[]): string[] {
  return earlier.flatMap(({ name, plan: planned }) => {
    const changed = planned?.outputs.filter((output) => reads.get(name)?.includes(output.name)).length ?? 0;
    return changed === 0
      ? []
      : [
          `it was planned with outputs of ${name} as they are now, and this change gives ${changed} of them other values`,
        ];
  });
}

/**
 * Stackward's plan of all stacks at once, so that two that declare one thing are found. What a stack left behind that
 * is no longer in the code is looked for if nothing is hidden by a stack that could not be planned.
 */
export async function planOurHalves(
  manifests: readonly DeclaredManifest[],
  isWhole: boolean,
  { readers }: ReadingContext,
  journal: string,
): Promise<{ readonly plan?: Plan; readonly problem?: Unreviewed }> {
  if (manifests.length === 0) return {};
  const own = sweepOf(manifests, everything);
  const sweep: readonly Sweep[] = isWhole ? own.map(({ owner }) => ({ owner, stacks: 'all' })) : own;
  try {
    return { plan: withSince(await plan(manifests, kinds, readers, everything, sweep), runsOfPlans(journal)) };
  } catch (error) {
    return { problem: { stack: '', message: asStackwardError(error).message } };
  }
}
