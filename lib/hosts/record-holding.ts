/**
 * Finds out which owners hold a thing on a host: whose records have an entry for it (docs/adr/0006-kinds-on-hosts.md).
 *
 * A thing is removed together with its last entry. Entries are added to records before the first thing is written, and
 * removed after the last thing, so a changed thing has an entry at every moment. A record has entries for many things,
 * and one write covers all of them. If a record can't be written, all things of its owner fail before any of them is
 * touched.
 */
import type { StackwardError } from '../basics/errors';
import type { Host } from './host';
import { RecordWriter, type HostRecord, type HostRecords } from './host-record';
import { writeAll } from './write-all';

/** The wanted state of one entry. Undefined: no entry. */
export interface Holding<Entry> {
  readonly owner: string;
  readonly key: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/** An entry, and the owner of its record. */
export interface Held<Entry> {
  readonly owner: string;
  readonly entry: Entry;
}

/** The entries for the same thing in other owners' records. */
export const heldByOthers = <Entry>(
  { records, others }: HostRecords<Entry>,
  owner: string,
  key: string,
): readonly Held<Entry>[] =>
  [...records, ...others].flatMap(([holder, { entries }]) => {
    const entry = holder === owner ? undefined : entries.get(key);
    return entry === undefined ? [] : [{ owner: holder, entry }];
  });

type Records<Entry> = ReadonlyMap<string, HostRecord<Entry>>;

/** The records after these changes. Pure. */
export const recordsAfter = <Entry>(records: Records<Entry>, holdings: readonly Holding<Entry>[]): Records<Entry> =>
  new Map(
    [...records].map(([owner, record]) => {
      const writer = new RecordWriter(owner, record);
      writer.write(changesOf(holdings, owner));
      return [owner, writer.record];
    }),
  );

const changesOf = <Entry>(
  holdings: readonly Pick<Holding<Entry>, 'owner' | 'key' | 'after'>[],
  owner: string,
): ReadonlyMap<string, Entry | undefined> =>
  new Map(holdings.filter((holding) => holding.owner === owner).map(({ key, after }) => [key, after]));

export interface RecordedThings<Thing, Entry> {
  holdings(thing: Thing): readonly Holding<Entry>[];
  /** Writes the things, and returns the error of each thing that failed. */
  write(ready: readonly Thing[]): Promise<ReadonlyMap<Thing, StackwardError>>;
  /** What happens to an entry that was added for a thing whose write then failed. */
  whenFailed(thing: Thing): 'entry stays' | 'entry goes back';
}

/**
 * Adds entries to records, then writes the things, then removes entries for the things that succeeded: at most three
 * requests if `write` is one. Returns the error of each thing that failed.
 */
export async function writeRecorded<Thing, Entry>(
  host: Host,
  records: Records<Entry>,
  things: readonly Thing[],
  { holdings, write, whenFailed }: RecordedThings<Thing, Entry>,
): Promise<ReadonlyMap<Thing, StackwardError>> {
  const failed = new Map<Thing, StackwardError>();
  const writers = [...records].map(([owner, record]) => [owner, new RecordWriter(owner, record)] as const);
  const changing = things.flatMap((thing) =>
    holdings(thing)
      .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
      .map((holding) => ({ ...holding, thing })),
  );
  type Changing = (typeof changing)[number];
  /** @param dependent things that fail if their owner's record can't be written */
  const record = (changes: readonly Changing[], dependent: readonly Changing[]) =>
    writeAll(
      host,
      writers.map(([owner, writer]) => ({
        sequence: writer.write(changesOf(changes, owner)),
        things: dependent.filter((holding) => holding.owner === owner),
      })),
    );
  const fail = (errors: ReadonlyMap<Thing, StackwardError>): void => {
    for (const [thing, error] of errors) failed.set(thing, error);
  };
  const gains = changing.filter(({ after }) => after !== undefined);
  const unrecorded = await record(gains, changing);
  fail(new Map([...unrecorded].map(([{ thing }, error]) => [thing, error])));
  fail(await write(things.filter((thing) => !failed.has(thing))));
  const losses = changing.filter(({ thing, after }) => after === undefined && !failed.has(thing));
  const vain = gains.filter((gain) => failed.has(gain.thing) && !unrecorded.has(gain));
  const back = vain
    .filter(({ thing }) => whenFailed(thing) === 'entry goes back')
    .map((gain) => ({ ...gain, after: gain.before }));
  const kept = await record([...back, ...losses], losses);
  fail(new Map([...kept].map(([{ thing }, error]) => [thing, error])));
  return failed;
}
