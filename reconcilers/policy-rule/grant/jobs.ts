/** What a step does to the rules of one file, worked out on their texts. Pure: plan and apply ask the same. */
import { asStackwardError, type StackwardError } from '../../../lib/basics/errors';
import type { Rules } from '../../../lib/policy/check';
import { eraOf } from '../../../lib/policy/defaults';
import { addRole } from '../../../lib/policy/edit';
import { findEntry, parsePolicyFile, type PolicyFile } from '../../../lib/policy/file';
import { admissionOf } from '../../../lib/policy/grant';
import { parseRule } from '../../../lib/policy/parse';
import type { Edit } from '../../../lib/policy/splice';
import { rawWithout, restoreValue, takeRole } from '../../../lib/policy/take-back';
import type { RuleImage } from '../restored';
import type { RecordEntry } from '../spec';

interface About {
  readonly owner: string;
  readonly file: string;
  readonly rule: string;
  readonly role: string;
  readonly service: RecordEntry['service'];
  readonly release: RecordEntry['release'];
  /** What the record has of it; undefined: nothing. */
  readonly recorded: RecordEntry | undefined;
}

export type Job = About &
  (
    | {
        readonly does: 'add';
        readonly rules: Rules;
        readonly effective: string | undefined;
        readonly as: Pick<RecordEntry, 'path' | 'stack' | 'overrideManager'>;
      }
    /** `of`: the owner's own entry, or another's whose grant becomes this owner's too. */
    | {
        readonly does: 'record';
        readonly of: RecordEntry;
        readonly as: Pick<RecordEntry, 'path' | 'stack' | 'overrideManager'>;
      }
    | { readonly does: 'take'; readonly recorded: RecordEntry }
    | { readonly does: 'restore'; readonly image: RuleImage }
  );

type Grant = Pick<About, 'file' | 'rule' | 'role'>;

export const keyOf = ({ file, rule, role }: Grant): string => `${file} ${rule} ${role}`;

/** An entry of somebody's record on the host. */
export interface Held {
  readonly owner: string;
  readonly entry: RecordEntry;
}

const isSameRole = (a: Grant, b: Grant): boolean => a.role.toLowerCase() === b.role.toLowerCase();

/** Who has a grant in the same rule, whatever role it is of; not this very entry. */
export const heldBeside = (held: Iterable<Held>, { owner, ...grant }: Grant & Pick<About, 'owner'>): readonly Held[] =>
  [...held].filter(
    (one) =>
      one.entry.file === grant.file &&
      one.entry.rule === grant.rule &&
      !(one.owner === owner && keyOf(one.entry) === keyOf(grant)),
  );

/** Whose record holds the same grant; it goes with the last of them. */
export const heldToo = (held: Iterable<Held>, grant: Grant & Pick<About, 'owner'>): Held | undefined =>
  heldBeside(held, grant).find(({ entry }) => isSameRole(entry, grant));

export interface Performed {
  /** File → its text afterwards; of files that change. */
  readonly contents: ReadonlyMap<string, string>;
  /** What the record has of each afterwards; undefined: nothing. An error: it was not done, and the others were. */
  readonly entries: ReadonlyMap<Job, RecordEntry | undefined | StackwardError>;
}

/**
 * @param texts file → its text; undefined: there is no such file
 * @param held what all records of the host hold before
 */
export function perform(
  jobs: readonly Job[],
  texts: (file: string) => string | undefined,
  held: readonly Held[],
): Performed {
  const holders = new Map(held.map((one) => [`${one.owner} ${keyOf(one.entry)}`, one]));
  const before = new Map([...new Set(jobs.map(({ file }) => file))].map((file) => [file, texts(file)]));
  const contents = new Map(before);
  const entries = new Map<Job, RecordEntry | undefined | StackwardError>();
  for (const job of inOrder(jobs, contents)) {
    try {
      const { content, entry } = one(job, contents.get(job.file), heldBeside(holders.values(), job));
      entries.set(job, entry);
      if (entry === undefined) holders.delete(`${job.owner} ${keyOf(job)}`);
      else holders.set(`${job.owner} ${keyOf(job)}`, { owner: job.owner, entry });
      contents.set(job.file, content);
    } catch (error) {
      entries.set(job, asStackwardError(error));
    }
  }
  const changed = [...contents].filter(([file, text]) => text !== undefined && text !== before.get(file));
  return { contents: new Map(changed as [string, string][]), entries };
}

/**
 * What leaves a rule that gains something goes after it: what the service goes by without these roles, or the last of them,
 * would be gone from the file before the next is put beside it. Else what was put in last goes first, where that can be seen:
 * then what stood around it is there as it was left.
 */
function* inOrder(jobs: readonly Job[], contents: ReadonlyMap<string, string | undefined>): Generator<Job> {
  const gaining = jobs.filter((job) => job.does !== 'take' && (job.does !== 'restore' || job.image.value !== null));
  const isGaining = ({ file, rule }: Job): boolean => gaining.some((one) => one.file === file && one.rule === rule);
  const losing = jobs.filter((job) => !gaining.includes(job));
  yield* lastFirst(losing.filter((job) => !isGaining(job)));
  yield* gaining;
  yield* lastFirst(losing.filter(isGaining));

  function* lastFirst(left: Job[]): Generator<Job> {
    while (left.length > 0) {
      const at = left.findIndex((job) => fitsFrame(job, contents.get(job.file)));
      yield* left.splice(Math.max(at, 0), 1);
    }
  }
}

