/**
 * The port `Host`: the requests to the program on a host, and its answers (docs/adr/0005-host-program.md).
 *
 * Texts may contain lone surrogates U+DC80–U+DCFF. They stand for bytes that are not UTF-8, as in Python's
 * `surrogateescape`.
 */
import type { StackwardError } from '../basics/errors';
import { sha256 } from '../basics/sha256';
import type { HostLogs, LogRead, LogTexts, LogWrite } from './log-answers';
import type { ServiceAnswers, ServiceRead } from './service-answers';
import type { ServiceWrite, ServiceWriteAnswers } from './service-writes';
import type { SettingsRead, SettingsWrite, ToldSettings } from './settings-answers';
import type { ThroughputAnswers, ThroughputWrite } from './throughput-writes';

/**
 * The version that requests name: the first that has everything which plan and apply need. An older program answers a
 * verb of a later version with `refused`. The newest version is `VERSION` of host/stackward-host.py.
 */
export const protocolVersion = 2;

/** Bounds of one request, as in host/stackward-host.py. */
export const maxRequestBytes = 24 << 20;
/** The most sequences and questions of one request, counted together. */
export const maxQuestions = 8192;
export const maxDeadlineSeconds = 600;

export interface HostFacts {
  readonly hostname: string;
  readonly kernel: string;
  /**
   * The identity of the running machine: the same under each of its names, another in each network namespace. null if
   * /proc doesn't show it.
   */
  readonly machine?: string | null;
  readonly python: string;
  /** The version of the program. */
  readonly version: number;
  readonly installed: boolean;
  readonly uid: number;
  readonly init: 'systemd' | 'upstart' | 'other';
  /** The path of each tool; null if the host doesn't have it. */
  readonly tools: Readonly<Record<string, string | null>>;
}

export type HostFile =
  | { readonly exists: false; readonly realPath: string }
  | {
      readonly exists: true;
      /** The path with all links followed. */
      readonly realPath: string;
      /** Base64. */
      readonly content: string;
      /** Digest of the content, in hex. */
      readonly sha256: string;
      /** Permission bits. */
      readonly mode: number;
      /** The number of hard links to it. A swap is refused if there are several. */
      readonly links: number;
      readonly owner: string;
      readonly group: string;
      /** The time as Python's os.stat prints it: oslo.policy compares this text. */
      readonly mtimeSeconds: number;
      /** Base64 values. */
      readonly xattrs: Readonly<Record<string, string>>;
      /** The tools that claim the file, by its text or its place. They will overwrite changes. */
      readonly managers: readonly ('Ansible' | 'Puppet' | 'Kolla')[];
    };

/** Facts about a file without its content. The file may be larger than the files that a host program reads. */
export type HostDigest =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly size: number;
      /** Digest of the content, in hex. */
      readonly sha256: string;
      /** The first 512 bytes, in base64. */
      readonly head: string;
    };

export interface HostFolder {
  readonly exists: boolean;
  /** Sorted by name. */
  readonly entries: readonly { readonly name: string; readonly kind: 'file' | 'folder' | 'link' | 'other' }[];
}

/** `only`: the host has one iptables and no names for variants (before 1.8). */
export type TableVariant = 'nft' | 'legacy' | 'only';

export interface HostTables {
  /** The variant that has `neutron-filter-top`; if neither has it, the variant of plain `iptables`. */
  readonly variant: TableVariant;
  readonly hasHook: boolean;
  /** All tables, as iptables-save prints them. */
  readonly text: string;
}

export interface TextDigest {
  readonly lines: number;
  readonly sha256: string;
}

/**
 * The files that restore stored exceptions when a host starts: their present state, and the state that they should
 * have.
 */
export interface HostBoot {
  readonly init: HostFacts['init'];
  /** The digest of the whole state. `swap-boot-files` writes only if the state still has this digest. */
  readonly seen: string;
  /** The files of both init systems and of older releases, in the order in which they are made. */
  readonly files: readonly {
    readonly path: string;
    /** True if the file has stackward's header. */
    readonly isOurs: boolean;
    /** null if there is no file. */
    readonly now: TextDigest | null;
    /** null if there should be no file. */
    readonly right: TextDigest | null;
  }[];
}

export type BridgeFlag = 'hairpin_mode' | 'learning' | 'unicast_flood';

