/** A reading that may have failed. The code that judges it has to handle the failed case. */
import { defined } from '../lib/basics/defined';
import { asStackwardError } from '../lib/basics/errors';

export interface Unread {
  readonly isRead: false;
  readonly why: string;
  /**
   * True: a service was asked, and did not answer. False: the configuration or the catalogue names no service to ask.
   */
  readonly wasTried: boolean;
  /** The status of the answer, if a service refused. */
  readonly status?: number;
}

export type Looked<Value> = { readonly isRead: true; readonly value: Value } | Unread;

export const read = <Value>(value: Value): Looked<Value> => ({ isRead: true, value });
export const untried = (why: string): Unread => ({ isRead: false, why, wasTried: false });
export const failed = (why: string): Unread => ({ isRead: false, why, wasTried: true });

/** The same reading with its value replaced by `pick`. */
export const mapLooked = <Value, Other>(looked: Looked<Value>, pick: (value: Value) => Other): Looked<Other> =>
  looked.isRead ? read(pick(looked.value)) : looked;

/** Continues with a reading that depends on the value of the first. */
export const thenLook = <Value, Other>(looked: Looked<Value>, next: (value: Value) => Looked<Other>): Looked<Other> =>
  looked.isRead ? next(looked.value) : looked;

export async function look<Value>(work: () => Promise<Value>): Promise<Looked<Value>> {
  try {
    return read(await work());
  } catch (error) {
    const { message: why, status } = asStackwardError(error);
    return { isRead: false, why, wasTried: true, ...defined({ status }) };
  }
}

/** Runs `work` at the first call, and returns the same result at every later call. */
export const once = <Value>(work: () => Promise<Value>): (() => Promise<Value>) => {
  let answer: Promise<Value> | undefined;
  return () => (answer ??= work());
};