function fitsFrame({ recorded, rule, release }: Job, text: string | undefined): boolean {
  const frame = recorded?.frame;
  if (frame === undefined || text === undefined) return false;
  const file = open(text, release);
  const entry = file && findEntry(file, rule);
  return (
    file !== undefined &&
    entry !== undefined &&
    file.text.slice(0, entry.key.start).endsWith(frame.lead) &&
    file.text.slice(entry.value.end).startsWith(frame.trail)
  );
}

function open(text: string, release: RecordEntry['release']): PolicyFile | undefined {
  try {
    return parsePolicyFile(text, eraOf(release));
  } catch {
    return undefined;
  }
}

interface Done {
  readonly content: string | undefined;
  readonly entry: RecordEntry | undefined;
}

function one(job: Job, text: string | undefined, beside: readonly Held[]): Done {
  const { file: path, rule, role, recorded } = job;
  if (job.does === 'record') return { content: text, entry: entryLike(job.of, job) };
  const file = parsePolicyFile(text ?? emptyFile(path), eraOf(job.release));
  if (job.does === 'add') return add(job, file, text !== undefined, beside);
  if (job.does === 'take') {
    if (text === undefined || beside.some(({ entry }) => isSameRole(entry, job)))
      return { content: text, entry: undefined };
    const edit = takeRole(file, rulesOf(file, job), rule, role, job.recorded, beside.length === 0);
    return { content: edit?.content ?? text, entry: undefined };
  }
  const { value, entry } = job.image;
  if (text === undefined && value === null) return { content: text, entry: entry ?? undefined };
  const edit: Edit = restoreValue(file, rulesOf(file, job), rule, value, recorded?.frame);
  return { content: edit.content, entry: entry ?? undefined };
}

/**
 * Where several roles are granted in one rule, each entry has what stood there before the first of them, and what would
 * stand there with its own role alone: whichever goes last finds the way back.
 */
function add(job: Job & { does: 'add' }, file: PolicyFile, isThere: boolean, beside: readonly Held[]): Done {
  const { file: path, rule, role, service, release, as } = job;
  const rules = rulesOf(file, job);
  const too = beside.find((one) => isSameRole(one.entry, job));
  const now = findEntry(file, rule) && rules.byName.get(rule);
  // Another owner put it in just now.
  if (too !== undefined && now !== undefined) {
    const byName = new Map(job.rules.byName).set(rule, now);
    if (admissionOf({ ...job.rules, byName }, rule, role) !== 'no')
      return { content: file.mark + file.text, entry: entryLike(too.entry, job) };
  }
  const edit = addRole(file, job.rules, rule, role, job.effective);
  const rolesBut = (grant: Grant): string[] =>
    beside.filter(({ entry }) => !isSameRole(entry, grant)).map(({ entry }) => entry.role);
  const after = parsePolicyFile(edit.content, rules.era);
  const alone = rawWithout(after, rules, rule, rolesBut(job)) ?? edit.written ?? '';
  const first = beside.find(({ entry }) => rawWithout(file, rules, rule, rolesBut(entry)) === entry.written)?.entry;
  const before = first === undefined ? rawWithout(file, rules, rule, rolesBut(job)) : first.before;
  // What surrounds a rule in a file of our own making goes with it: `{}` stays.
  const frame = first === undefined ? (isThere ? edit.frame : undefined) : first.frame;
  const entry = { service, release, rule, role, file: path, before, written: alone, ...as };
  return { content: edit.content, entry: { ...entry, ...(frame === undefined ? {} : { frame }) } };
}

function entryLike(
  { before, written, frame }: RecordEntry,
  { service, release, rule, role, file, as }: Job & { does: 'add' | 'record' },
): RecordEntry {
  const entry = { service, release, rule, role, file, before, written, ...as };
  return { ...entry, ...(frame === undefined ? {} : { frame }) };
}

const emptyFile = (path: string): string => (path.endsWith('.json') ? '{}\n' : '');

/** For taking back, the file alone says enough. */
export function rulesOf({ values }: PolicyFile, { release, service }: Pick<Job, 'release' | 'service'>): Rules {
  const era = eraOf(release);
  const byName = new Map([...values].map(([name, value]) => [name, parseRule(value, era)]));
  return { era, service, byName, defaultRule: '' };
}

/** The value as it stands in the file. null: it is not in it. */
export function rawValue(text: string | undefined, { rule, release }: Pick<About, 'rule' | 'release'>): string | null {
  const file = text === undefined ? undefined : parsePolicyFile(text, eraOf(release));
  const entry = file && findEntry(file, rule);
  return entry ? file.text.slice(entry.value.start, entry.value.end) : null;
}

/** The value as it would stand there without the other roles that were granted. */
export function aloneValue(
  text: string | undefined,
  grant: Pick<Job, 'owner' | 'file' | 'rule' | 'role' | 'release' | 'service'>,
  held: readonly Held[],
): string | null {
  if (text === undefined) return null;
  const file = parsePolicyFile(text, eraOf(grant.release));
  const others = heldBeside(held, grant).filter(({ entry }) => !isSameRole(entry, grant));
  return rawWithout(
    file,
    rulesOf(file, grant),
    grant.rule,
    others.map(({ entry }) => entry.role),
  );
}

/** The value as a person reads it. */
export function sayValue(
  text: string | undefined,
  { rule, release }: Pick<About, 'rule' | 'release'>,
): string | undefined {
  const file = text === undefined ? undefined : parsePolicyFile(text, eraOf(release));
  if (!file?.values.has(rule)) return undefined;
  const value = file.values.get(rule);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
