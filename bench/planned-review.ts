/** A review of 10 tenants beside Terraform's own plans of the same stacks, on the lab. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { readLab } from '../lab/environment';
import { inTurn, median, medianUsage, runNode, runProgram, secondsSince } from './measure';
import { measured, type Measured } from './results';

const rounds = 3;
/** Terraform processes side by side, as many as a review starts. */
const concurrency = 4;

export async function benchPlannedReview(
  root: string,
  bundle: string,
  say: (text: string) => void,
): Promise<Measured[]> {
  const lab = readLab();
  if (!lab) {
    say("No lab here: the review beside Terraform's own plans is left out.");
    return [];
  }
  say("a review of 10 tenants, and Terraform's own plans of them, three times each …");
  const folder = mkdtempSync(join(tmpdir(), 'stackward-bench-'));
  const out = join(folder, 'cdktf.out');
  const env: NodeJS.ProcessEnv = { ...process.env, ...lab.environment, CDKTF_OUTDIR: out };
  try {
    writeFileSync(join(folder, 'cdktf.json'), '{ "app": "true" }');
    await runNode(['--import', 'tsx', join(root, 'bench/planned-review-app.ts')], { cwd: root, env });
    const stacks = readdirSync(join(out, 'stacks')).map((name) => join(out, 'stacks', name));
    const resources = stacks.map(countResources).reduce((sum, count) => sum + count, 0);
    const terraform = (stack: string, ...args: string[]) =>
      runProgram(env.TERRAFORM_BINARY_NAME ?? 'terraform', [`-chdir=${stack}`, ...args], folder, env);
    const limit = pLimit(concurrency);
    const everyStack = async (work: (stack: string) => Promise<unknown>): Promise<number> => {
      const started = process.hrtime.bigint();
      await Promise.all(stacks.map((stack) => limit(() => work(stack))));
      return secondsSince(started);
    };
    const plan = (stack: string): Promise<number> => terraform(stack, 'plan', '-out=bench.tfplan', '-input=false');
    const planAndShow = async (stack: string): Promise<void> => {
      await plan(stack);
      await terraform(stack, 'show', '-json', 'bench.tfplan');
    };
    await everyStack((stack) => terraform(stack, 'init', '-input=false'));
    const [ours, theirs, floor] = await inTurn(
      rounds,
      () => runNode([bundle, 'review', '--no-synth', '--format', 'markdown'], { cwd: folder, env, allowed: [2] }),
      () => everyStack(plan),
      () => everyStack(planAndShow),
    );
    const what = `review of ${stacks.length} tenants, ${resources} resources`;
    const plans = "Terraform's own plans, four side by side";
    return [
      measured(what, [medianUsage(ours).seconds, median(theirs)], 's', plans, { target: { of: 'ratio', atMost: 1.3 } }),
      measured(`floor of ${what}: plans, and what they say`, [median(floor), median(theirs)], 's', plans, {
        remark: '`terraform plan`, then `terraform show -json` of it: nothing else tells the values in a plan',
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countResources(stack: string): number {
  const { resource = {} } = JSON.parse(readFileSync(join(stack, 'cdk.tf.json'), 'utf8')) as {
    resource?: Record<string, object>;
  };
  return Object.values(resource).reduce((sum, made) => sum + Object.keys(made).length, 0);
}
