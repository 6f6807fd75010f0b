/**
 * The port `Host`, and what is said between stackward and the program on a host (docs/adr/0005-host-program.md).
 *
 * Texts may hold lone surrogates U+DC80–U+DCFF: bytes that are not UTF-8, as Python's `surrogateescape` writes them.
 */
import type { StackwardError } from '../basics/errors';
import { sha256 } from '../basics/sha256';
import type { ServiceAnswers, ServiceRead } from './service-answers';

/**
 * The version that requests state: the first that has what plan and apply need. A verb of a later version is `refused` where
 * the program is older. The newest version is `VERSION` of host/stackward-host.py.
 */
export const protocolVersion = 2;

/** Bounds of one request, as in host/stackward-host.py. */
export const maxRequestBytes = 24 << 20;
/** Sequences and questions are counted together. */
export const maxQuestions = 8192;
export const maxDeadlineSeconds = 600;

export interface HostFacts {
  readonly hostname: string;
  readonly kernel: string;
  /** The same under every name of one running machine; another in each network namespace. null: /proc doesn't tell. */
  readonly machine?: string | null;
  readonly python: string;
  /** The version of the program. */
  readonly version: number;
  readonly installed: boolean;
  readonly uid: number;
  readonly init: 'systemd' | 'upstart' | 'other';
  /** Where each tool is; null: nowhere. */
  readonly tools: Readonly<Record<string, string | null>>;
}

export type HostFile =
  | { readonly exists: false; readonly realPath: string }
  | {
      readonly exists: true;
      /** With all links followed. */
      readonly realPath: string;
      /** Base64. */
      readonly content: string;
      /** Digest of the content, in hex. */
      readonly sha256: string;
      /** Permission bits. */
      readonly mode: number;
      /** How many hard links name it; more than one refuses a swap. */
      readonly links: number;
      readonly owner: string;
      readonly group: string;
      /** The time as Python's os.stat prints it, which is what oslo.policy compares. */
      readonly mtimeSeconds: number;
      /** Base64 values. */
      readonly xattrs: Readonly<Record<string, string>>;
      /** The tools that claim the file, in its text or by its place. They will write it again. */
      readonly managers: readonly ('Ansible' | 'Puppet' | 'Kolla')[];
    };

/** Facts about a file without its content, which may be larger than a host program reads. */
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

/** `only`: a host with one iptables and no names for variants (before 1.8). */
export type TableVariant = 'nft' | 'legacy' | 'only';

export interface HostTables {
  /** The variant that holds `neutron-filter-top`; if neither does, the variant of plain `iptables`. */
  readonly variant: TableVariant;
  readonly hasHook: boolean;
  /** All tables, as iptables-save prints them. */
  readonly text: string;
}

export interface TextDigest {
  readonly lines: number;
  readonly sha256: string;
}

/** The files that put stored exceptions back when a host starts: as they are, and as they are to be if wanted. */
export interface HostBoot {
  readonly init: HostFacts['init'];
  /** Digest of the whole state. `swap-boot-files` writes only if the state still is this one. */
  readonly seen: string;
  /** Files of either init system and of older releases, in the order in which they are made. */
  readonly files: readonly {
    readonly path: string;
    /** Bears our header. */
    readonly isOurs: boolean;
    /** null: nothing is there. */
    readonly now: TextDigest | null;
    /** null: nothing is to be there. */
    readonly right: TextDigest | null;
  }[];
}

export type BridgeFlag = 'hairpin_mode' | 'learning' | 'unicast_flood';

export interface BridgePorts {
  readonly ports: readonly {
    readonly bridge: string;
    readonly port: string;
    /** A flag that this kernel doesn't know is absent. */
    readonly flags: Readonly<Partial<Record<BridgeFlag, boolean>>>;
  }[];
}

export interface ReaderOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `silent`: connected, and nothing said. `closed`: connected, and hung up without a word. */
export const hostKnockOutcomes = ['name', 'refused', 'filtered', 'no route', 'accepted', 'silent', 'closed'] as const;

export interface HostKnock {
  readonly outcome: (typeof hostKnockOutcomes)[number];
  /** The first bytes, in base64. */
  readonly said: string;
}

export type HostRead =
  | { readonly verb: 'facts' }
  /** From version 3 on. */
  | { readonly verb: 'clock' }
  /** One connection to a server, to which nothing is sent. From version 4 on; an installed program's limits name the servers. */
  | { readonly verb: 'knock'; readonly server: string; readonly port: number }
  | { readonly verb: 'read-file'; readonly path: string }
  /** Takes any file up to 256 MiB; `read-file` takes 16 MiB. */
  | { readonly verb: 'digest-file'; readonly path: string }
  | { readonly verb: 'list-folder'; readonly path: string }
  | { readonly verb: 'save-tables'; readonly family: 4 | 6 }
  | { readonly verb: 'bridge-ports' }
  /** Files at fixed paths. `stateFolder` is the folder from which the unit is to restore. */
  | { readonly verb: 'boot-files'; readonly stateFolder: string }
  /** Whole command lines of the program's own list; others are `refused`. */
  | { readonly verb: 'run-reader'; readonly argv: readonly string[] }
  | ServiceRead;

