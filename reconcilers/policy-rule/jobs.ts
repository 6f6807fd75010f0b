/** What a step does to the rules of one file, worked out on their texts. Pure: plan and apply ask the same. */
import { asStackwardError, type StackwardError } from '../../lib/errors';
import type { Rules } from '../../lib/policy/check';
import { eraOf } from '../../lib/policy/defaults';
import { addRole } from '../../lib/policy/edit';
import { findEntry, parsePolicyFile, type PolicyFile } from '../../lib/policy/file';
import { parseRule } from '../../lib/policy/parse';
import type { Edit } from '../../lib/policy/splice';
import { restoreValue, takeRole } from '../../lib/policy/take-back';
import type { RecordEntry, RuleImage } from './spec';

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
    /** undefined `as`: the record forgets it. */
    | { readonly does: 'record'; readonly as: Pick<RecordEntry, 'path' | 'stack'> }
    | { readonly does: 'take'; readonly recorded: RecordEntry }
    | { readonly does: 'restore'; readonly image: RuleImage }
  );

export const keyOf = ({ file, rule, role }: Pick<About, 'file' | 'rule' | 'role'>): string => `${file} ${rule} ${role}`;

export interface Performed {
  /** File → its text afterwards; of files that change. */
  readonly contents: ReadonlyMap<string, string>;
  /** What the record has of each afterwards; undefined: nothing. An error: it was not done, and the others were. */
  readonly entries: ReadonlyMap<Job, RecordEntry | undefined | StackwardError>;
}

/** @param texts file → its text; undefined: there is no such file */
export function perform(jobs: readonly Job[], texts: (file: string) => string | undefined): Performed {
  const before = new Map([...new Set(jobs.map(({ file }) => file))].map((file) => [file, texts(file)]));
  const contents = new Map(before);
  const entries = new Map<Job, RecordEntry | undefined | StackwardError>();
  for (const job of inOrder(jobs, contents)) {
    try {
      const { content, entry } = one(job, contents.get(job.file));
      entries.set(job, entry);
      contents.set(job.file, content);
    } catch (error) {
      entries.set(job, asStackwardError(error));
    }
  }
  const changed = [...contents].filter(([file, text]) => text !== undefined && text !== before.get(file));
  return { contents: new Map(changed as [string, string][]), entries };
}

/** What was put in last goes first, where that can be seen: then what stood around it is there as it was left. */
function* inOrder(jobs: readonly Job[], contents: ReadonlyMap<string, string | undefined>): Generator<Job> {
  const left = jobs.filter(({ does }) => does === 'take' || does === 'restore');
  while (left.length > 0) {
    const at = left.findIndex((job) => fitsFrame(job, contents.get(job.file)));
    yield* left.splice(Math.max(at, 0), 1);
  }
  yield* jobs.filter(({ does }) => does === 'add' || does === 'record');
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

function one(job: Job, text: string | undefined): Done {
  const { file: path, rule, role, service, release, recorded } = job;
  if (job.does === 'record') return { content: text, entry: recorded && { ...recorded, ...job.as } };
  const file = parsePolicyFile(text ?? emptyFile(path), eraOf(release));
  if (job.does === 'add') {
    const { content, before, written, frame } = addRole(file, job.rules, rule, role, job.effective);
    const of = { service, release, rule, role, file: path, before, written: written ?? '', ...job.as };
    // What surrounds a rule in a file of our own making goes with it: `{}` stays.
    return { content, entry: { ...of, ...(frame === undefined || text === undefined ? {} : { frame }) } };
  }
  if (job.does === 'take') {
    const edit = text === undefined ? undefined : takeRole(file, rulesOf(file, job), rule, role, job.recorded);
    return { content: edit?.content ?? text, entry: undefined };
  }
  const { value, entry } = job.image;
  if (text === undefined && value === null) return { content: text, entry: entry ?? undefined };
  const edit: Edit = restoreValue(file, rulesOf(file, job), rule, value, recorded?.frame);
  return { content: edit.content, entry: entry ?? undefined };
}

const emptyFile = (path: string): string => (path.endsWith('.json') ? '{}\n' : '');

/** For taking back, the file alone says enough. */
function rulesOf({ values }: PolicyFile, { release, service }: Job): Rules {
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
