/**
 * Plans both halves of a change, stack by stack: Terraform's plan, and stackward's plan on the manifest in it
 * (docs/adr/0021-review.md). Nothing but the plans' files is written.
 */
import { join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
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
import { readPlanJson, terraformPlanOf, type KnownResource, type TerraformPlan } from '../review/terraform/plan-json';
import { waitForServers } from '../review/terraform/unbooted';

/** Terraform processes side by side. */
export const concurrency = 4;

export interface CodeOfStack {
  readonly stack: SynthesizedStack;
  /** Undefined if the synthesized code can't be read. */
  readonly code: ReadCode | undefined;
  /** Why there is no code, or no plan. */
  readonly problem?: StackwardError;
}

export interface TerraformHalf extends CodeOfStack {
  /** The stacks that have to be applied before anything can be planned here. */
  readonly waitsFor?: readonly string[];
  /** What its state has. Read only where it has no plan, and another plan removes what it may use. */
  readonly inState?: readonly KnownResource[];
  readonly planned?: PlannedHalf;
}

export interface HalfWithState extends TerraformHalf {
  /** Read before the plan was made. Undefined if nothing was ever applied. */
  readonly state: AppliedState | undefined;
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

/** A stack whose code can't be read stays among the others, and each plan of it has this problem. */
export function codeOfStack(stack: SynthesizedStack): CodeOfStack {
  try {
    return { stack, code: readCode(stack) };
  } catch (error) {
    return { stack, code: undefined, problem: asStackwardError(error) };
  }
}

/** @throws InvalidConfiguration if it is not what cdktf writes */
export function readCode({ name, folder }: SynthesizedStack): ReadCode {
  const text = getText(join(folder, 'cdk.tf.json'));
  return { digest: sha256(text), parsed: parseCode(text, `stack ${name}`) };
}

/**
 * Terraform's plans of these stacks, which stand in dependency order. A stack is planned as soon as the states of those
 * that it needs are read. No other state is read, because each reading starts Terraform once more.
 * @param folder where the plans' files are written: `<stack>.tfplan`
 */
export const planTerraform = (
  stacks: readonly CodeOfStack[],
  folder: string,
  context: TerraformContext,
  request: Request = {},
): Promise<readonly TerraformHalf[]> => planAll(stacks, { folder, context, request, readsAllStates: false });

/** The same with the state of each stack. It is read before the plan is made, so whoever compares finds that it moved. */
export const planWithStates = (
  stacks: readonly CodeOfStack[],
  folder: string,
  context: TerraformContext,
): Promise<readonly HalfWithState[]> => planAll(stacks, { folder, context, request: {}, readsAllStates: true });

interface Planning {
  readonly folder: string;
  readonly context: TerraformContext;
  readonly request: Request;
  readonly readsAllStates: boolean;
}

function planAll(
  stacks: readonly CodeOfStack[],
  { folder, context, request, readsAllStates }: Planning,
): Promise<readonly HalfWithState[]> {
  const limit = pLimit(concurrency);
  const halves = stacks.map((read): HalfWithState => ({ ...read, state: undefined }));
  const needed = request.destroy ? new Set() : new Set(halves.flatMap(neededBy));
  // All states stand in the queue before the first plan, because plans wait for them.
  const reading = halves.map((half) => {
    const isRead = half.problem === undefined && (readsAllStates || needed.has(half.stack.name));
    return { name: half.stack.name, read: isRead ? limit(() => readState(half, context)) : Promise.resolve(half) };
  });
  return Promise.all(
    reading.map(async ({ read }) => {
      const half = await read;
      if (half.problem !== undefined) return half;
      const waitsFor = request.destroy ? [] : await stacksToWaitFor(half, reading);
      if (waitsFor.length > 0) return { ...half, waitsFor };
      try {
        const terraform = new StackTerraform(half.stack, context);
        return { ...half, planned: await planOneStack(terraform, folder, request, limit) };
      } catch (error) {
        return { ...half, problem: asStackwardError(error) };
      }
    }),
  );
}

async function readState(half: HalfWithState, context: TerraformContext): Promise<HalfWithState> {
  try {
    return { ...half, state: await new StackTerraform(half.stack, context).state() };
  } catch (error) {
    return { ...half, problem: asStackwardError(error) };
  }
}

const neededBy = ({ stack, code }: TerraformHalf): string[] => [
  ...stack.dependsOn,
  ...(code?.parsed.reads.keys() ?? []),
];

interface Reading {
  readonly name: string;
  readonly read: Promise<HalfWithState>;
}

/**
 * Terraform can't plan a stack that reads an output which no apply has written yet; its error would only say that the
 * output is missing.
 */
async function stacksToWaitFor(half: TerraformHalf, all: readonly Reading[]): Promise<string[]> {
  const needed = new Set(neededBy(half));
  const waitsFor: string[] = [];
  for (const { name, read } of all.filter((stack) => needed.has(stack.name))) {
    const { state, problem } = await read;
    const wanted = half.code?.parsed.reads.get(name) ?? [];
    const isUnapplied = state === undefined || state.isEmpty || wanted.some((output) => !state.outputs.has(output));
    if (problem === undefined && isUnapplied) waitsFor.push(name);
  }
  return waitsFor;
}

/**
 * @param turns in which Terraform is started. A plan and its showing each wait for a turn, so that the short showings
 *   fill the processors while the last plans are made. Default: at once
 * @throws StackwardError with Terraform's words
 */
export async function planOneStack(
  terraform: StackTerraform,
  folder: string,
  request: Request = {},
  turns: LimitFunction = pLimit(1),
): Promise<PlannedHalf> {
  const file = join(folder, `${terraform.stack.name}.tfplan`);
  const { hasChanges, warnings } = await turns(() => terraform.plan({ ...request, out: file }));
  return { file, hasChanges, warnings, ...(await turns(() => showPlan(terraform, file))) };
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
