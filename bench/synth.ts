/** Synth of 400 tenants, beside raw cdktf with the same resources. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, median, medianUsage, runNode, runProgram, type Usage } from './measure';
import { measured, type Measured } from './results';

interface Synthesis extends Usage {
  /** `resource openstack_networking_port_v2: 1200`, sorted. */
  readonly made: readonly string[];
}

export async function benchSynth(root: string): Promise<Measured> {
  const synth = (program: string) => async (): Promise<Synthesis> => {
    const folder = mkdtempSync(join(tmpdir(), 'stackward-bench-'));
    const env = { ...process.env, CDKTF_OUTDIR: folder };
    try {
      const usage = await runNode(['--import', 'tsx', join(root, 'bench', program)], { cwd: root, env });
      return { ...usage, made: countMade(folder) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const [ours, raw] = await inTurn(3, synth('synth-ours.ts'), synth('synth-raw.ts'));
  refuseOtherWork(ours[0]?.made ?? [], raw[0]?.made ?? []);
  const [mine, theirs] = [medianUsage(ours).seconds, medianUsage(raw).seconds];
  return measured('synth of 400 tenants', [mine, theirs], 's', 'raw cdktf, the same resources', {
    target: { of: 'ratio', atMost: 1.25 },
  });
}

/**
 * One try of somebody who edits main.ts: types and findings, beside cdktf's own command with the types checked before
 * the code runs.
 */
export async function benchOneTry(root: string): Promise<Measured> {
  const output = mkdtempSync(join(tmpdir(), 'stackward-bench-'));
  const tool = (name: string): string => join(root, 'node_modules/.bin', name);
  const app = `${tool('tsc')} --project tsconfig.app.json && ${tool('tsx')} main.ts`;
  try {
    const [ours, theirs] = await inTurn(
      3,
      () => runProgram('npm', ['run', '--silent', 'synth'], root),
      () => runProgram(tool('cdktf'), ['synth', '--app', app, '--output', output], root),
    );
    return measured('one try at main.ts', [median(ours), median(theirs)], 's', '`cdktf synth`, types first', {
      target: { of: 'ratio', atMost: 0.5 },
    });
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** How many of each type there are in all stacks. */
function countMade(folder: string): string[] {
  const counts = new Map<string, number>();
  for (const stack of readdirSync(join(folder, 'stacks'))) {
    const json = JSON.parse(readFileSync(join(folder, 'stacks', stack, 'cdk.tf.json'), 'utf8')) as Record<
      string,
      Record<string, object> | undefined
    >;
    for (const block of ['resource', 'data', 'provider'])
      for (const [type, made] of Object.entries(json[block] ?? {})) {
        const key = `${block} ${type}`;
        counts.set(key, (counts.get(key) ?? 0) + Object.keys(made).length);
      }
  }
  return [...counts].map(([key, count]) => `${key}: ${count}`).sort();
}

/** Fails if raw cdktf no longer makes what the constructs make, because the ratio would then mean nothing. */
function refuseOtherWork(ours: readonly string[], raw: readonly string[]): void {
  const differing = [...ours.filter((count) => !raw.includes(count)), ...raw.filter((count) => !ours.includes(count))];
  if (ours.length === 0 || differing.length > 0)
    throw new Error(
      `bench/synth-ours.ts and bench/synth-raw.ts make different things (${differing.join(', ') || 'nothing at all'}); make them the same`,
    );
}
