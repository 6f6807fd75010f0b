/**
 * Restores the steps of a recorded run. Anybody may have written the record, so a run is restored only if its runbook
 * can have made each of its steps for that argument and those options (docs/adr/0019-runbooks.md).
 */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { InvalidConfiguration } from '../lib/basics/errors';
import { sayFault } from '../lib/basics/schema-fault';
import type { RecordedRunbook } from '../lib/journal/runbook-record';
import type { Step } from './act';
import type { Looking } from './context';
import { getRunbook, restoreStep } from './registry';
import type { Form, Given, Inputs, Part, Runbook, RunbookOption } from './runbook';

export interface Restored {
  readonly runbook: Runbook;
  readonly given: Given;
  /** The whole of the first step. The record's own text is not read, because the lock is taken for this one. */
  readonly thing: string;
  readonly steps: readonly Step[];
}

const schemas: Readonly<Record<RunbookOption, z.ZodType>> = {
  reason: z.string(),
  active: z.literal(true),
  yesItRuns: z.literal(true),
  applicationCredential: z.literal(true),
  password: z.literal(true),
  project: z.string(),
  to: z.string().startsWith('/'),
  host: z.string(),
  peers: z.string(),
  seconds: z.string(),
  mbit: z.string(),
};

function givenOf({ name, record }: RecordedRunbook, runbook: Runbook): Given {
  const fields = Object.fromEntries(runbook.options.map((option) => [option, schemas[option].optional()]));
  const parsed = z.strictObject(fields).safeParse(record.options);
  if (parsed.success) return { argument: record.argument, options: parsed.data };
  throw new InvalidConfiguration(`its options are none of a run of ${runbook.name}: ${sayFault(parsed.error)}`, {
    where: name,
    about: 'file',
  });
}

/**
 * @throws InvalidConfiguration that names the first step that the runbook can't have made, or the thing of the steps if
 * the argument names another thing now
 */
export async function restoreRun(run: RecordedRunbook, looking: Looking): Promise<Restored> {
  const restored = restore(run);
  const { runbook, given, steps } = restored;
  const named = await runbook.otherThing?.(given, steps[0]?.inputs as Inputs, looking);
  if (named === undefined) return restored;
  throw new InvalidConfiguration(
    `its steps are about ${named}, and it is the run of ${runbook.name} ${given.argument}; look at both by hand, and start a new run`,
    { where: run.name, about: 'file' },
  );
}

function restore(run: RecordedRunbook): Restored {
  const { name, record } = run;
  const runbook = getRunbook(record.runbook);
  const given = givenOf(run, runbook);
  const steps = record.steps.map(({ act, inputs }) => restoreStep(act, inputs, name));
  const [first] = steps;
  if (first === undefined) throw new InvalidConfiguration('it has no step, and no run is recorded without any', { where: name, about: 'file' }); // prettier-ignore
  const forms = runbook.forms(given, first.inputs as Inputs);
  const undone = undoneOf(forms);
  // Whoever rolls a rollback back goes forwards again.
  const orders = record.rolledBack === undefined ? [forms] : [undone.toReversed(), undone];
  const strays = orders.map((order) => findStray(steps, order));
  const [stray] = strays.includes(undefined) ? [] : strays;
  if (stray === undefined) return { runbook, given, thing: first.whole, steps };
  const [what, number] = [record.rolledBack === undefined ? 'a run' : 'a rollback', stray + 1];
  const said = steps[stray] === undefined ? 'is missing' : `is "${steps[stray].title}"`;
  throw new InvalidConfiguration(
    `its step ${number} ${said}, which is not what ${what} of ${runbook.name} ${given.argument} records; the record was altered, or another version wrote it: look at the thing by hand, and start a new run`,
    { where: name, about: 'file' },
  );
}

/** A rollback leaves out what it need not or can't undo. */
const undoneOf = (forms: readonly Form[]): readonly Form[] =>
  forms.flatMap(({ oneOf }) => {
    const undone = oneOf.flatMap(({ act, undone: inputs }) => (inputs === undefined ? [] : [{ act, inputs }]));
    return undone.length === 0 ? [] : [{ oneOf: undone, times: 'at most once' as const }];
  });

/** @returns the index of the first step that has no place among the forms, or of the first that is missing */
function findStray(steps: readonly Step[], forms: readonly Form[]): number | undefined {
  let next = 0;
  for (const { oneOf, times = 'once' } of forms) {
    const start = next;
    const most = times === 'any' ? steps.length : start + 1;
    while (next < most && isOneOf(steps[next], oneOf)) next++;
    if (times === 'once' && next === start) return next;
  }
  return next === steps.length ? undefined : next;
}

const isOneOf = (step: Step | undefined, parts: readonly Part[]): boolean =>
  step !== undefined &&
  parts.some(({ act, inputs }) => {
    const told = step.inputs as Inputs;
    return step.act === act && Object.entries(inputs).every(([key, value]) => isDeepStrictEqual(told[key], value));
  });
