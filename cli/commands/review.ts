/** `review`: what the code would change in both halves, before anything is done (docs/adr/0021-review.md). */
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { findNewerSource } from '../../adapters/files/newer-source';
import { outputFolder } from '../../adapters/files/output-folder';
import { synthesize } from '../../adapters/process/synthesize';
import { commitOf } from '../../adapters/process/working-tree';
import { chosenStacks, inDependencyOrder, readApp, type SynthesizedStack } from '../../adapters/terraform/app';
import { findEngine } from '../../adapters/terraform/engine';
import { defined } from '../../lib/basics/defined';
import type { Plan } from '../../lib/run/plan';
import { assembleReview, keyOfStep } from '../../review/assemble';
import type { Effect, Review } from '../../review/model';
import { exitCodes, resultOf } from '../../review/render/result';
import { version } from '../../package.json';
import { planTerraform } from '../both-halves';
import { readConfiguration } from '../inputs';
import type { ReviewOptions } from '../options';
import { refuseInterrupted, withPlanFolder, type PlanFolder } from '../plan-folder';
import { keepBundle } from '../review/keep-bundle';
import { planOurHalves, readStacks } from '../review/read-halves';
import { answerOf, ending } from '../run';
import { say, terminalWidth } from '../terminal';
import { wire, type Answer } from '../wire';

export const review = (options: ReviewOptions): Promise<void> => {
  const format = options.json ? 'json' : options.format;
  return ending({ ...options, ...(format === 'json' ? { json: true as const } : undefined) }, async () => {
    const answer = answerOf(options);
    const made = await withPlanFolder('review', (given) => makeReview(options, given, answer));
    say(await render(made, format, answer));
    return exitCodes[resultOf(made)];
  });
};

/** @param given where Terraform's plans are kept meanwhile */
async function makeReview(options: ReviewOptions, { folder, stop }: PlanFolder, answer: Answer): Promise<Review> {
  const { env } = process;
  const configuration = readConfiguration(options.config, env);
  const { binary, ...engine } = await findEngine(env);
  const out = options.synth ? await synthesize('.', env) : outputFolder('.');
  const all = inDependencyOrder(readApp(out));
  const stacks = chosenStacks(all, options.stack);
  const made = answer.clock.now().toISOString();
  const stopping = { gently: stop.signal, atOnce: stop.atOnce };
  const halves = await planTerraform(stacks, folder, { engine: { binary }, env, stop: stopping });
  refuseInterrupted(stop);
  const read = readStacks(halves);
  const manifests = read.stacks.flatMap(({ manifest }) => manifest ?? []);
  const { context, close } = wire(configuration, env, manifests, answer);
  try {
    const isWhole = stacks.length === all.length && read.isWhole;
    const own = await planOurHalves(manifests, isWhole, context);
    refuseInterrupted(stop);
    const commit = await commitOf('.');
    const found = assembleReview({
      made,
      by: `${userInfo().username}@${hostname()}`,
      ...defined({ commit }),
      version,
      engine,
      stacks: read.stacks,
      own: own.plan,
      rules: configuration.review,
      effects: effectsOf(own.plan),
      problems: [...read.problems, ...(own.problem ? [own.problem] : [])],
      warnings: [
        ...context.warnings().map(({ where, message }) => `${where}: ${message}`),
        ...unreviewedStacks(all, stacks),
        ...staleCode(options, out),
      ],
    });
    if (options.out !== undefined)
      keepBundle(options.out, { review: found, halves, own: own.plan, config: options.config });
    return found;
  } finally {
    await close();
  }
}

function effectsOf(own: Plan | undefined): ReadonlyMap<string, readonly Effect[]> {
  const steps = new Map(own?.steps.map((step) => [keyOfStep(step), step]));
  const effects = new Map<string, readonly Effect[]>();
  for (const { target, difference, effects: written } of own?.looks ?? []) {
    const all = written();
    for (const [place, step] of difference.steps.entries()) {
      const key = keyOfStep({ ...step, target });
      if (steps.has(key)) effects.set(key, all[place] ?? []);
    }
  }
  return effects;
}

function unreviewedStacks(all: readonly SynthesizedStack[], chosen: readonly SynthesizedStack[]): string[] {
  const left = all.filter((stack) => !chosen.includes(stack)).map(({ name }) => name);
  return left.length === 0
    ? []
    : [`--stack leaves out ${left.join(', ')}: nobody reviewed what this change does there`];
}

function staleCode({ synth }: ReviewOptions, out: string): string[] {
  const newer = synth ? undefined : findNewerSource('.', join(out, 'manifest.json'));
  return newer === undefined
    ? []
    : [
        `${newer} is newer than the synthesized code in ${out}, and this is the review of the older code; leave out --no-synth`,
      ];
}

async function render(made: Review, format: ReviewOptions['format'], { style }: Answer): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('../../review/render/json.js')).renderReviewJson(made);
    case 'text':
      return (await import('../../review/render/text.js')).renderReviewText(made, terminalWidth(), style);
    case 'markdown':
      return (await import('../../review/render/markdown.js')).renderReviewMarkdown(made);
    case 'html':
      return (await import('../../review/render/html.js')).renderReviewHtml(made);
  }
}
