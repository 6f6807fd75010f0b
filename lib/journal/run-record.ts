/**
 * The files of a recorded run (docs/adr/0004-journal.md). The folder may have gone through many hands before it is
 * read, so every field has a type and a bound, and an unknown field is refused.
 */
import * as z from 'zod';
import '../basics/schema-words';
import { asStackwardError, InvalidConfiguration } from '../basics/errors';
import { parseJson } from '../basics/json';
import { idOf } from '../contract/kind';
import { isLine, line } from '../basics/line';
import { stepKey } from '../run/plan';
import { sha256Digest } from '../basics/sha256';
import { action, changes, refuseTwins, words } from './step-schema';
import { sayFault } from '../basics/schema-fault';
import type { Target } from '../contract/target';

/**
 * Bytes of each file of a run. The limit is checked when the file is written, so every file that was written can be
 * read.
 */
export const maxJournalBytes = 64 << 20;

/** 1.1 added `plan` and `rolledBack`; 1.4 added `user`, `job` and `commit`. */
export const formatVersion = '1.4';

/** A path, a name or a digest. */
export const name = line.max(4096);
const data = z.record(z.string().max(4096), z.unknown());

/**
 * A host's name goes into paths and into ssh's arguments. A cloud's name is only compared, so it may contain blanks.
 */
const isTarget = (value: unknown): boolean =>
  typeof value === 'string' &&
  (/^(host|database):[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(value) || (value.startsWith('api:') && isLine(value)));

const target = z.custom<Target>(isTarget, 'must be "host:", "database:" or "api:" and a plain name');

const resource = z.strictObject({
  path: name,
  stack: name,
  owner: name,
  kind: name,
  /** Absent if the resource was removed: no manifest has its spec any more. */
  spec: data.optional(),
});

const step = z
  .strictObject({
    id: name,
    target,
    action,
    subject: words,
    because: words,
    changes,
    before: data,
    resource,
  })
  .refine((record) => record.id === idOf(record.resource), { message: 'is not the id of its resource', path: ['id'] });

/**
 * The process that makes a run. `identity` distinguishes it from every other process of that host, even if the pid is
 * used again.
 */
export const runBy = z.strictObject({ host: name, pid: z.int().min(0), identity: name });

/** The maker of a run, the machine and the commit, as the maker said. People read it; no decision depends on it. */
const maker = {
  user: name.optional(),
  /** The address of the CI job. */
  job: name.optional(),
  /** Of the folder in which the command ran. */
  commit: z.strictObject({ id: name, hasChanges: z.boolean() }).optional(),
};

/** What the record of each run has, whatever it does. */
export const recordHead = {
  version: name,
  command: z.string().regex(/^[a-z][a-z-]{0,62}$/, 'must be the name of a command'),
  by: runBy,
  ...maker,
  startedAt: z.iso.datetime(),
  /** Name of the run that this run rolls back. */
  rolledBack: name.optional(),
};

const runRecord = z.strictObject({
  // First, since the refusal of a record names its first fault.
  formatVersion: z.string().regex(/^1\.[014]$/, 'is of another version of stackward'),
  ...recordHead,
  stacks: z.array(name),
  /** SHA-256 of the saved plan that the run applies. */
  plan: sha256Digest.optional(),
  steps: z.array(step).superRefine(refuseTwins),
});

const resultRecord = z.strictObject({
  time: z.iso.datetime(),
  id: name,
  target,
  outcome: z.enum(['applied', 'unchanged', 'failed', 'skipped']),
  reason: name.optional(),
  message: words.optional(),
});

const note = z.strictObject({ where: words, message: words });
const endRecord = z.strictObject({
  // Some runs recorded the matter of a problem too; no run does now.
  problems: z.array(note.extend({ reason: name, about: name.optional() })),
  found: z.array(note),
  interrupted: z.boolean(),
  exitCode: z.int().min(0).max(255),
});

export type RunRecord = z.infer<typeof runRecord>;
export type RunBy = z.infer<typeof runBy>;
export type RunMaker = Pick<RunRecord, 'by' | 'user' | 'job' | 'commit'>;
export type StepRecord = RunRecord['steps'][number];
export type ResultRecord = z.infer<typeof resultRecord>;
export type EndRecord = z.infer<typeof endRecord>;

/** A run as it was read from its folder. */
export interface RecordedRun extends RecordedEnd {
  readonly name: string;
  readonly record: RunRecord;
  /** `id@target` → its result. A step without a result may have been done. */
  readonly results: ReadonlyMap<string, Pick<ResultRecord, 'outcome' | 'reason' | 'message'>>;
}

export interface RecordedEnd {
  /**
   * Number of lines in results.jsonl that can't be read, because the disk was full or the run was killed. Their steps
   * have no result.
   */
  readonly unreadable: number;
  /** Undefined: the run was killed, or is under way. */
  readonly end: { readonly exitCode: number; readonly problems: number } | undefined;
  /** The run, or its end, came from the journal's store, so its `by` proves nothing. */
  readonly isFetched?: true;
}

/**
 * @param told what run.json says
 * @param results the text of results.jsonl
 * @param end the text of report.json; undefined if there is none
 * @throws InvalidConfiguration naming the file and the field
 */
export function parseRun(folder: string, told: unknown, results: string, end: string | undefined): RecordedRun {
  const record = checked(runRecord, told, `${folder}/run.json`);
  const { lines, unreadable } = parseLines(resultRecord, results);
  return {
    name: folder,
    record,
    unreadable,
    results: new Map(lines.map((result) => [stepKey(result.id, result.target), result])),
    end: parseEnd(folder, end),
  };
}

/** Lines that a full disk or a kill cut are counted. */
export function parseLines<Line>(
  schema: z.ZodType<Line>,
  text: string,
): { readonly lines: readonly Line[]; readonly unreadable: number } {
  const written = text.split('\n').filter((each) => each !== '');
  const lines = written.flatMap((each) => findLine(schema, each) ?? []);
  return { lines, unreadable: written.length - lines.length };
}

function findLine<Line>(schema: z.ZodType<Line>, text: string): Line | undefined {
  try {
    return schema.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

export function parseEnd(folder: string, end: string | undefined): RecordedEnd['end'] {
  const where = `${folder}/report.json`;
  const report = end === undefined ? undefined : checked(endRecord, readJson(end, where), where);
  return report && { exitCode: report.exitCode, problems: report.problems.length };
}

export function readJson(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const { detail } = asStackwardError(error);
    throw new InvalidConfiguration(`this is no journal of stackward: ${detail}`, {
      where,
      cause: error,
      about: 'file',
    });
  }
}

/** @throws InvalidConfiguration naming the field */
export function checked<T>(schema: z.ZodType<T>, told: unknown, where: string): T {
  const result = schema.safeParse(told);
  if (result.success) return result.data;
  throw new InvalidConfiguration(`this is no journal that this stackward reads: ${sayFault(result.error)}`, {
    where,
    about: 'file',
  });
}
