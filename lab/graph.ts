// Does each step as soon as the steps that it needs are done. The machine's processors are the only bound.
import { LabError } from './command';

export interface Step {
  readonly name: string;
  readonly needs: readonly string[];
  /** @returns whether the step had anything to do. */
  run(): Promise<boolean>;
}

/**
 * @param goals names of the steps that are wanted; what they need is done as well.
 * @param onDone is told of each step that had something to do, and how long that took once its needs were met.
 * @throws what the first failing step threw; steps under way are not waited for.
 */
export async function runSteps(
  steps: readonly Step[],
  goals: readonly string[],
  onDone: (name: string, tookMs: number) => void,
): Promise<void> {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const begun = new Map<string, Promise<void>>();
  const begin = (name: string, trail: readonly string[]): Promise<void> => {
    const step = byName.get(name);
    if (!step) throw new LabError(`${trail.at(-1) ?? 'the lab'} needs ${name}, which is declared nowhere.`);
    if (trail.includes(name)) throw new LabError(`these need each other: ${[...trail, name].join(' → ')}.`);
    const known = begun.get(name);
    if (known) return known;
    const needs = step.needs.map((need) => begin(need, [...trail, name]));
    const done = Promise.all(needs).then(async () => {
      const startedAt = Date.now();
      if (await step.run()) onDone(name, Date.now() - startedAt);
    });
    begun.set(name, done);
    return done;
  };
  await Promise.all(goals.map((name) => begin(name, [])));
}
