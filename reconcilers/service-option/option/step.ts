/** Makes the steps of a plan from jobs: one step for each construct. Pure. */
import { defined } from '../../../lib/basics/defined';
import { ownKey, type Change } from '../../../lib/contract/reconciler';
import { nameOf, Sealed, type Draft, type Job, type OptionObserved, type ServiceOptionStep } from '../model';
import type { RecordEntry } from '../spec';
import { dialectOf } from './dialects';

/**
 * If a construct now declares another option than before, its step has two jobs: the former option goes back, the new
 * one is set.
 */
export function joinedSteps(drafts: readonly Draft[]): readonly ServiceOptionStep[] {
  const steps = new Map<string, ServiceOptionStep>();
  for (const draft of drafts) {
    const step = stepOf(draft);
    const key = `${draft.job.owner} ${step.id}`;
    const made = steps.get(key);
    steps.set(key, made ? joined(made, step) : step);
  }
  return [...steps.values()].sort(removalsLast);
}

const removalsLast = (a: ServiceOptionStep, b: ServiceOptionStep): number =>
  Number(a.action === 'delete') - Number(b.action === 'delete') || (ownKey(a) < ownKey(b) ? -1 : 1);

/** Joins two steps of a construct. If one of them is for its declaration, that is `made`. */
const joined = (made: ServiceOptionStep, more: ServiceOptionStep): ServiceOptionStep => ({
  ...made,
  action: made.action === more.action ? made.action : 'update',
  subject: made.subject === more.subject ? made.subject : `${made.subject}, ${more.subject}`,
  changes: [...made.changes, ...more.changes],
  because: made.because === more.because ? made.because : `${made.because}; ${more.because}`,
  notes: [...new Set([...(made.notes ?? []), ...(more.notes ?? [])])],
  jobs: new Sealed([...made.jobs.open(), ...more.jobs.open()]),
});

function stepOf({ id, job, because, site, after, reason, variable, notes = [], leftBy }: Draft): ServiceOptionStep {
  return {
    id,
    owner: job.owner,
    action: leftBy === undefined ? actionOf(job) : 'delete',
    subject: `${nameOf(job)} of ${job.service}`,
    changes: changesOf(job, site, after, variable),
    because,
    notes: [
      ...notes,
      ...dialectOf(job).notes(job, site, after),
      ...(reason === undefined ? [] : [`the reason given: ${reason}`]),
    ],
    ...defined({ leftBy }),
    jobs: new Sealed([job]),
  };
}

const actionOf = ({ seen, does }: Job): ServiceOptionStep['action'] =>
  seen.length === 0 && (does.is === 'set' || does.is === 'set in Python') ? 'create' : 'update';

/** @param site before the job @param after it @param secretName the variable whose value is written */
function changesOf(
  job: Job,
  site: OptionObserved,
  after: OptionObserved,
  secretName: string | undefined,
): readonly Change[] {
  const attribute = nameOf(job);
  const { shown } = dialectOf(job);
  if (job.does.is === 'nothing') return recordChanges(job);
  const isSecret = job.hasSecretValue || job.before?.isSecret === true || job.after?.isSecret === true;
  // A value from the code is no secret, because the code may hold none.
  const isGiven = job.does.is === 'set' && !job.hasSecretValue;
  const [old, now] = [shown(job, site, isSecret), shown(job, after, isSecret && !isGiven)];
  const told = secretName === undefined ? now : `(secret from $${secretName})`;
  const hidden = isSecret ? ({ isComparable: false } as const) : {};
  return [{ attribute, ...defined({ before: old, after: told }), ...hidden }];
}

function recordChanges({ before, after, restart, ...job }: Job): readonly Change[] {
  const say = (entry: RecordEntry | undefined) => entry && `for ${entry.path}`;
  const changes = { attribute: `record of ${nameOf(job)}`, ...defined({ before: say(before), after: say(after) }) };
  const isSame = say(before) === say(after);
  const flags = [
    ['by overrideManager', before?.overrideManager, after?.overrideManager],
    ['as a secret', before?.isSecret, after?.isSecret],
  ] as const;
  return [
    ...(isSame ? [] : [changes]),
    ...(before && after ? flags : [])
      .filter(([, was, is]) => was !== is)
      .map(([way, was = false, is = false]) => ({
        attribute: `kept ${way}`,
        before: was ? 'yes' : 'no',
        after: is ? 'yes' : 'no',
      })),
    ...(restart === undefined
      ? []
      : [{ attribute: `restart of ${restart}`, after: 'now', isComparable: false as const }]),
  ];
}
