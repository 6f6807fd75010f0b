/** The record of one kind and one owner on a host: what was there before our writes (docs/adr/0005-host-program.md). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { asStackwardError, Blocked } from './errors';
import { fileHeader, ownerMark, valueOf, type HostFile, type HostReader, type HostWrite, type Outcome } from './host';
import { parseJson } from './json';

export interface HostRecord<Entry> {
  /** Whom the file names; absent while there is none. */
  readonly owner?: string;
  /** SHA-256 of the file; null while there is none. */
  readonly sha256: string | null;
  /** By the key of the thing. */
  readonly entries: ReadonlyMap<string, Entry>;
}

export const recordPath = ({ stateFolder }: Pick<HostReader, 'stateFolder'>, kind: string, owner: string): string =>
  `${stateFolder}/${kind}-${ownerMark(owner)}.json`;

/**
 * @param outcome of read-file
 * @throws Blocked for a file that is no record of ours, and the outcome's own error
 */
export function parseRecord<Entry>(
  outcome: Outcome<HostFile>,
  path: string,
  entry: z.ZodType<Entry>,
): HostRecord<Entry> {
  const file = valueOf(outcome);
  if (!file.exists) return { sha256: null, entries: new Map() };
  const schema = z.object({ formatVersion: z.literal(1), owner: z.string(), entries: z.record(z.string(), entry) });
  const parsed = schema.safeParse(readJson(file.content, path));
  if (parsed.success) {
    const { owner, entries } = parsed.data;
    return { owner, sha256: file.sha256, entries: new Map(Object.entries(entries)) };
  }
  const [issue] = parsed.error.issues;
  throw unreadable(path, `its field "${issue?.path.join('.')}" is not valid (${issue?.message})`);
}

function readJson(base64: string, path: string): unknown {
  try {
    return parseJson(Buffer.from(base64, 'base64').toString('utf8'));
  } catch (error) {
    throw unreadable(path, asStackwardError(error).detail);
  }
}

const unreadable = (path: string, why: string): Blocked =>
  new Blocked(
    `${path} is no record that this stackward can read: ${why}; put back the one that was there, or remove it: what it recorded then counts as not ours`,
  );

/** `records`: of owners that a run is about. `others`: of all others on the host. By owner. */
export interface HostRecords<Entry> {
  readonly records: ReadonlyMap<string, HostRecord<Entry>>;
  readonly others: ReadonlyMap<string, HostRecord<Entry>>;
}

/**
 * All records of one kind on a host: one question, and a second one where other owners have records there.
 * @throws as parseRecord
 */
export async function readRecords<Entry>(
  host: HostReader,
  kind: string,
  owners: readonly string[],
  entry: z.ZodType<Entry>,
): Promise<HostRecords<Entry>> {
  const paths = owners.map((owner) => recordPath(host, kind, owner));
  const [folder, ...files] = await host.read([
    { verb: 'list-folder', path: host.stateFolder },
    ...paths.map((path) => ({ verb: 'read-file', path }) as const),
  ]);
  const otherPaths = valueOf(folder)
    .entries.filter(({ name }) => new RegExp(`^${kind}-[0-9a-f]{8}\\.json$`).test(name))
    .map(({ name }) => `${host.stateFolder}/${name}`)
    .filter((path) => !paths.includes(path));
  const otherFiles =
    otherPaths.length === 0 ? [] : await host.read(otherPaths.map((path) => ({ verb: 'read-file', path }) as const));
  const parsed = (path: string, outcome: Outcome<HostFile> | undefined): HostRecord<Entry> => {
    if (outcome === undefined) throw new RangeError(`no answer about ${path}`);
    return parseRecord(outcome, path, entry);
  };
  const others = otherPaths.map((path, at) => parsed(path, otherFiles[at]));
  return {
    records: new Map(owners.map((owner, at) => [owner, parsed(paths[at] ?? '', files[at])])),
    others: new Map(others.flatMap((record) => (record.owner === undefined ? [] : [[record.owner, record]]))),
  };
}

/** What the record holds after a write, as text; undefined: nothing, so there is no file. */
export function renderRecord(owner: string, entries: ReadonlyMap<string, unknown>): string | undefined {
  if (entries.size === 0) return undefined;
  const sorted = Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ header: fileHeader(owner), formatVersion: 1, owner, entries: sorted }, null, 1)}\n`;
}

/** A record on its way through several writes of one request, each resting on the one before. */
export class RecordWriter<Entry> {
  readonly #entries: Map<string, Entry>;
  #sha256: string | null;

  constructor(
    private readonly path: string,
    private readonly owner: string,
    before: HostRecord<Entry>,
  ) {
    this.#entries = new Map(before.entries);
    this.#sha256 = before.sha256;
  }

  /** The write that makes these changes (undefined: the entry goes); [] where they change nothing. */
  write(changes: ReadonlyMap<string, Entry | undefined>): HostWrite[] {
    for (const [key, entry] of changes) {
      if (entry === undefined) this.#entries.delete(key);
      else this.#entries.set(key, entry);
    }
    const expect = this.#sha256;
    const text = renderRecord(this.owner, this.#entries);
    this.#sha256 = text === undefined ? null : createHash('sha256').update(text).digest('hex');
    if (this.#sha256 === expect) return [];
    if (text === undefined) return expect === null ? [] : [{ verb: 'remove-file', path: this.path, expect }];
    const content = Buffer.from(text).toString('base64');
    return [{ verb: 'swap-file', path: this.path, expect, content, mode: 0o600, makeFolder: true }];
  }
}
