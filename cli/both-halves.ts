/**
 * Plans both halves of a change, stack by stack: Terraform's plan, and stackward's plan on the manifest in it
 * (docs/adr/0021-review.md). Nothing but the plans' files is written.
 */
import { join } from 'node:path';
import pLimit from 'p-limit';
import { getText } from '../adapters/files/files';
import type { SynthesizedStack } from '../adapters/terraform/app';
import type { Diagnostic } from '../adapters/terraform/events';
import {
  StackTerraform,
  type AppliedState,
  type PlanRequest,
  type TerraformContext,
} from '../adapters/terraform/stack';
import { asStackwardError, type StackwardError } from '../lib/basics/errors';
import { sha256 } from '../lib/basics/sha256';
import { findManifestInPlan, type DeclaredManifest } from '../lib/contract/manifest';
import type { Readers } from '../lib/contract/ports';
import { everything, plan } from '../lib/run/engine';
import type { Plan } from '../lib/run/plan';
import { kinds } from '../reconcilers/registry';
import { parseCode, type SynthesizedCode } from '../review/code';
import { readPlanJson, terraformPlanOf, type TerraformPlan } from '../review/terraform/plan-json';
import { waitForServers } from '../review/terraform/unbooted';

/** Terraform processes side by side. */
const concurrency = 4;

export interface TerraformHalf {
  readonly stack: SynthesizedStack;
  /** Undefined if the synthesized code can't be read. */
  readonly code: ReadCode | undefined;
  /** Undefined if nothing was ever applied. */
  readonly state: AppliedState | undefined;
  /** The stacks that have to be applied before anything can be planned here. */
  readonly waitsFor?: readonly string[];
  readonly planned?: PlannedHalf;
  /** Why there is no plan. */
  readonly problem?: StackwardError;
}

export interface ReadCode {
  /** Of the synthesized code as Terraform gets it. */
  readonly digest: string;
  readonly parsed: SynthesizedCode;
}

export interface PlannedHalf {
  /** The file of the plan. */
  readonly file: string;
  readonly hasChanges: boolean;
  readonly plan: TerraformPlan;
  readonly warnings: readonly Diagnostic[];
  /** Undefined if the stack has no manifest. */
  readonly manifest: DeclaredManifest | undefined;
}

type Request = Pick<PlanRequest, 'destroy' | 'refresh'>;

/** @throws InvalidConfiguration if it is not what cdktf writes */
export function readCode({ name, folder }: SynthesizedStack): ReadCode {
  const text = getText(join(folder, 'cdk.tf.json'));
  return { digest: sha256(text), parsed: parseCode(text, `stack ${name}`) };
}

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
  const read = await Promise.all(stacks.map((stack) => limit(() => readHalf(new StackTerraform(stack, context)))));
  return Promise.all(
    read.map((half) =>
      limit(async (): Promise<TerraformHalf> => {
        const waitsFor = request.destroy ? [] : stacksToWaitFor(half, read);
        if (half.problem !== undefined) return half;
        if (waitsFor.length > 0) return { ...half, waitsFor };
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

async function readHalf(terraform: StackTerraform): Promise<TerraformHalf> {
  const { stack } = terraform;
  let code: ReadCode | undefined;
  try {
    code = readCode(stack);
    return { stack, code, state: await terraform.state() };
  } catch (error) {
    return { stack, code, state: undefined, problem: asStackwardError(error) };
  }
}

/**
 * Terraform can't plan a stack that reads an output which no apply has written yet; its error would only say that the
 * output is missing.
 */
function stacksToWaitFor({ stack, code }: TerraformHalf, all: readonly TerraformHalf[]): string[] {
  const reads = code?.parsed.reads ?? new Map<string, readonly string[]>();
  return all
    .filter((needed) => {
      const { state, problem } = needed;
      const { name } = needed.stack;
      const wanted = reads.get(name) ?? [];
      if (problem !== undefined || (wanted.length === 0 && !stack.dependsOn.includes(name))) return false;
      return state === undefined || state.isEmpty || wanted.some((output) => !state.outputs.has(output));
    })
    .map((needed) => needed.stack.name);
}

/** @throws StackwardError with Terraform's words */
export async function planOneStack(
  terraform: StackTerraform,
  folder: string,
  request: Request = {},
): Promise<PlannedHalf> {
  const file = join(folder, `${terraform.stack.name}.tfplan`);
  const { hasChanges, warnings } = await terraform.plan({ ...request, out: file });
  return { file, hasChanges, warnings, ...(await showPlan(terraform, file)) };
}

/** The content of a plan's file. */
export async function showPlan(
  terraform: StackTerraform,
  file: string,
): Promise<Pick<PlannedHalf, 'plan' | 'manifest'>> {
  const source = `stack ${terraform.stack.name}`;
  const json = readPlanJson(await terraform.show(file), source);
  const plan = terraformPlanOf(json, source);
  const manifest = findManifestInPlan(json, source);
  return { plan, manifest: manifest && waitForServers(manifest, plan) };
}

/**
 * Stackward's plan for one stack. It removes what that stack left behind, and nothing of other stacks.
 * @param companions manifests of stacks that have things in the same places, which are planned together
 */
export const planOurs = (
  manifest: DeclaredManifest,
  companions: readonly DeclaredManifest[],
  from: Readers,
): Promise<Plan> =>
  plan([manifest, ...companions], kinds, from, everything, [{ owner: manifest.owner, stacks: [manifest.stack] }]);
