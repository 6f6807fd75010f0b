/** Rendering of a review with 10,000 changes of stackward, beside JSON of the same model. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { inTurn, medianUsage, runNode, type Usage } from './measure';
import { measured, type Measured } from './results';

const rounds = 5;
const formats = ['text', 'markdown', 'html'] as const;

export async function benchReview(say: (text: string) => void): Promise<Measured[]> {
  say('reviews with 10,000 changes …');
  const folder = mkdtempSync(join(tmpdir(), 'stackward-bench-review-'));
  try {
    const program = join(folder, 'render.cjs');
    const entry = resolve(__dirname, 'render-review.ts');
    // The model comes from test/support, whose modules find recorded files from where they lie.
    const define = { __dirname: JSON.stringify(resolve(__dirname, '../test/support')) };
    await build({ entryPoints: [entry], bundle: true, platform: 'node', outfile: program, define, logLevel: 'error' });
    const render = (format: string) => () => runNode([program, format]);
    const [model, json, ...others] = await inTurn(rounds, render('model'), render('json'), ...formats.map(render));
    const start = medianUsage(model ?? []).seconds;
    const withoutStart = (all: readonly Usage[]): Usage => {
      const { seconds, mebibytes } = medianUsage(all);
      return { seconds: seconds - start, mebibytes };
    };
    const bare = withoutStart(json ?? []);
    return formats.flatMap((format, index) => pairOf(format, withoutStart((others[index] ?? []) as Usage[]), bare));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pairOf = (format: string, ours: Usage, bare: Usage): Measured[] => [
  measured(`review of 10,000 changes as ${format}, time`, [ours.seconds, bare.seconds], 's', 'JSON of the same', {
    target: { of: 'ours', atMost: 2 },
    remark: 'without the start of the process and the making of the model',
  }),
  measured(
    `review of 10,000 changes as ${format}, memory`,
    [ours.mebibytes, bare.mebibytes],
    'MiB',
    'JSON of the same',
    { target: { of: 'ours', atMost: 300 } },
  ),
];
