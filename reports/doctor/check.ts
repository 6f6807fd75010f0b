/** What a check is (docs/adr/0010-reports.md). */
import type { Looked, Unread } from '../looked';
import type { Sources } from '../sources';

export type Code = `SW-${number}`;

/** What a check asks. */
export type Need =
  'the API' | 'a database' | 'the message broker' | 'hosts' | 'the synthesized code' | 'programs of this machine';

export interface Trouble {
  readonly result: 'fault' | 'risk';
  /** What it is about: `nova-compute on cnode01`. */
  readonly subject: string;
  /** One sentence. */
  readonly found: string;
  readonly evidence: readonly string[];
  /** The smallest safe step. */
  readonly step: string;
  /** Paragraphs that stand last: what else it might have been, and is not or may still be. */
  readonly besides?: readonly string[];
}

export interface Fine {
  readonly result: 'fine';
  readonly subject: string;
  /** What was looked at, and how much of it. */
  readonly found: string;
  readonly evidence?: readonly string[];
}

export interface NotLookedAt extends Omit<Unread, 'isRead' | 'status'> {
  readonly result: 'not looked at';
  readonly subject: string;
}

export type Result = Trouble | Fine | NotLookedAt;

/** How times are shown. */
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
  /** It looks at hosts, so that `--host H` runs it, for H alone. Default: it looks at the cloud. */
  readonly isOfHosts?: true;
  readonly page: Page;
  read(sources: Sources): Promise<Seen>;
  /** Pure. At least one result. */
  judge(seen: Seen, show: ShowTime): readonly Result[];
}

/** A check with the type of its reading hidden, so that all fit one list. */
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

/** Judges what was read; what wasn't is said. */
export const judgeLooked = <Value>(
  subject: string,
  looked: Looked<Value>,
  judge: (value: Value) => readonly Result[],
): readonly Result[] => (looked.isRead ? judge(looked.value) : [notLookedAt(subject, looked)]);
