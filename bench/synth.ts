/** Synth of 400 tenants, beside raw cdktf with the same resources. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, medianUsage, runNode, type Usage } from './measure';
import { measured, type Measured } from './results';

export async function benchSynth(root: string): Promise<Measured> {
  const synth = (program: string) => async (): Promise<Usage> => {
    const folder = mkdtempSync(join(tmpdir(), 'stackward-bench-'));
    const env = { ...process.env, CDKTF_OUTDIR: join(folder, 'cdktf.out') };
    try {
      return await runNode(['--import', 'tsx', join(root, 'bench', program)], { cwd: root, env });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const [ours, raw] = await inTurn(3, synth('synth-ours.ts'), synth('synth-raw.ts'));
  const [mine, other] = [medianUsage(ours).seconds, medianUsage(raw).seconds];
  return measured('synth of 400 tenants', [mine, other], 's', 'raw cdktf, the same resources', {
    target: { of: 'ratio', atMost: 1.25 },
  });
}
