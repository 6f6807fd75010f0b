/** Terraform's half of a destruction. Stackward's half goes first, since it needs the ids in Terraform's state. */
import { JournalFolder } from '../../adapters/files/journal-folder';
import { outputFolder } from '../../adapters/files/output-folder';
import type { JournalOptions } from '../options';
import { runMaker } from '../../adapters/process/run-maker';
import { inDependencyOrder, readApp, type SynthesizedStack } from '../../adapters/terraform/app';
import { findEngine, type Engine } from '../../adapters/terraform/engine';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, InvalidCommand, Refused } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import { deployFormat, type DeployLine } from '../../lib/journal/deploy-record';
import type { StackPlan } from '../../review/terraform/things';
import { version } from '../../package.json';
import { codeOfStack, planTerraform, type PlannedHalf } from '../both-halves';
import { findGoneStack } from '../gone-stacks';
import { refuseInterrupted, type PlanFolder } from '../plan-folder';
import { complain, say } from '../terminal';
import { refuseLost } from './locks';
import { namesIn, renderProgress, renderStack, type NameOf } from './show';

export interface Destruction {
  /** Dependents first. */
  readonly stacks: readonly DoomedStack[];
  readonly context: TerraformContext & { readonly engine: Engine };
}

interface DoomedStack {
  readonly stack: SynthesizedStack;
  readonly terraform: PlannedHalf;
}

/**
 * Terraform's plans to destroy these stacks.
 * @throws Refused if another stack that is applied depends on one of them
 */
export async function planDestruction(names: readonly string[], { folder, stop }: PlanFolder): Promise<Destruction> {
  const all = inDependencyOrder(readApp(outputFolder('.')));
  const chosen = [...all].reverse().filter((stack) => names.includes(stack.name));
  const gone = names.filter((name) => !chosen.some((stack) => stack.name === name)).map(getGone);
  const engine = await findEngine(process.env);
  const stopping = { gently: stop.signal, atOnce: stop.atOnce };
  let nameOf: NameOf = (_, address) => address;
  const onProgress: NonNullable<TerraformContext['onProgress']> = (stack, progress) => {
    const told = renderProgress(stack, progress, nameOf);
    if (told !== undefined) say(told);
  };
  const context = { engine, env: process.env, stop: stopping, onProgress };
  const dependents = all.filter(({ name, dependsOn }) => !names.includes(name) && dependsOn.some((needed) => names.includes(needed))); // prettier-ignore
  for (const stack of dependents) {
    const state = await new StackTerraform(stack, context).state();
    if (state !== undefined && !state.isEmpty)
      throw new Refused(`it depends on ${stack.dependsOn.join(', ')} and is still applied; destroy it first`, {
        where: `stack ${stack.name}`,
        about: 'order',
      });
  }
  const halves = await planTerraform([...gone, ...chosen].map(codeOfStack), folder, context, { destroy: true });
  refuseInterrupted(stop);
  nameOf = namesIn(halves);
  const problem = halves.find((half) => half.problem !== undefined)?.problem;
  if (problem !== undefined) throw problem;
  return { stacks: halves.flatMap(({ stack, planned }) => (planned ? [{ stack, terraform: planned }] : [])), context };
}

function getGone(name: string): SynthesizedStack {
  const stack = findGoneStack('.', name);
  if (stack === undefined)
    throw new InvalidCommand(`--both-halves needs the code of ${name}, and it is gone; put it back, and synthesize it`);
  return stack;
}

export const plansOf = ({ stacks }: Destruction): readonly StackPlan[] =>
  stacks.map(({ stack, terraform }) => ({ stack: stack.name, plan: terraform.plan }));

export const hasTerraformWork = ({ stacks }: Destruction): boolean =>
  stacks.some(({ terraform }) => terraform.hasChanges);

export const renderDestruction = ({ stacks }: Destruction): string =>
  stacks.map(({ stack, terraform }) => renderStack(stack.name, terraform)).join('\n');

/** Applies the plans, dependents first, and stops at the first failure. Returns the exit code. */
export async function destroyTerraform(
  { stacks, context }: Destruction,
  { journal: parent, configuredJournal }: JournalOptions,
  { signal, onBegun }: { readonly signal: AbortSignal; readonly onBegun: () => void },
): Promise<number> {
  const { name, version: engineVersion } = context.engine;
  const journal = JournalFolder.begin(
    parent,
    {
      formatVersion: deployFormat,
      version,
      command: 'destroy',
      ...(await runMaker(process.env)),
      startedAt: new Date().toISOString(),
      deploys: stacks.map(({ stack }) => stack.name),
      engine: { name, version: engineVersion },
    },
    configuredJournal?.store,
  );
  onBegun();
  const record = (stack: string, outcome: DeployLine['outcome'], message?: string): void =>
    journal.half({ time: new Date().toISOString(), stack, half: 'terraform', outcome, ...defined({ message }) });
  let exitCode = 0;
  for (const { stack, terraform } of stacks) {
    if (exitCode !== 0 || signal.aborted) {
      record(stack.name, 'left');
      exitCode = 1;
    } else if (terraform.hasChanges) {
      record(stack.name, 'begun');
      try {
        refuseLost(parent, stack.name);
        await new StackTerraform(stack, context).apply(terraform.file);
        record(stack.name, 'done');
      } catch (error) {
        const { message } = asStackwardError(error);
        complain(`Problem: ${printable(message)}\n`);
        record(stack.name, 'failed', message);
        exitCode = 1;
      }
    } else record(stack.name, 'unchanged');
  }
  journal.end({ problems: [], found: [], interrupted: signal.aborted, exitCode });
  return exitCode;
}
