/** Verifies Terraform's half of each stack: by a plan of Terraform, which must have no change. Writes nothing. */
import { outputFolder } from '../adapters/files/output-folder';
import { chosenStacks, inDependencyOrder, readApp } from '../adapters/terraform/app';
import { findEngine } from '../adapters/terraform/engine';
import { nameOfChange } from '../review/terraform/plan-changes';
import { printable } from '../lib/basics/printable';
import type { Style } from '../lib/render/style';
import { codeOfStack, planTerraform, type TerraformHalf } from './both-halves';
import { sayDifferences } from './deploy/evidence';
import { namesInPlans, sayChanges } from './deploy/show';
import { refuseInterrupted, withPlanFolder } from './plan-folder';

export interface VerifiedStack {
  readonly stack: string;
  readonly is: 'converged' | 'differs' | 'waiting' | 'not looked at';
  /** What differs, what it waits for, or why it was not looked at. */
  readonly because?: string;
}

/**
 * @param only the stacks of --stack; none: all
 * @param isFast true: the code is compared with the state alone, and Terraform asks no cloud
 */
export function verifyTerraform(only: readonly string[], isFast: boolean): Promise<readonly VerifiedStack[]> {
  const stacks = chosenStacks(inDependencyOrder(readApp(outputFolder('.'))), only);
  return withPlanFolder('verify', async ({ folder, stop }) => {
    const stopping = { gently: stop.signal, atOnce: stop.atOnce };
    const context = { engine: await findEngine(process.env), env: process.env, stop: stopping };
    const halves = await planTerraform(stacks.map(codeOfStack), folder, context, isFast ? { refresh: false } : {});
    refuseInterrupted(stop);
    return halves.map(verified);
  });
}

function verified({ stack: { name: stack }, waitsFor = [], planned, problem }: TerraformHalf): VerifiedStack {
  if (planned === undefined)
    return problem === undefined
      ? { stack, is: 'waiting', because: `${waitsFor.join(', ')} must be applied first` }
      : { stack, is: 'not looked at', because: problem.detail };
  if (!planned.hasChanges) return { stack, is: 'converged' };
  const { plan } = planned;
  const { changes } = plan;
  const nameOf = namesInPlans([{ stack, plan }]);
  const names = changes.map((change) => nameOfChange(change, (address) => nameOf(stack, address)));
  return {
    stack,
    is: 'differs',
    because: names.length === 0 ? 'its outputs' : `${sayChanges(changes)} (${sayDifferences(names)})`,
  };
}

export function renderTerraformHalf(stacks: readonly VerifiedStack[], isFast: boolean, style: Style): string {
  const lines = stacks.map(({ stack, is, because }) => {
    const paint = is === 'converged' ? style.green : is === 'not looked at' ? style.red : style.yellow;
    return `${paint(is.padEnd(9))} ${printable(`stack ${stack}${because === undefined ? '' : `: ${because}`}`)}\n`;
  });
  return `\nTerraform's half${isFast ? ', by its state alone' : ''}:\n${lines.join('')}`;
}

export function terraformExitCode(stacks: readonly VerifiedStack[]): 0 | 1 | 2 {
  if (stacks.some(({ is }) => is === 'not looked at')) return 1;
  return stacks.some(({ is }) => is !== 'converged') ? 2 : 0;
}
