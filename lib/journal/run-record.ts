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

/** 1.1 added `plan` and `rolledBack`. */
export const formatVersion = '1.1';

/** A path, a name or a digest. */
const name = line.max(4096);
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

const runRecord = z.strictObject({
  formatVersion: z.string().regex(/^1\.[01]$/, 'is of another version of stackward'),
  version: name,
  command: z.string().regex(/^[a-z][a-z-]{0,62}$/, 'must be the name of a command'),
  /**
   * The process that wrote the record. `identity` distinguishes it from every other process of that host, even if the
   * pid is used again.
   */
  by: z.strictObject({ host: name, pid: z.int().min(0), identity: name }),
  startedAt: z.iso.datetime(),
  stacks: z.array(name),
  /** SHA-256 of the saved plan that the run applies. */
  plan: sha256Digest.optional(),
  /** Name of the run that this run rolls back. */
  rolledBack: name.optional(),
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
  problems: z.array(note.extend({ reason: name })),
  found: z.array(note),
  interrupted: z.boolean(),
  exitCode: z.int().min(0).max(255),
});

export type RunRecord = z.infer<typeof runRecord>;
export type RunBy = RunRecord['by'];
export type StepRecord = RunRecord['steps'][number];
export type ResultRecord = z.infer<typeof resultRecord>;
export type EndRecord = z.infer<typeof endRecord>;

/** A run as it was read from its folder. */
export interface RecordedRun {
  readonly name: string;
  readonly record: RunRecord;
  /** `id@target` → its result. A step without a result may have been done. */
  readonly results: ReadonlyMap<string, Pick<ResultRecord, 'outcome' | 'reason'>>;
  /**
   * Number of lines in results.jsonl that can't be read, because the disk was full or the run was killed. Their steps
   * have no result.
   */
  readonly unreadable: number;
  /** Undefined: the run was killed, or is under way. */
  readonly end: { readonly exitCode: number; readonly problems: number } | undefined;
}

/**
 * @param results the text of results.jsonl
 * @param end the text of report.json; undefined if there is none
 * @throws InvalidConfiguration naming the file and the field
 */
export function parseRun(folder: string, run: string, results: string, end: string | undefined): RecordedRun {
  const record = parse(runRecord, run, `${folder}/run.json`);
  const lines = results.split('\n').filter((text) => text !== '');
  const ended = lines.flatMap((text) => findResult(text) ?? []);
  const report = end === undefined ? undefined : parse(endRecord, end, `${folder}/report.json`);
  return {
    name: folder,
    record,
    unreadable: lines.length - ended.length,
    results: new Map(ended.map((result) => [stepKey(result.id, result.target), result])),
    end: report && { exitCode: report.exitCode, problems: report.problems.length },
  };
}

function findResult(text: string): ResultRecord | undefined {
  try {
    return resultRecord.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

function readJson(text: string, where: string): unknown {
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

function parse<T>(schema: z.ZodType<T>, text: string, where: string): T {
  const result = schema.safeParse(readJson(text, where));
  if (result.success) return result.data;
  throw new InvalidConfiguration(`this is no journal that this stackward reads: ${sayFault(result.error)}`, {
    where,
    about: 'file',
  });
}
