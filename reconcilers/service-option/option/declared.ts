/** Compares a declared option with the value that its service reads on a host. Pure. */
import { Blocked, InvalidConfiguration } from '../../../lib/basics/errors';
import { defined } from '../../../lib/basics/defined';
import type { Finding, Wanted } from '../../../lib/contract/reconciler';
import { heldByOthers, type Held } from '../../../lib/hosts/record-holding';
import { areSameLines, type OptionLine } from '../../../lib/oslo-config/lines';
import type { Due, RecordEntry } from '../spec';
import { dialectOf, isEditedIn } from './dialects';
import {
  keyOf,
  kind,
  nameOf,
  type About,
  type Comparison,
  type Job,
  type OptionObserved,
  type OptionOn,
} from '../model';
import { dueRestart, notInUse, runs, runsFromBefore, unitToRestart } from './effect';
import { aboutEntry, aboutOf, entriesBeside, type Declared, type Estate } from './estate';
import { blocked, describedOption, optionOf } from './edits';
import { isPython } from './horizon';
import { holdsSecret } from './words';

interface Sight {
  readonly observed: OptionObserved;
  /** As earlier jobs leave it. */
  readonly now: OptionObserved;
  readonly estate: Estate;
}

export function compareDeclared(
  { id, owner, stack }: Wanted<OptionOn>,
  spec: Declared,
  { observed, now, estate }: Sight,
): Comparison {
  const { declared } = spec;
  const about = aboutOf(spec);
  const { linesOf, perform, refuseGuess, refuseUnreadable, refuseUnseen, writtenLines } = dialectOf(about);
  refuseUnreadable(about, now);
  refuseForeign(about, owner, now);
  refuseWording(about, declared, now);
  const before = observed.records.get(owner)?.entries.get(keyOf(about));
  if (before) refuseUnseen(about, before, now);
  const inherited = before ? undefined : estate.leaving.find(({ heir }) => heir === id)?.entry;
  const seen = linesOf(about, observed);
  const does = wishOf(spec);
  if (does === undefined) return uncompared(id, spec, before, seen);
  const plain = jobOf(about, owner, { spec, seen, does, before });
  const edit = perform(plain, now);
  if (edit.is !== 'unchanged') refuseGuess(about, now);
  if (edit.is === 'refused') throw blocked(edit);
  const isSecret = plain.hasSecretValue || (before ?? inherited)?.isSecret === true;
  const names: Names = {
    path: id.slice(kind.length + 1),
    stack,
    ...defined({ overrideManager: declared.overrideManager, isSecret: isSecret ? (true as const) : undefined }),
  };
  if (edit.is === 'unchanged' && inherited) return inheritanceOf(id, plain, names, inherited, now);
  if (edit.is === 'unchanged') return asDeclared(id, { ...plain, does: { is: 'nothing' } }, names, spec, now);
  const { after } = edit;
  refuseOwnedLines(about, owner, { observed: now, now: after, estate });
  const restart = declared.restart === true ? unitToRestart(about, now, before) : undefined;
  const written = writtenLines(about, now, after, (before ?? inherited)?.written);
  const entry = entryOf(about, names, {
    original: (before ?? inherited)?.before ?? seen,
    written,
    due: dueRestart(about, now, before),
  });
  return {
    findings: [],
    draft: {
      id,
      job: { ...plain, after: entry, restart },
      because: becauseOf(before, seen),
      site: now,
      after,
      reason: declared.reason,
      variable: declared.valueFromEnvironment,
    },
  };
}

/** @throws InvalidConfiguration where the packages of the host register the option as another kind of value */
function refuseWording(about: About, declared: Declared['declared'], now: OptionObserved): void {
  if (declared.values !== undefined && describedOption(about, now)?.multiple === false)
    throw new InvalidConfiguration(`${nameOf(about)} of ${about.service} takes one value; say "value"`);
  if (
    declared.valueFromEnvironment === undefined &&
    describedOption(about, now)?.secret === true &&
    declared.absent !== true
  )
    throw new InvalidConfiguration(
      `${about.service} registers ${nameOf(about)} as a secret; put the value into a variable of the environment, and name that in "valueFromEnvironment"`,
    );
}

/** True if the value would still differ after all of this host's declarations were done: another one contradicts. */
export function isContested(spec: Declared, now: OptionObserved): boolean {
  const does = wishOf(spec);
  if (does === undefined) return false;
  const job = jobOf(aboutOf(spec), '', { spec, seen: [], does, before: undefined });
  return dialectOf(job).perform(job, now).is !== 'unchanged';
}

/** The job for the declared values; undefined if the variable with the value is not set. */
function wishOf({ declared, secret }: Declared): Job['does'] | undefined {
  const { value, values, valueFromEnvironment } = declared;
  if (isPython(declared)) return { is: 'set in Python', value };
  const set = (all: readonly string[]) => ({ is: 'set', values: all, isOfSeveral: values !== undefined }) as const;
  if (valueFromEnvironment !== undefined) return secret && set([secret.open()]);
  return set(values ?? (typeof value === 'string' ? [value] : []));
}

/** What the record says of the declaration. */
type Names = Pick<RecordEntry, 'path' | 'stack' | 'overrideManager' | 'isSecret'>;

interface Compared {
  readonly spec: Declared;
  readonly seen: readonly OptionLine[];
  readonly does: Job['does'];
  readonly before: RecordEntry | undefined;
}