export interface BridgePorts {
  readonly ports: readonly {
    readonly bridge: string;
    readonly port: string;
    /** A flag is absent if this kernel doesn't know it. */
    readonly flags: Readonly<Partial<Record<BridgeFlag, boolean>>>;
  }[];
}

export interface ReaderOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * `silent`: connected, and received nothing. `closed`: connected, and the server closed the connection without sending
 * anything.
 */
export const hostKnockOutcomes = ['name', 'refused', 'filtered', 'no route', 'accepted', 'silent', 'closed'] as const;

export interface HostKnock {
  readonly outcome: (typeof hostKnockOutcomes)[number];
  /** The first bytes that the server sent, in base64. */
  readonly said: string;
}

export type HostRead =
  | { readonly verb: 'facts' }
  /** Since version 3. */
  | { readonly verb: 'clock' }
  /**
   * Makes one connection to a server and sends nothing. Since version 4; the limits of an installed program name the
   * allowed servers.
   */
  | { readonly verb: 'knock'; readonly server: string; readonly port: number }
  | { readonly verb: 'read-file'; readonly path: string }
  /** Reads files up to 256 MiB; `read-file` reads up to 16 MiB. */
  | { readonly verb: 'digest-file'; readonly path: string }
  | { readonly verb: 'list-folder'; readonly path: string }
  | { readonly verb: 'save-tables'; readonly family: 4 | 6 }
  | { readonly verb: 'bridge-ports' }
  /** Reads files at fixed paths. `stateFolder` is the folder from which the unit should restore. */
  | { readonly verb: 'boot-files'; readonly stateFolder: string }
  /** Runs a command line of the program's own list. Any other command line is `refused`. */
  | { readonly verb: 'run-reader'; readonly argv: readonly string[] }
  | LogRead
  | ServiceRead
  | SettingsRead;

export type HostWrite =
  | LogWrite
  | {
      readonly verb: 'swap-file';
      readonly path: string;
      /** SHA-256 of the content that was read; null if the file must still be absent. */
      readonly expect: string | null;
      /** Base64. */
      readonly content: string;
      /**
       * The mode of a new file, which belongs to root; default 0644. An existing file keeps its mode, owner, group and
       * attributes.
       */
      readonly mode?: 0o600 | 0o644;
      /** Makes the folder with mode 0700 if it is missing, but not the folders above it. */
      readonly makeFolder?: boolean;
      /**
       * For a folder whose files are all read by services, whatever their names (oslo.policy's policy.d): the temporary
       * file is made beside the folder, and the new file becomes newer than all others in it. Default: the temporary
       * file is made in the folder.
       */
      readonly watchedFolder?: boolean;
    }
  /** The file must have `fileHeader` in its first 512 bytes. It may be as large as for `digest-file`. */
  | {
      readonly verb: 'remove-file';
      readonly path: string;
      readonly expect: string;
    }
  | {
      readonly verb: 'restore-tables';
      readonly family: 4 | 6;
      readonly variant: TableVariant;
      /** The input of iptables-restore -n. Only lines about stackward's chains and the jumps to them are accepted. */
      readonly text: string;
      /** The path of a file that is locked with fcntl.lockf during the write. The file must exist. Default: no lock. */
      readonly lockFile?: string;
    }
  /** The host program itself has the content to write, so no request contains a path or the content of a unit. */
  | {
      readonly verb: 'swap-boot-files';
      readonly stateFolder: string;
      /** false removes all of stackward's files. */
      readonly wanted: boolean;
      /**
       * `seen` of the state that was read. If the files have meanwhile become as wanted, the write succeeds as well.
       */
      readonly expect: string;
    }
  | {
      readonly verb: 'set-bridge-flag';
      readonly bridge: string;
      readonly port: string;
      readonly flag: BridgeFlag;
      readonly expect: boolean;
      readonly value: boolean;
    }
  | ServiceWrite
  | ThroughputWrite
  | SettingsWrite
  /** By RabbitMQ's own tool, if exactly these plugins are enabled by name; others are `changed`. From version 5 on. */
  | {
      readonly verb: 'switch-plugins';
      readonly expect: readonly string[];
      readonly enable: readonly string[];
      readonly disable: readonly string[];
    };

interface SwappedFile {
  readonly realPath: string;
  readonly sha256: string;
  readonly mtimeSeconds: number;
}

