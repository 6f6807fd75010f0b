import { defined } from './defined';

/**
 * The cause of a failure as a word that tells the user what to do about it. Every error that leaves a module of
 * stackward has one of these reasons; an adapter turns a library's error into such an error.
 *
 * `detail` says what was found, what is allowed and what to do. `where` is a construct path, `kind.name@target`, or a
 * file with line and column; it comes first in the message.
 */
export type Reason =
  | 'InvalidConfiguration'
  | 'Refused'
  | 'TransientError'
  | 'UnrecoverableError'
  | 'StalePlan'
  | 'NotConverged'
  | 'Blocked';

/** The first line of a report of an error whose matter nobody named. */
const summaries: Readonly<Record<Reason, string>> = {
  InvalidConfiguration: 'The configuration is not valid',
  Refused: 'Refused',
  TransientError: 'A failure that may pass; running the same command again is safe',
  UnrecoverableError: 'A failure that a second run will meet again',
  StalePlan: 'The world changed after the plan was made; plan again',
  NotConverged: 'Applied, and still different from the code',
  Blocked: 'Left alone, because going on would be unsafe',
};

/** What an error is about, where the line of its reason would send the reader elsewhere. */
export type Matter =
  | 'command line'
  | 'file'
  | 'login'
  | 'right'
  | 'address'
  | 'name'
  | 'order'
  | 'answer'
  | 'reading'
  | 'defect';

const titles: Readonly<Record<Matter, string>> = {
  'command line': 'The command line is not valid',
  file: "A file can't be used",
  login: 'The login was refused',
  right: 'A right is missing',
  address: 'The address leads elsewhere, or nowhere',
  name: 'No single thing has this name',
  order: 'Something else has to be done first',
  answer: "An answer that stackward can't use",
  reading: 'Nothing could be read',
  defect: 'A defect of stackward',
};

/** The first line of every report of an error. */
export const titleOf = ({ reason, about }: { readonly reason: Reason; readonly about?: Matter | undefined }): string =>
  about === undefined ? summaries[reason] : titles[about];

interface Options {
  readonly where?: string;
  readonly cause?: unknown;
  readonly status?: number;
  readonly about?: Matter;
}

export class StackwardError extends Error {
  readonly reason: Reason;
  readonly detail: string;
  readonly where: string | undefined;
  /** The status of the HTTP answer that was refused. */
  readonly status: number | undefined;
  readonly about: Matter | undefined;

  constructor(reason: Reason, detail: string, options: Options = {}) {
    const message = options.where === undefined ? detail : `${options.where}: ${detail}`;
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = reason;
    this.reason = reason;
    this.detail = detail;
    this.where = options.where;
    this.status = options.status;
    this.about = options.about;
  }
}

/** The input is wrong: fix the code or the file named. Nothing was changed. */
export class InvalidConfiguration extends StackwardError {
  constructor(detail: string, options?: Options) {
    super('InvalidConfiguration', detail, options);
  }
}

/** An option or an argument is wrong. Nothing was changed. */
export class InvalidCommand extends InvalidConfiguration {
  constructor(detail: string) {
    super(detail, { about: 'command line' });
  }
}

/** The input is right, but something is needed first: an approval, a new plan, a free file name. */
export class Refused extends StackwardError {
  constructor(detail: string, options?: Options) {
    super('Refused', detail, options);
  }
}

/** A time-out, a lost connection, a deadlock: the same command again is safe and may succeed. */
export class TransientError extends StackwardError {
  constructor(detail: string, options?: Options) {
    super('TransientError', detail, options);
  }
}

/** Access denied, an unknown database schema, a defect of stackward: the same command again fails the same way. */
export class UnrecoverableError extends StackwardError {
  constructor(detail: string, options?: Options) {
    super('UnrecoverableError', detail, options);
  }
}

/** The target changed after the plan was made. The step that found this wrote nothing. */
export class StalePlan extends StackwardError {
  constructor(detail: string, options?: Options) {
    super('StalePlan', detail, options);
  }
}

/** The write would harm something, or another tool would undo it. Nothing was written. */
export class Blocked extends StackwardError {
  constructor(detail: string, options?: Options) {
    super('Blocked', detail, options);
  }
}

/**
 * Turns any thrown value into an error of stackward. Any other error is a defect, so its stack trace goes into the
 * detail.
 */
export function asStackwardError(error: unknown, where?: string): StackwardError {
  if (error instanceof StackwardError) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const detail = text.split(/\s*\n\s*/).join(' < ');
  return new UnrecoverableError(`this is a defect of stackward; report it with this text: ${detail}`, {
    ...defined({ where }),
    cause: error,
    about: 'defect',
  });
}

/** The error as a problem of a plan or report. */
export function problemOf(
  error: unknown,
  where: string,
): { where: string; reason: Reason; message: string; about?: Matter } {
  const { reason, message, about } = asStackwardError(error);
  return { where, reason, message, ...defined({ about }) };
}