function jobOf(about: About, owner: string, { spec: { declared }, seen, does, before }: Compared): Job {
  return {
    ...about,
    owner,
    seen,
    does,
    overridesManager: declared.overrideManager === true,
    before,
    after: before,
    hasSecretValue: declared.valueFromEnvironment !== undefined,
    restart: undefined,
  };
}

function refuseForeign(about: About, owner: string, site: OptionObserved): void {
  const [held] = heldByOthers(site, owner, keyOf(about));
  if (held)
    throw new Blocked(
      `${nameOf(about)} of ${about.service} is kept by ${held.owner} too, for ${held.entry.path}; leave it to one of the two owners`,
    );
}

/** @throws Blocked where the edit changes lines of the option in a file in which another record has written it */
function refuseOwnedLines(about: About, owner: string, { observed, now, estate }: Sight): void {
  const isEdited = ({ path }: OptionLine): boolean => isEditedIn(path, about, observed, now);
  for (const held of entriesBeside(about, owner, observed)) {
    const line = [...held.entry.written, ...held.entry.before].find(isEdited);
    if (line !== undefined && !(held.owner === owner && estate.isSettled(held)) && !isLeaving(held, estate))
      throw new Blocked(
        `${nameOf(aboutEntry(held.entry))} of ${held.entry.service} in ${line.path} is kept by ${held.owner}, for ${held.entry.path}; leave it to one of the two owners`,
      );
  }
}

const isLeaving = (held: Held<RecordEntry>, { leaving }: Estate): boolean =>
  leaving.some(({ entry }) => entry === held.entry);

/** The line stays as another construct wrote it, and this declaration has it from now on. */
function inheritanceOf(id: string, plain: Job, names: Names, from: RecordEntry, now: OptionObserved): Comparison {
  const entry = entryOf(plain, names, { original: from.before, written: from.written, due: from.due });
  const job: Job = { ...plain, does: { is: 'nothing' }, after: entry };
  return { findings: [], draft: { id, job, because: `${from.path} declared it before`, site: now, after: now } };
}

/** Without the secret only the record tells. */
function uncompared(
  id: string,
  { declared }: Declared,
  before: RecordEntry | undefined,
  seen: readonly OptionLine[],
): Comparison {
  const unset = `the variable ${declared.valueFromEnvironment} is not set`;
  if (before === undefined || !areSameLines(seen, before.written))
    throw new InvalidConfiguration(`${unset} where stackward runs; set it, and plan again`);
  const message = `${unset} where stackward runs, so its value was not compared; the line is the one that stackward wrote`;
  return { findings: [{ id, message }] };
}

function asDeclared(id: string, plain: Job, names: Names, { declared }: Declared, now: OptionObserved): Comparison {
  const { before } = plain;
  const notes = notInUse(plain, now);
  // No record has the option, so the host had this value before. It stays when the declaration is deleted.
  if (before === undefined) return { findings: notes.map((message) => ({ id, message })) };
  const ours = before.due === undefined ? [] : runsFromBefore(plain, before.due, now);
  const isDue = before.due !== undefined && (ours.length > 0 || !runs(plain, now));
  const restart = declared.restart === true && isDue ? unitToRestart(plain, now, before) : undefined;
  const isMoved = before.path !== names.path || before.stack !== names.stack;
  const { overrideManager, isSecret, ...rest } = before;
  const isOtherwise = overrideManager !== names.overrideManager || isSecret !== names.isSecret;
  const findings: Finding[] = notes.map((message) => ({ id, message }));
  if (restart === undefined && !isMoved && !isOtherwise) return { findings };
  const job: Job = { ...plain, after: { ...rest, ...names }, restart };
  const because = isMoved
    ? 'another construct declares it now'
    : isOtherwise
      ? 'the code declares it otherwise'
      : 'the restart that the code asks for was not done';
  return {
    findings: restart === undefined ? findings : [],
    draft: { id, job, because, site: now, after: now, reason: declared.reason },
  };
}

function becauseOf(before: RecordEntry | undefined, seen: readonly OptionLine[]): string {
  if (before !== undefined && !areSameLines(seen, before.written))
    return 'somebody changed it since stackward wrote it';
  return seen.length === 0 ? 'the code declares it' : 'the code declares another value';
}

/**
 * The entry for the record; undefined if the lines are those that the first apply found and no restart is due: then
 * nothing is left to bring back or to do.
 */
function entryOf(
  { service, section, name }: About,
  names: Names,
  {
    original,
    written,
    due,
  }: { original: readonly OptionLine[]; written: readonly OptionLine[]; readonly due: Due | undefined },
): RecordEntry | undefined {
  if (areSameLines(original, written) && due === undefined) return undefined;
  const entry = { service, section, option: name, ...names, before: [...original], written: [...written] };
  return due === undefined ? entry : { ...entry, due };
}

/** True if the former or the new value is a secret, which nobody may keep. */
export const isSecretJob = (job: Job, site: OptionObserved): boolean => {
  const lines = [...job.seen, ...(job.before?.before ?? []), ...(job.before?.written ?? [])];
  return (
    job.hasSecretValue ||
    job.before?.isSecret === true ||
    holdsSecret(
      optionOf(job, site, false),
      lines.map(({ text }) => text),
    )
  );
};