interface Answers extends ServiceAnswers, ServiceWriteAnswers, ThroughputAnswers {
  facts: HostFacts;
  /** In seconds since 1970, by the host's clock. */
  clock: { readonly time: number };
  knock: HostKnock;
  'read-file': HostFile;
  'digest-file': HostDigest;
  'list-folder': HostFolder;
  'save-tables': HostTables;
  'bridge-ports': BridgePorts;
  'boot-files': HostBoot;
  'log-files': HostLogs;
  'log-texts': LogTexts;
  'run-reader': ReaderOutput;
  'read-settings': ToldSettings;
  'swap-file': SwappedFile;
  'swap-settings': SwappedFile;
  /** Of the tool; 0: done. */
  'switch-plugins': { readonly code: number; readonly said: string };
  'remove-file': object;
  'restore-tables': object;
  'swap-boot-files': HostBoot;
  'swap-log-files': object;
  'set-bridge-flag': object;
}

export type AnswerTo<Q extends HostRead | HostWrite> = Answers[Q['verb']];

/**
 * Why the program did not do something:
 * - `changed`: the thing is not as it was seen.
 * - `busy`: somebody holds a lock, or a chain is not empty (iptables' code 4). Read again.
 * - `rejected`: iptables refused the whole text.
 * - `refused`, `outside-limits`, `not-ours`, `hard-linked`, `mount-point`, `two-variants`: to continue would be unsafe.
 * - `no-module`: the kernel lacks a module that iptables needs.
 * - `installation`: the installed program or its limits are not as they must be, so the program looked at nothing.
 * - `overdue`: the deadline passed in the middle of the work.
 */
export type HostReason = (typeof hostReasons)[number];

export const hostReasons = [
  'absent',
  'busy',
  'changed',
  'failed',
  'full',
  'hard-linked',
  'installation',
  'invalid',
  'mount-point',
  'no-module',
  'no-tool',
  'not-a-file',
  'not-a-folder',
  'not-allowed',
  'not-ours',
  'outside-limits',
  'overdue',
  'read-only',
  'refused',
  'rejected',
  'skipped',
  'too-large',
  'two-variants',
] as const;

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly reason: HostReason;
      readonly error: StackwardError;
      /** The program is of an earlier release, and knows no such verb or command line. It refuses other things as well. */
      readonly isUnknown?: true;
    };

/** @throws the outcome's error */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

export type OutcomesOf<Questions extends readonly (HostRead | HostWrite)[]> = {
  readonly [I in keyof Questions]: Outcome<AnswerTo<Questions[I]>>;
};

/** The folder of stackward's records and stored files on a host, unless stackward.yaml names another. */
export const defaultStateFolder = '/var/lib/stackward';

export interface HostReader {
  readonly name: string;
  /** The folder of records; it need not exist. */
  readonly stateFolder: string;
  /**
   * Asks all questions in one round trip. They are answered in order, and a failed one doesn't stop the others.
   * @throws TransientError or UnrecoverableError when the host doesn't answer at all
   */
  read<const Questions extends readonly HostRead[]>(questions: Questions): Promise<OutcomesOf<Questions>>;
}

export interface Host extends HostReader {
  /**
   * Sends all writes in one round trip. A sequence stops at its first failure, and its remaining writes are `skipped`.
   * Sequences don't affect each other.
   * @throws TransientError when the connection was lost. Each write was then done completely or not at all, so observe
   * again.
   */
  write(sequences: readonly (readonly HostWrite[])[]): Promise<readonly (readonly Outcome<object>[])[]>;
}

/** The mark of an owner in names on hosts: 16 hex digits. */
export const ownerMark = (owner: string): string => sha256(owner).slice(0, 16);

/**
 * The mark that earlier releases used: 8 hex digits, which two owners may share (`team-21198` and `team-102730`). A
 * thing with this mark still belongs to the owner whom it names, and nothing new gets such a mark
 * (docs/adr/0006-kinds-on-hosts.md).
 */
export const formerMark = (owner: string): string => ownerMark(owner).slice(0, 8);

/** Matches a mark of either length. */
export const anyMark = '(?:[0-9a-f]{16}|[0-9a-f]{8})';

/**
 * This text is in the first 512 bytes of every file that belongs to stackward as a whole. The host program removes no
 * file without it.
 */
export const fileHeader = (owner: string): string => `This file is kept by stackward for ${owner}`;
