/** Reads everything that a review is made of: the code, Terraform's plans, and stackward's plan on the manifests in them. */
import { runsOfPlans } from '../../adapters/files/journal-folder';
import { addSince } from '../../lib/journal/drift';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, type StackwardError } from '../../lib/basics/errors';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import type { Sweep } from '../../lib/contract/reconciler';
import { everything, plan } from '../../lib/run/engine';
import type { Plan } from '../../lib/run/plan';
import { sweepOf } from '../../lib/run/sweep';
import { kinds } from '../../reconcilers/registry';
import type { StackRead } from '../../review/assemble';
import type { SynthesizedCode } from '../../review/code';
import type { Unreviewed } from '../../review/model';
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
  const { stack, planned, code, waitsFor = [], inState, problem } = half;
  const { name, dependsOn } = stack;
  const told = problem && withoutStack(problem, name);
  if (code === undefined) return { problem: told ?? 'its code was not read' };
  const known = { name, dependsOn, code: code.parsed, plan: undefined, manifest: undefined, waitsFor, warnings: [] };
  const head = { ...known, ...defined({ inState }) };
  if (waitsFor.length > 0) return { stack: head, ...defined({ problem: told }) };
  if (planned === undefined) return { stack: head, problem: told ?? 'it was not planned' };
  const warned = planned.warnings.map(
    ({ summary, detail }) => `Terraform: ${[summary, detail].filter(Boolean).join(': ')}`,
  );
  return {
    stack: {
      ...head,
      plan: planned.plan,
      manifest: planned.manifest,
      warnings: [...new Set(warned), ...staleOutputs(code.parsed, earlier)],
    },
  };
}

/** Whatever shows the problem says the stack's name before it. */
const withoutStack = ({ where, detail, message }: StackwardError, stack: string): string =>
  where === `stack ${stack}` ? detail : message;

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
    const planned = await plan(manifests, kinds, readers, everything, sweep);
    return { plan: addSince(planned, manifests, runsOfPlans(journal)) };
  } catch (error) {
    return { problem: { stack: '', message: asStackwardError(error).message } };
  }
}
