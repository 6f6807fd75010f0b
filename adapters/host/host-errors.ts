/**
 * Each refusal of a host as one sentence with the next step. Failures of the connection have their own: ssh-errors.ts.
 */
import { defined } from '../../lib/basics/defined';
import {
  Blocked,
  StalePlan,
  TransientError,
  UnrecoverableError,
  type Matter,
  type Reason,
  type StackwardError,
} from '../../lib/basics/errors';
import type { HostRead, HostReason, HostWrite } from '../../lib/hosts/host';
import { maxOutput, type Ended } from './session';

/**
 * Exit codes of our script where the program could not answer. Neither a shell nor sudo nor Python uses these numbers.
 */
export const exits = { noPython: 111, sudoDenied: 112, noSudo: 113, notInstalled: 114 } as const;

/** Our script prints this mark and then the program's path when sudo doesn't let the login run the program. */
export const deniedMark = 'stackward-denied ';

/** Exit codes of a shell or sudo that can't start a program. */
const notStarted: readonly number[] = [126, 127];

/** The exit code with which a shell reports a process that SIGALRM ended. */
const alarmed = 128 + 14;

interface Asked {
  readonly name: string;
  /** `read` also if no request was sent. */
  readonly access: 'read' | 'write';
  readonly installed: string | undefined;
  readonly requestTimeoutMs: number;
}

/** The beginning of a program's output, on one line. */
export const firstWords = (text: string): string => text.slice(0, 3_000).replace(/\s+/g, ' ').trim().slice(0, 300);

/** The connection broke, or was ended, after the request had been sent. */
export function lostError(detail: string, access: 'read' | 'write', where: string): TransientError {
  const rest =
    access === 'write'
      ? 'each write that was asked for is done whole or not at all, so plan again to see which'
      : 'nothing was changed, so run it again';
  return new TransientError(`${detail}; ${rest}`, { where });
}

/** The script runs sudo in the C locale, so sudo's messages are the English ones. */
function deniedBecause(stderr: string): string {
  if (/^sudo: .*must have a tty/m.test(stderr))
    return 'sudo there wants a terminal of every login (requiretty); add to sudoers `Defaults:LOGIN !requiretty`, with the name of this login';
  const mark = stderr.lastIndexOf(deniedMark);
  const program = firstWords(stderr.slice(mark + deniedMark.length));
  const words = firstWords(stderr.slice(0, mark));
  return `sudo doesn't let this login run ${program} as root without a password${words && ` (${words})`}; add the line of docs/hosts.md for this very path to sudoers`;
}

/** The error for a script on the host that ended before the host program, which it starts, had answered. */
export function endError(ended: Ended, { name, access, installed, requestTimeoutMs }: Asked): StackwardError {
  const where = `host:${name}`;
  const words = firstWords(ended.stderr);
  const final = (detail: string, about?: Matter): StackwardError =>
    new UnrecoverableError(detail, { where, ...defined({ about }) });
  if (ended.tooMuch)
    return final(
      `more than ${maxOutput >> 20} MiB came back, and no more is taken; see what the login scripts there print, and how large the files are that are read`,
    );
  if (ended.timedOut || ended.code === alarmed)
    return lostError(
      `no answer within ${requestTimeoutMs / 1000} s, and the program was ended; look at the load and the file systems of the host`,
      access,
      where,
    );
  if (ended.code === exits.noPython)
    return final(
      'neither python3, python2 nor python runs there; install Python 2.7 or 3, or correct PATH of the login',
    );
  if (ended.code === exits.noSudo)
    return final('the login is not root, and there is no sudo; log in as root, or install sudo (docs/hosts.md)');
  if (ended.code === exits.sudoDenied) return final(deniedBecause(ended.stderr), 'right');
  if (ended.code === exits.notInstalled)
    return final(`there is no ${installed}; install host/stackward-host.py there, owned by root (docs/hosts.md)`);
  if (ended.code === null || ended.code > 128 || ended.code === 0)
    return lostError(`the program ended without an answer${words && ` (${words})`}`, access, where);
  // The program also exits like this when its answer fails (no memory, deadline passed). Its write may be done by then.
  if (access === 'write' && !notStarted.includes(ended.code))
    return lostError(
      `the program ended without an answer (exit code ${ended.code}${words && `: ${words}`})`,
      access,
      where,
    );
  return final(`the program could not be run (exit code ${ended.code}): ${words || 'it said nothing'}`);
}

const next: Readonly<Record<HostReason, readonly [reason: Reason, todo: string, about?: Matter]>> = {
  absent: ['UnrecoverableError', 'correct the path or name'],
  busy: ['TransientError', 'wait, then run it again'],
  changed: ['StalePlan', 'plan again'],
  failed: ['UnrecoverableError', 'this is a defect of stackward or of the host: report it with this text'],
  full: ['UnrecoverableError', 'free space on that file system; the file is as it was'],
  'hard-linked': ['Blocked', 'make it a file of its own'],
  installation: ['UnrecoverableError', 'install it as docs/hosts.md says'],
  invalid: ['UnrecoverableError', 'correct what was asked for'],
  'mount-point': ['Blocked', 'it is mounted there by itself: change the file that is mounted'],
  'no-module': ['UnrecoverableError', 'load it, then run it again'],
  'no-tool': ['UnrecoverableError', 'install it on the host'],
  'not-a-file': ['Blocked', 'correct the path'],
  'not-a-folder': ['Blocked', 'correct the path'],
  'not-allowed': [
    'UnrecoverableError',
    'see whether it is immutable (lsattr), guarded by SELinux or AppArmor, or needs a right that a container takes from root (CAP_NET_ADMIN for iptables)',
    'right',
  ],
  'not-ours': ['Blocked', 'remove it by hand if it is not wanted'],
  'outside-limits': [
    'UnrecoverableError',
    'add it to the .limits file beside the installed program (docs/hosts.md)',
    'right',
  ],
  overdue: ['TransientError', 'look at the load and the file systems of the host, then plan again'],
  'read-only': ['UnrecoverableError', 'mount that file system writable; dmesg tells whether errors made it read-only'],
  refused: ['UnrecoverableError', 'the host program does not do that for anybody'],
  rejected: ['StalePlan', 'nothing of it was taken: what it expected is not there, so plan again'],
  skipped: ['TransientError', 'run it again when that is mended'],
  'too-large': ['Blocked', 'stackward takes no more, so see what made it grow'],
  'two-variants': ['Blocked', 'flush the tables of the variant that the agent no longer uses'],
};

/** The error of one verb that failed on a host that answered. */
export function outcomeError(
  reason: HostReason,
  detail: string,
  where: string,
  verb: HostRead | HostWrite | undefined,
): StackwardError {
  const [kind, todo, about] = next[reason] ?? next.failed;
  const message = `${verb?.verb ?? 'a request'} failed: ${detail}; ${todo}`;
  switch (kind) {
    case 'StalePlan':
      return new StalePlan(message, { where });
    case 'Blocked':
      return new Blocked(message, { where });
    case 'TransientError':
      return new TransientError(message, { where });
    default:
      return new UnrecoverableError(message, { where, ...defined({ about }) });
  }
}