export type HostWrite =
  | {
      readonly verb: 'swap-file';
      readonly path: string;
      /** SHA-256 of the content that was read; null: it must still be absent. */
      readonly expect: string | null;
      /** Base64. */
      readonly content: string;
      /**
       * Mode of a new file, which belongs to root; default 0644. An existing file keeps its mode, owner, group and
       * attributes.
       */
      readonly mode?: 0o600 | 0o644;
      /** Makes the folder where it is missing, with mode 0700; not the folders above. */
      readonly makeFolder?: boolean;
      /**
       * Services look at every name in its folder (oslo.policy's policy.d): the file on its way stands beside the folder, and
       * is newer than all in it. Default: in the folder.
       */
      readonly watchedFolder?: boolean;
    }
  /** The file must bear `fileHeader` in its first 512 bytes; it may be as large as `digest-file` takes. */
  | {
      readonly verb: 'remove-file';
      readonly path: string;
      readonly expect: string;
    }
  | {
      readonly verb: 'restore-tables';
      readonly family: 4 | 6;
      readonly variant: TableVariant;
      /** For iptables-restore -n; only lines about chains of ours and jumps to them. */
      readonly text: string;
      /** Path of a file that is held by fcntl.lockf meanwhile and must exist. Default: none. */
      readonly lockFile?: string;
    }
  /** The host program itself knows what to write: no path and no content of a unit is in a request. */
  | {
      readonly verb: 'swap-boot-files';
      readonly stateFolder: string;
      /** false: all of ours goes. */
      readonly wanted: boolean;
      /** `seen` of what was read. Where all is as wanted meanwhile, that is done as well. */
      readonly expect: string;
    }
  | {
      readonly verb: 'set-bridge-flag';
      readonly bridge: string;
      readonly port: string;
      readonly flag: BridgeFlag;
      readonly expect: boolean;
      readonly value: boolean;
    };

interface Answers extends ServiceAnswers {
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
  'run-reader': ReaderOutput;
  'swap-file': { readonly realPath: string; readonly sha256: string; readonly mtimeSeconds: number };
  'remove-file': object;
  'restore-tables': object;
  'swap-boot-files': HostBoot;
  'set-bridge-flag': object;
}

export type AnswerTo<Q extends HostRead | HostWrite> = Answers[Q['verb']];

/**
 * Why the program did not do one thing. `changed`: it is not what was seen. `busy`: a lock is held, or a chain is not empty
 * (iptables' code 4): read again. `rejected`: iptables took none of it. `refused`, `outside-limits`, `not-ours`, `hard-linked`,
 * `mount-point`, `two-variants`: going on would be unsafe. `no-module`: the kernel lacks a module that iptables needs. `installation`: the installed program or its limits are not as they
 * must be, so nothing was looked at. `overdue`: the deadline passed in the middle of it.
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
  | { readonly ok: false; readonly reason: HostReason; readonly error: StackwardError };

/** @throws the outcome's error */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

export type OutcomesOf<Questions extends readonly (HostRead | HostWrite)[]> = {
  readonly [I in keyof Questions]: Outcome<AnswerTo<Questions[I]>>;
};

/** Where the records and stored files of stackward are on a host, unless stackward.yaml says otherwise. */
export const defaultStateFolder = '/var/lib/stackward';

export interface HostReader {
  readonly name: string;
  /** Folder of records; need not exist. */
  readonly stateFolder: string;
  /**
   * All in one round trip, answered in order. One that fails says so in its own outcome; the others are answered.
   * @throws TransientError or UnrecoverableError when the host as a whole doesn't answer
   */
  read<const Questions extends readonly HostRead[]>(questions: Questions): Promise<OutcomesOf<Questions>>;
}

export interface Host extends HostReader {
  /**
   * All in one round trip, in order. A sequence stops at its first failure (the rest is `skipped`); the sequences are independent.
   * @throws TransientError when the connection was lost: each write then is done whole or not at all, so observe again
   */
  write(sequences: readonly (readonly HostWrite[])[]): Promise<readonly (readonly Outcome<object>[])[]>;
}

/** The mark of an owner in names on hosts: 16 hex digits. */
export const ownerMark = (owner: string): string => sha256(owner).slice(0, 16);

/**
 * The mark of earlier releases: 8 hex digits, which two owners may share (`team-21198` and `team-102730`). Things under
 * this mark stay in use by the owner whom they name, and no new thing gets it (docs/adr/0006-kinds-on-hosts.md).
 */
export const formerMark = (owner: string): string => ownerMark(owner).slice(0, 8);

/** A mark of either length, in a pattern. */
export const anyMark = '(?:[0-9a-f]{16}|[0-9a-f]{8})';

/** Stands in the first 512 bytes of every file that is ours as a whole; without it the host program removes none. */
export const fileHeader = (owner: string): string => `This file is kept by stackward for ${owner}`;
