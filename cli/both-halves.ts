/**
 * Plans both halves of a change, stack by stack: Terraform's plan, and stackward's plan on the manifest in it
 * (docs/adr/0021-review.md). Nothing but the plans' files is written.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { SynthesizedStack } from '../adapters/terraform/app';
import type { Diagnostic } from '../adapters/terraform/events';
import {
  StackTerraform,
  type PlanRequest,
  type StateVersion,
  type TerraformContext,
} from '../adapters/terraform/stack';
import { asStackwardError, type StackwardError } from '../lib/basics/errors';
import { sha256 } from '../lib/basics/sha256';
import { outputName, parseManifests, type DeclaredManifest } from '../lib/contract/manifest';
import type { Readers } from '../lib/contract/ports';
import { everything, plan } from '../lib/run/engine';
import type { Plan } from '../lib/run/plan';
import { kinds } from '../reconcilers/registry';

/** Terraform processes side by side. */
const concurrency = 4;

export interface TerraformHalf {
  readonly stack: SynthesizedStack;
  /** Digest of the synthesized code. */
  readonly code: string;
  /** Undefined if nothing was ever applied. */
  readonly state: (StateVersion & { readonly isEmpty: boolean }) | undefined;
  /** The stacks that have to be applied before anything can be planned here. */
  readonly waitsFor?: readonly string[];
  readonly planned?: TerraformPlan;
  /** Why there is no plan. */
  readonly problem?: StackwardError;
}

export interface TerraformPlan {
  /** The file of the plan. */
  readonly file: string;
  readonly hasChanges: boolean;
  /** `terraform show -json` of it. */
  readonly json: string;
  readonly warnings: readonly Diagnostic[];
  /** Undefined if the stack has no output of stackward's. */
  readonly manifest: DeclaredManifest | undefined;
}

type Request = Pick<PlanRequest, 'destroy' | 'refresh'>;

/** The digest of a stack's code as Terraform gets it. */
export const codeDigest = (stack: SynthesizedStack): string =>
  sha256(readFileSync(join(stack.folder, 'cdk.tf.json'), 'utf8'));

/**
 * Terraform's plans of these stacks, which stand in dependency order.
 * @param folder where the plans' files are written: `<stack>.tfplan`
 */
export async function planTerraform(
  stacks: readonly SynthesizedStack[],
  folder: string,
  context: TerraformContext,
  request: Request = {},
): Promise<readonly TerraformHalf[]> {
  const limit = pLimit(concurrency);
  const read = await Promise.all(stacks.map((stack) => limit(() => readState(new StackTerraform(stack, context)))));
  const unapplied = new Set(read.filter(({ state, problem }) => problem === undefined && (state === undefined || state.isEmpty)).map(({ stack }) => stack.name)); // prettier-ignore
  return Promise.all(
    read.map((half) =>
      limit(async (): Promise<TerraformHalf> => {
        const waitsFor = half.stack.dependsOn.filter((needed) => unapplied.has(needed));
        if (half.problem !== undefined) return half;
        if (waitsFor.length > 0 && request.destroy === undefined) return { ...half, waitsFor };
        try {
          const terraform = new StackTerraform(half.stack, context);
          return { ...half, planned: await planOneStack(terraform, folder, request) };
        } catch (error) {
          return { ...half, problem: asStackwardError(error) };
        }
      }),
    ),
  );
}

async function readState(terraform: StackTerraform): Promise<TerraformHalf> {
  const { stack } = terraform;
  const code = codeDigest(stack);
  try {
    return { stack, code, state: await terraform.state() };
  } catch (error) {
    return { stack, code, state: undefined, problem: asStackwardError(error) };
  }
}

/** @throws StackwardError with Terraform's words */
export async function planOneStack(
  terraform: StackTerraform,
  folder: string,
  request: Request = {},
): Promise<TerraformPlan> {
  const file = join(folder, `${terraform.stack.name}.tfplan`);
  const { hasChanges, warnings } = await terraform.plan({ ...request, out: file });
  const json = await terraform.show(file);
  return { file, hasChanges, warnings, json, manifest: manifestOf(json, terraform.stack.name) };
}

/** The manifest in a plan's JSON; undefined if the stack has none. */
export function manifestOf(json: string, stack: string): DeclaredManifest | undefined {
  if (!json.includes(`"${outputName}"`)) return undefined;
  return parseManifests(json, `stack ${stack}`)[0];
}

/** Stackward's plan for one stack alone. It removes what that stack left behind, and nothing of other stacks. */
export const planOurs = (manifest: DeclaredManifest, from: Readers): Promise<Plan> =>
  plan([manifest], kinds, from, everything, [{ owner: manifest.owner, stacks: [manifest.stack] }]);
