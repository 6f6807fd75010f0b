/** The parts of a check (docs/adr/0010-reports.md). */
import type { Looked, Unread } from '../looked';
import type { Sources } from '../sources';

export type Code = `SW-${number}`;

/** The systems that a check reads from. */
export type Need =
  | 'the API'
  | 'a database'
  | 'the message broker'
  | 'hosts'
  | 'the synthesized code'
  | 'programs of this machine';

export interface Trouble {
  readonly result: 'fault' | 'risk';
  /** The thing that the result is about: `nova-compute on cnode01`. */
  readonly subject: string;
  /** One sentence. */
  readonly found: string;
  readonly evidence: readonly string[];
  /** The smallest safe action against the fault. */
  readonly step: string;
  /** Paragraphs at the end: other possible causes, and whether they are excluded. */
  readonly besides?: readonly string[];
}

export interface Fine {
  readonly result: 'fine';
  readonly subject: string;
  /** The things that were looked at, and their number. */
  readonly found: string;
  readonly evidence?: readonly string[];
}

export interface NotLookedAt extends Omit<Unread, 'isRead' | 'status' | 'about'> {
  readonly result: 'not looked at';
  readonly subject: string;
}

export type Result = Trouble | Fine | NotLookedAt;

/** Prints a time in the zone that the options name. */
export type ShowTime = (time: Date) => string;

/** The section of docs/doctor.md. */
export interface Page {
  readonly means: string;
  readonly evidence: string;
  readonly alike: string;
  readonly step: string;
  readonly never: string;
}

export interface Check<Seen> {
  readonly code: Code;
  readonly title: string;
  readonly needs: readonly Need[];
  /** True if the check looks at hosts, so `--host H` runs it for H alone. Default: it looks at the cloud. */
  readonly isOfHosts?: true;
  readonly page: Page;
  read(sources: Sources): Promise<Seen>;
  /** Pure. Returns at least one result. */
  judge(seen: Seen, show: ShowTime): readonly Result[];
}

/** A check without the type of its reading, so that all checks fit in one list. */
export interface AnyCheck extends Pick<Check<never>, 'code' | 'title' | 'needs' | 'isOfHosts' | 'page'> {
  results(sources: Sources, show: ShowTime): Promise<readonly Result[]>;
}

export const defineCheck = <Seen>(check: Check<Seen>): Check<Seen> & AnyCheck => ({
  ...check,
  results: async (sources, show) => check.judge(await check.read(sources), show),
});

export const notLookedAt = (subject: string, { why, wasTried }: Unread): NotLookedAt => ({
  result: 'not looked at',
  subject,
  why,
  wasTried,
});

/** Judges a reading, or reports why there is none. */
export const judgeLooked = <Value>(
  subject: string,
  looked: Looked<Value>,
  judge: (value: Value) => readonly Result[],
): readonly Result[] => (looked.isRead ? judge(looked.value) : [notLookedAt(subject, looked)]);
