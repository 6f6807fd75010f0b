/**
 * Who holds a thing on a host: the entries that owners' records have of it (docs/adr/0006-kinds-on-hosts.md).
 *
 * A thing goes with its last holder. Records are written around the things: what a record gains comes before the first thing,
 * what it loses comes after the last, so a changed thing is recorded at every moment. A record has entries of many things and
 * is written once each time, so a record that can't be written fails all of its owner's things, before any of them is touched.
 */
import type { StackwardError } from '../basics/errors';
import type { Host } from './host';
import { RecordWriter, type HostRecord, type HostRecords } from './host-record';
import { writeAll } from './write-all';

/** What becomes of one entry. Undefined: no entry. */
export interface Holding<Entry> {
  readonly owner: string;
  readonly key: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/** An entry, and in whose record it is. */
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

/** The records once this is written. Pure. */
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
  /** Writes the things; returns the error of each that failed. */
  write(ready: readonly Thing[]): Promise<ReadonlyMap<Thing, StackwardError>>;
  /** What becomes of an entry that was gained for a thing that failed then. */
  readonly whenFailed: 'entry stays' | 'entry goes back';
}

/**
 * Writes what records gain, then the things, then what records lose for things that succeeded: at most three requests where
 * `write` is one. Returns the error of each thing that failed.
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
  /** @param dependent things that fail where their owner's record can't be written */
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
  const back = whenFailed === 'entry stays' ? [] : vain.map((gain) => ({ ...gain, after: gain.before }));
  const kept = await record([...back, ...losses], losses);
  fail(new Map([...kept].map(([{ thing }, error]) => [thing, error])));
  return failed;
}
