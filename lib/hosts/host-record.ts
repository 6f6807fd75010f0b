/**
 * The record of one kind and one owner on a host: the state of things before stackward wrote them
 * (docs/adr/0005-host-program.md).
 */
import * as z from 'zod';
import { asStackwardError, Blocked } from '../basics/errors';
import { anyMark, fileHeader, formerMark, ownerMark, valueOf } from './host';
import type { HostFile, HostReader, HostWrite, Outcome } from './host';
import { parseJson } from '../basics/json';
import { owner } from '../basics/line';
import { sha256 } from '../basics/sha256';
import { firstFault } from '../basics/schema-fault';

export interface HostRecord<Entry> {
  /** The path of the file, whether it exists or not. */
  readonly path: string;
  /** The owner that the file names. Absent if there is no file. */
  readonly owner?: string;
  /** SHA-256 of the file; null if there is no file. */
  readonly sha256: string | null;
  /** Entries by the key of their thing. */
  readonly entries: ReadonlyMap<string, Entry>;
}

const recordPath = (stateFolder: string, kind: string, mark: string): string => `${stateFolder}/${kind}-${mark}.json`;

/**
 * Parses a record that the host program has read.
 * @param outcome of read-file
 * @throws Blocked for a file that is not a record of stackward; the outcome's own error if the file was not read
 */
export function parseRecord<Entry>(
  outcome: Outcome<HostFile>,
  path: string,
  entry: z.ZodType<Entry>,
): HostRecord<Entry> {
  const file = valueOf(outcome);
  if (!file.exists) return { path, sha256: null, entries: new Map() };
  const schema = z.object({ formatVersion: z.literal(1), owner, entries: z.record(z.string(), entry) });
  const parsed = schema.safeParse(readJson(file.content, path));
  if (parsed.success) {
    const { owner, entries } = parsed.data;
    return { path, owner, sha256: file.sha256, entries: new Map(Object.entries(entries)) };
  }
  const { field, message } = firstFault(parsed.error);
  throw unreadable(path, `its field "${field}" is not valid (${message})`);
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

/**
 * `records`: those of the run's owners, by owner. `others`: all other records on the host, each with the owner that it
 * names.
 */
export interface HostRecords<Entry> {
  readonly records: ReadonlyMap<string, HostRecord<Entry>>;
  readonly others: Iterable<readonly [owner: string, record: HostRecord<Entry>]>;
}

/**
 * Reads all records of one kind on a host: one request, and a second request if there are records of other owners. A
 * record belongs to the owner that it names, and the mark in its file name must be that owner's.
 * @throws as parseRecord; Blocked for two records of one owner, and for a record whose file name and owner contradict
 * each other
 */
export async function readRecords<Entry>(
  host: HostReader,
  kind: string,
  owners: readonly string[],
  entry: z.ZodType<Entry>,
): Promise<HostRecords<Entry>> {
  const pathOf = (mark: string): string => recordPath(host.stateFolder, kind, mark);
  const guessed = [...new Set(owners.map((owned) => pathOf(ownerMark(owned))))];
  const read = (paths: readonly string[]) => paths.map((path) => ({ verb: 'read-file', path }) as const);
  const [folder, ...files] = await host.read([{ verb: 'list-folder', path: host.stateFolder }, ...read(guessed)]);
  const name = new RegExp(`^${kind}-${anyMark}\\.json$`);
  const rest = valueOf(folder)
    .entries.filter((file) => name.test(file.name))
    .map((file) => `${host.stateFolder}/${file.name}`)
    .filter((path) => !guessed.includes(path));
  const more = rest.length === 0 ? [] : await host.read(read(rest));
  const found = [...guessed, ...rest].map((path, index) => {
    const outcome = [...files, ...more][index];
    if (outcome === undefined) throw new RangeError(`no answer about ${path}`);
    return parseRecord(outcome, path, entry);
  });
  return byOwner(owners, found, pathOf);
}

function byOwner<Entry>(
  owners: readonly string[],
  found: readonly HostRecord<Entry>[],
  pathOf: (mark: string) => string,
): HostRecords<Entry> {
  const records = new Map<string, HostRecord<Entry>>();
  const others: [string, HostRecord<Entry>][] = [];
  for (const record of found) {
    const { owner: named, path } = record;
    if (named === undefined) continue;
    if (![ownerMark(named), formerMark(named)].map(pathOf).includes(path))
      throw new Blocked(
        `${path} names the owner ${named}, and by its name it is another's; find out whose it is, and move it away or give it back the owner`,
      );
    if (!owners.includes(named)) {
      others.push([named, record]);
      continue;
    }
    const twin = records.get(named);
    if (twin)
      throw new Blocked(
        `${twin.path} and ${path} are both records of ${named}: an older stackward worked here after a newer one; ` +
          `put the entries of both into ${twin.path}, remove the other, then plan again`,
      );
    records.set(named, record);
  }
  const empty = (name: string): HostRecord<Entry> => ({
    path: pathOf(ownerMark(name)),
    sha256: null,
    entries: new Map(),
  });
  return { records: new Map(owners.map((name) => [name, records.get(name) ?? empty(name)])), others };
}

/** The text of the record file with these entries; undefined if there are none, so there is no file. */
export function renderRecord(owner: string, entries: ReadonlyMap<string, unknown>): string | undefined {
  if (entries.size === 0) return undefined;
  const sorted = Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ header: fileHeader(owner), formatVersion: 1, owner, entries: sorted }, null, 1)}\n`;
}

/** Plans several writes of one record within one request. Each write builds on the result of the write before. */
export class RecordWriter<Entry> {
  readonly #entries: Map<string, Entry>;
  #sha256: string | null;

  readonly #path: string;

  constructor(
    private readonly owner: string,
    before: HostRecord<Entry>,
  ) {
    this.#path = before.path;
    this.#entries = new Map(before.entries);
    this.#sha256 = before.sha256;
  }

  /** The record after all writes that were planned so far. */
  get record(): HostRecord<Entry> {
    const named = this.#sha256 === null ? {} : { owner: this.owner };
    return { ...named, path: this.#path, sha256: this.#sha256, entries: new Map(this.#entries) };
  }

  /** The write that makes these changes; a change to undefined removes the entry. [] if nothing differs. */
  write(changes: ReadonlyMap<string, Entry | undefined>): HostWrite[] {
    for (const [key, entry] of changes) {
      if (entry === undefined) this.#entries.delete(key);
      else this.#entries.set(key, entry);
    }
    const expect = this.#sha256;
    const text = renderRecord(this.owner, this.#entries);
    this.#sha256 = text === undefined ? null : sha256(text);
    if (this.#sha256 === expect) return [];
    if (text === undefined) return expect === null ? [] : [{ verb: 'remove-file', path: this.#path, expect }];
    const content = Buffer.from(text).toString('base64');
    return [{ verb: 'swap-file', path: this.#path, expect, content, mode: 0o600, makeFolder: true }];
  }
}
