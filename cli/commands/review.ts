/** `review`: what the code would change in both halves, before anything is done (docs/adr/0021-review.md). */
import { outputFolder } from '../../adapters/files/output-folder';
import { isGitlabJob } from '../../adapters/process/run-maker';
import { synthesize } from '../../adapters/process/synthesize';
import { chosenStacks, inDependencyOrder, readApp, type SynthesizedStack } from '../../adapters/terraform/app';
import { findBinary, findEngine } from '../../adapters/terraform/engine';
import type { Review } from '../../review/model';
import { exitCodes, resultOf } from '../../review/render/result';
import { codeOfStack, planTerraform, planWithStates } from '../both-halves';
import { readConfiguration } from '../inputs';
import type { ReviewOptions } from '../options';
import { refuseInterrupted, withPlanFolder, type PlanFolder } from '../plan-folder';
import { refuseWrongLogin } from '../refuse-login';
import { addStates } from '../review/add-states';
import { keepBundle } from '../review/keep-bundle';
import { makeReview } from '../review/make-review';
import { readStacks } from '../review/read-halves';
import { staleCode } from '../review/stale-code';
import { answerOf, endWith } from '../run';
import { say, terminalWidth } from '../terminal';
import { wire, type Answer } from '../wire';

export const review = (options: ReviewOptions): Promise<void> => {
  const format = options.json ? 'json' : options.format;
  return endWith({ ...options, ...(format === 'json' ? { json: true as const } : undefined) }, async () => {
    const answer = answerOf(options);
    const made = await withPlanFolder('review', (given) => readAndReview(options, given, answer));
    say(await render(made, format, answer));
    return exitCodes[resultOf(made)];
  });
};

/** @param given where Terraform's plans are kept meanwhile */
async function readAndReview(options: ReviewOptions, { folder, stop }: PlanFolder, answer: Answer): Promise<Review> {
  const { env } = process;
  const configuration = readConfiguration(options.config, env);
  // The synth takes long, so a missing Terraform is told before it.
  findBinary(env);
  const out = options.synth ? await synthesize('.', env) : outputFolder('.');
  const all = inDependencyOrder(readApp(out));
  const chosen = chosenStacks(all, options.stack);
  const stacks = chosen.map(codeOfStack);
  const login = new AbortController();
  const [engine] = await Promise.all([
    findEngine(env, { gently: login.signal }),
    refuseWrongLogin(configuration, env, answer, stacks),
  ]).finally(() => login.abort());
  const made = answer.clock.now();
  const terraform = { engine, env, stop: { gently: stop.signal, atOnce: stop.atOnce } };
  // Only a bundle says of which states it was made.
  const evidence = options.out === undefined ? undefined : await planWithStates(stacks, folder, terraform);
  const halves = evidence ?? (await planTerraform(stacks, folder, terraform));
  refuseInterrupted(stop);
  const read = readStacks(await addStates(halves, terraform));
  const manifests = read.stacks.flatMap(({ manifest }) => manifest ?? []);
  const { context, close } = wire(configuration, env, manifests, answer);
  try {
    const isWhole = chosen.length === all.length;
    const warnings = [...unreviewedStacks(all, chosen), ...staleCode(options, out)];
    const found = await makeReview(
      read,
      { made, engine, rules: configuration.review, isWhole, warnings, journal: options.journal },
      context,
    );
    refuseInterrupted(stop);
    if (options.out !== undefined && evidence !== undefined)
      keepBundle(options.out, { ...found, halves: evidence, config: options.config });
    return found.review;
  } finally {
    await close();
  }
}

function unreviewedStacks(all: readonly SynthesizedStack[], chosen: readonly SynthesizedStack[]): string[] {
  const left = all.filter((stack) => !chosen.includes(stack)).map(({ name }) => name);
  return left.length === 0
    ? []
    : [`--stack leaves out ${left.join(', ')}: nobody reviewed what this change does there`];
}

async function render(made: Review, format: ReviewOptions['format'], { style }: Answer): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('../../review/render/json.js')).renderReviewJson(made);
    case 'text':
      return (await import('../../review/render/text.js')).renderReviewText(made, terminalWidth(), style);
    case 'markdown': {
      const { commentLimits, renderReviewMarkdown } = await import('../../review/render/markdown.js');
      return renderReviewMarkdown(made, { limit: commentLimits[isGitlabJob(process.env) ? 'gitlab' : 'github'] });
    }
    case 'html':
      return (await import('../../review/render/html.js')).renderReviewHtml(made);
  }
}
