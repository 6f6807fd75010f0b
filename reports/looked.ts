/** A reading that may have failed. Whoever judges it has to say what happens where nothing was read. */
import { defined } from '../lib/basics/defined';
import { asStackwardError } from '../lib/basics/errors';

export interface Unread {
  readonly isRead: false;
  readonly why: string;
  /** True: somebody was asked, and did not answer. False: the configuration or the catalogue leads to nobody. */
  readonly wasTried: boolean;
  /** Of the answer, where a service refused. */
  readonly status?: number;
}

export type Looked<Value> = { readonly isRead: true; readonly value: Value } | Unread;

export const read = <Value>(value: Value): Looked<Value> => ({ isRead: true, value });
export const untried = (why: string): Unread => ({ isRead: false, why, wasTried: false });
export const failed = (why: string): Unread => ({ isRead: false, why, wasTried: true });

/** What is told by what was read. */
export const mapLooked = <Value, Other>(looked: Looked<Value>, pick: (value: Value) => Other): Looked<Other> =>
  looked.isRead ? read(pick(looked.value)) : looked;

/** One look that needs what another one read. */
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

/** Asks at the first call, and keeps the answer. */
export const once = <Value>(work: () => Promise<Value>): (() => Promise<Value>) => {
  let answer: Promise<Value> | undefined;
  return () => (answer ??= work());
};
