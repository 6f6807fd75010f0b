/** A reading that may have failed. The code that judges it has to handle the failed case. */
import { defined } from '../lib/basics/defined';
import { asStackwardError, type Matter } from '../lib/basics/errors';
import type { Outcome } from '../lib/hosts/host';

export interface Unread {
  readonly isRead: false;
  readonly why: string;
  /**
   * True: a service was asked, and did not answer. False: the configuration or the catalogue names no service to ask.
   */
  readonly wasTried: boolean;
  /** The status of the answer, if a service refused. */
  readonly status?: number;
  /** What the failure is about, for the title of an error that it becomes. */
  readonly about?: Matter;
}

/** A reading that did not fail. What holds one can't stand for something that nobody looked at. */
export interface Read<Value> {
  readonly isRead: true;
  readonly value: Value;
}

export type Looked<Value> = Read<Value> | Unread;

export const read = <Value>(value: Value): Read<Value> => ({ isRead: true, value });
export const untried = (why: string): Unread => ({ isRead: false, why, wasTried: false });
export const failed = (why: string): Unread => ({ isRead: false, why, wasTried: true });

/** @param outcome undefined: the host's answers have none for this question */
export const toldBy = <Value>(outcome: Outcome<Value> | undefined): Looked<Value> => {
  if (outcome === undefined) return failed('the host did not answer that');
  return outcome.ok ? read(outcome.value) : failed(outcome.error.message);
};

/** The same reading with its value replaced by `pick`. */
export function mapLooked<Value, Other>(looked: Read<Value>, pick: (value: Value) => Other): Read<Other>;
export function mapLooked<Value, Other>(looked: Looked<Value>, pick: (value: Value) => Other): Looked<Other>;
export function mapLooked<Value, Other>(looked: Looked<Value>, pick: (value: Value) => Other): Looked<Other> {
  return looked.isRead ? read(pick(looked.value)) : looked;
}

/** What was read, where there is such a thing. */
export const present = <Value>({ value }: Read<Value | undefined>): Read<Value> | undefined =>
  value === undefined ? undefined : read(value);

/** A part of what was read. @param why it counts as unread where the part is not there */
export const partOf = <Value, Part>(
  looked: Looked<Value>,
  pick: (value: Value) => Part | undefined,
  why: string,
): Looked<Part> =>
  thenLook(looked, (value) => {
    const part = pick(value);
    return part === undefined ? failed(why) : read(part);
  });

export type Looks = Readonly<Record<string, Looked<unknown>>>;

export type ValuesOf<Asked extends Looks> = {
  readonly [Name in keyof Asked]: Asked[Name] extends Looked<infer Value> ? Value : never;
};

/** Joins readings into one. If a reading failed, the first failure is the result. */
export function allRead<Asked extends Looks>(looks: Asked): Looked<ValuesOf<Asked>> {
  const values: Record<string, unknown> = {};
  for (const [name, looked] of Object.entries(looks)) {
    if (!looked.isRead) return looked;
    values[name] = looked.value;
  }
  return read(values as ValuesOf<Asked>);
}

/** Continues with a reading that depends on the value of the first. */
export const thenLook = <Value, Other>(looked: Looked<Value>, next: (value: Value) => Looked<Other>): Looked<Other> =>
  looked.isRead ? next(looked.value) : looked;

export async function look<Value>(work: () => Promise<Value>): Promise<Looked<Value>> {
  try {
    return read(await work());
  } catch (error) {
    const { message: why, status, about } = asStackwardError(error);
    return { isRead: false, why, wasTried: true, ...defined({ status, about }) };
  }
}

/** Runs `work` at the first call, and returns the same result at every later call. */
export const once = <Value>(work: () => Promise<Value>): (() => Promise<Value>) => {
  let answer: Promise<Value> | undefined;
  return () => (answer ??= work());
};
