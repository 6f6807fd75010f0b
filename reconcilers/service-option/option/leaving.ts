/** Options whose old lines come back: those that nobody declares any more, and those that a rollback takes back. Pure. */
import type { Wanted } from '../../../lib/contract/reconciler';
import type { Held } from '../../../lib/hosts/record-holding';
import { areEachOf, areSameLines, type OptionLine } from '../../../lib/oslo-config/lines';
import type { OptionImage } from '../image';
import {
  keyOf,
  kind,
  nameOf,
  type About,
  type Comparison,
  type Draft,
  type Job,
  type OptionObserved,
  type OptionOn,
} from '../model';
import type { RecordEntry } from '../spec';
import { dialectOf } from './dialects';
import { dueRestart } from './effect';
import { aboutEntry, type Estate } from './estate';
import { unreadNotes } from './in-force';
import { blocked } from './edits';

/**
 * For a rollback: brings back the lines that the journal has. It has no lines of a secret; those come from the record
 * on the host, which has the lines before the first apply.
 */
export function bringBack(
  { id, owner }: Wanted<OptionOn>,
  { service, section, option, lines, entry }: OptionImage,
  observed: OptionObserved,
  now: OptionObserved,
): Comparison {
  const about: About = { service, section, name: option };
  const before = observed.records.get(owner)?.entries.get(keyOf(about));
  const goal = lines ?? (entry === null ? before?.before : undefined);
  const recorded = entry === null ? undefined : recordedAs(entry);
  if (goal === undefined || (entry !== null && recorded === undefined))
    return {
      findings: [
        {
          id,
          message: `${nameOf(about)} is a secret, which the journal doesn't keep: it stays; bring it back by hand`,
        },
      ],
    };
  // If neither the record now nor the image has an entry, no run of ours changed the option.
  if (before === undefined && recorded === undefined) return { findings: [] };
  const current = before ?? recorded;
  if (current) dialectOf(about).refuseUnseen(about, { before: goal, written: current.written }, now);
  const seen = dialectOf(about).linesOf(about, observed);
  const expected = before?.written ?? recorded?.before ?? [];
  if (!areEachOf(seen, [goal, expected]))
    return {
      findings: [
        { id, message: `somebody changed ${nameOf(about)} since that run: it stays as it is, and so does its record` },
      ],
    };
  const isWritten = !areSameLines(seen, goal);
  const due = isWritten ? dueRestart(about, now, before) : before?.due;
  const after = recorded && due !== undefined ? { ...recorded, due } : recorded;
  if (!isWritten && JSON.stringify(before) === JSON.stringify(after)) return { findings: [] };
  const job = jobOf(about, owner, { seen, goal, before, after });
  return { findings: [], draft: draftOf(id, job, 'the run is rolled back', now) };
}

function recordedAs({ before, written, ...names }: NonNullable<OptionImage['entry']>): RecordEntry | undefined {
  return before === null || written === null ? undefined : { ...names, before, written };
}

interface Left {
  readonly id: string;
  compare(now: OptionObserved): Comparison;
}

/** @param isDone whether the declaration of this resource is as the code says, once the plan is done */
export const leftovers = (
  { leaving }: Estate,
  observed: OptionObserved,
  isDone: (id: string) => boolean,
): readonly Left[] =>
  leaving.map(({ owner, entry, heir }) => {
    const id = `${kind}.${entry.path}`;
    if (heir === undefined)
      return { id, compare: (now) => ({ findings: [], draft: takeBack(id, owner, entry, observed, now) }) };
    const name = nameOf(aboutEntry(entry));
    if (isDone(heir))
      return { id, compare: (now) => ({ findings: [], draft: handOver(id, { owner, entry, heir }, observed, now) }) };
    const message = `${name} stays as it is, and so does its record: ${heir} declares it too, and can't be as declared`;
    return { id, compare: () => ({ findings: [{ id, message }] }) };
  });

/** The entry goes; the heir has one of its own, or has met the lines as they are. */
function handOver(
  id: string,
  { owner, entry, heir }: Held<RecordEntry> & { heir: string },
  observed: OptionObserved,
  now: OptionObserved,
): Draft {
  const about = aboutEntry(entry);
  const seen = dialectOf(about).linesOf(about, observed);
  const job = jobOf(about, owner, { seen, goal: seen, before: entry, after: undefined });
  return {
    ...draftOf(id, job, 'nothing declares it on this host any more', now),
    notes: [`${heir} declares ${nameOf(job)} in the same files, so its lines are left to that`],
    leftBy: { owner, stack: entry.stack },
  };
}

function takeBack(id: string, owner: string, entry: RecordEntry, observed: OptionObserved, now: OptionObserved): Draft {
  const about = aboutEntry(entry);
  const { linesOf, refuseUnreadable, refuseUnseen } = dialectOf(about);
  refuseUnreadable(about, now);
  refuseUnseen(about, entry, now);
  const seen = linesOf(about, observed);
  const isOurs = areEachOf(seen, [entry.written, entry.before]);
  const job = jobOf(about, owner, { seen, goal: isOurs ? entry.before : seen, before: entry, after: undefined });
  return {
    ...draftOf(id, job, 'nothing declares it on this host any more', now),
    notes: isOurs ? unreadNotes(about, entry, now) : notesOfChanged(about, entry, now),
    leftBy: { owner, stack: entry.stack },
  };
}

function notesOfChanged(about: About, entry: RecordEntry, now: OptionObserved): readonly string[] {
  const unread = unreadNotes(about, entry, now);
  return unread.length > 0 ? unread : [`${nameOf(about)} is not what stackward wrote, so it stays as it is`];
}

function jobOf(
  about: About,
  owner: string,
  change: Pick<Job, 'seen' | 'before' | 'after'> & { readonly goal: readonly OptionLine[] },
): Job {
  const { seen, goal, before, after } = change;
  const written = before?.written ?? [];
  return {
    ...about,
    owner,
    seen,
    does: areSameLines(seen, goal) ? { is: 'nothing' } : { is: 'bring back', goal, written },
    overridesManager: (before ?? after)?.overrideManager === true,
    before,
    after,
    hasSecretValue: false,
    restart: undefined,
  };
}

/** @throws Blocked if the lines can't be brought back */
function draftOf(id: string, job: Job, because: string, now: OptionObserved): Draft {
  const { perform, refuseUnreadable } = dialectOf(job);
  if (job.does.is !== 'nothing') refuseUnreadable(job, now);
  const edit = perform(job, now);
  if (edit.is === 'refused') throw blocked(edit);
  return { id, job, because, site: now, after: edit.is === 'edited' ? edit.after : now };
}
