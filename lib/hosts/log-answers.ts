/**
 * Files of rsyslog and logrotate for collected logs, from version 5 of the host program on. The program itself holds every
 * word of these files: a request names collections and their parts, and no text (docs/adr/0018-log-collection.md).
 */

export const logProtocols = ['tcp', 'relp', 'udp'] as const;
export type LogProtocol = (typeof logProtocols)[number];

/** The bounds of a client's queue, as in host/stackward-host.py. */
export const logQueue = { messages: 10_000, diskMiB: 256 } as const;

export interface LogListen {
  readonly protocol: LogProtocol;
  readonly port: number;
  /** How long a day's log is kept. */
  readonly days: number;
}

export interface LogSend {
  /** The server's name, which must lead to an address on the client. */
  readonly to: string;
  readonly protocol: LogProtocol;
  readonly port: number;
}

/** The part of one host in a collection. A host that neither listens nor sends has no file of the collection. */
export interface LogPart {
  readonly listen: LogListen | null;
  readonly send: LogSend | null;
}

export interface LogCollectionOn extends LogPart {
  readonly owner: string;
  /** The construct's path. */
  readonly path: string;
}

/** A file that is not as it should be. null: there is none, or there should be none. */
export interface LogText {
  readonly path: string;
  /** A line that the host program doesn't write is `***`. */
  readonly now: string | null;
  readonly right: string | null;
}

export interface LogFilesSeen {
  readonly owner: string;
  readonly path: string;
  /** Where a server puts the logs. */
  readonly folder: string;
  /** For rsyslog, and for logrotate. */
  readonly files: readonly string[];
  /** Digest of both. `swap-log-files` writes only where they still are so. */
  readonly seen: string;
  /** Files under these names that don't bear our header. */
  readonly foreign: readonly string[];
  /** What the head of the file says. null: there is no such file, or somebody changed its head. */
  readonly part: LogPart | null;
  /** Each byte is as this program writes it for the collection as it was asked for, on this host. */
  readonly isAsWritten: boolean;
}

/** The texts of the collections that were asked for, then those of the others that the run removes, as the whole run leaves them. */
export interface LogTexts {
  readonly collections: readonly (Pick<LogFilesSeen, 'owner' | 'path' | 'seen'> & {
    /** The files that a write changes. The file of all collections is one of them where it changes. */
    readonly texts: readonly LogText[];
  })[];
}

export interface HostLogs {
  /** The version of rsyslog: `8.2302`. null where no collection was asked for. */
  readonly rsyslog: string | null;
  /** The command that makes rsyslog read its configuration. */
  readonly restart: string;
  /** Local messages wait while rsyslog is restarted. */
  readonly waits: boolean;
  /** A run was cut short between the files and the restart. */
  readonly restartDue: boolean;
  /** Those that were asked for, in their order. */
  readonly wanted: readonly LogFilesSeen[];
  /** Further collections of any owner. */
  readonly others: readonly LogFilesSeen[];
  /** Reasons why the wanted files can't work: in stackward's words, or in those of rsyslog and logrotate. */
  readonly obstacles: readonly string[];
}

/** Asks for the files. If they differ from the wanted files, the host tests its whole configuration with them in private. */
interface LogFilesRead {
  readonly verb: 'log-files';
  readonly collections: readonly LogCollectionOn[];
}

/** Asks for the lines of the files, for a review. */
interface LogTextsRead {
  readonly verb: 'log-texts';
  readonly collections: readonly LogCollectionOn[];
  /** Whose other collections the run removes. null: of all stacks. */
  readonly sweep: readonly { readonly owner: string; readonly stacks: readonly string[] | null }[];
}

export type LogRead = LogFilesRead | LogTextsRead;

/** All of them and a restart of rsyslog, or none of them. */
export interface LogWrite {
  readonly verb: 'swap-log-files';
  readonly changes: readonly (LogCollectionOn & { readonly expect: string })[];
}
