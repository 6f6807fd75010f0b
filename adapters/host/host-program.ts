/**
 * The host program's requests and answers, over any way to run a shell script on a host
 * (docs/adr/0005-host-program.md). One session serves all requests for as long as the program stays.
 *
 * The script consists of fixed words; every value that somebody chose is in the request. The script contains no single
 * quote, backslash, exclamation mark or line break, so that it can stand in single quotes before every login shell,
 * including csh and fish.
 */
import { readFileSync } from 'node:fs';
import { UnrecoverableError, type StackwardError } from '../../lib/basics/errors';
import {
  defaultStateFolder,
  maxDeadlineSeconds,
  maxQuestions,
  maxRequestBytes,
  protocolVersion,
  type Host,
  type HostRead,
  type HostWrite,
  type Outcome,
  type OutcomesOf,
} from '../../lib/hosts/host';
import { defined } from '../../lib/basics/defined';
import { append } from '../../lib/basics/lists';
import { isUnknown, parseAnswers, type HostAnswers } from './host-answers';
import { hostProgramFile } from '../host-source';
import { deniedMark, endError, exits, outcomeError } from './host-errors';
import { Session, type Ended } from './session';

let source: Buffer | undefined;
const sourceOfProgram = (): Buffer => (source ??= readFileSync(hostProgramFile));

/**
 * Removes the folder from which a Python 2 would import, then reads as many bytes of stdin as the argument says. They are the
 * program. It runs the head, which ends before the first `###`, and the head's `define` runs all. The program keeps its own
 * text as `source`, for the copy that runs when the host starts.
 */
const bootstrap =
  'import sys;sys.path=list(filter(len,sys.path));import os,signal;signal.signal(14,0);signal.alarm(60);' +
  'sent=os.fdopen(0,chr(114)+chr(98));source=sent.read(int(sys.argv[1]));' +
  'exec(source.split((chr(35)*3).encode())[0]);define(source)';

/** Sets `s` to the words that run a command as root. */
const asRoot = `echo; echo stackward-connected; LC_ALL=C; export LC_ALL; s=; if [ "$(id -u)" != 0 ]; then command -v sudo >/dev/null || exit ${exits.noSudo}; s="sudo -n --"; fi;`;
/**
 * Sudo ends with 1 when it refuses, and so may the program. Sudo is therefore asked whether it allows the very words,
 * because sudoers may name the arguments too.
 */
const denied = (command: string): string =>
  `[ $c = 1 ] && [ -n "$s" ] && { sudo -n -l -- ${command} >/dev/null 2>&1 || { echo "${deniedMark}$a" >&2; exit ${exits.sudoDenied}; }; };`;

/** A Python that can't be run (a version manager's empty shim) ends with 126 or 127. Then the next Python is tried. */
const sentScript = (length: number): string => {
  const command = `"$a" -ES -c "${bootstrap}" ${length}`;
  return (
    `${asRoot} for p in python3 python2 python; do a="$(command -v $p)" || continue; ` +
    `$s ${command}; c=$?; case $c in 0) exit 0;; 126|127) continue;; esac; ` +
    `${denied(command)} exit $c; done; exit ${exits.noPython}`
  );
};

const installedScript = (path: string): string =>
  `${asRoot} a=${path}; $s $a; c=$?; [ $c = 0 ] && exit 0; [ -e $a ] || exit ${exits.notInstalled}; ${denied('$a')} exit $c`;

export interface ProgramOptions {
  /**
   * Path of the installed, root-owned program. Default: the program is sent along, and run as root or through
   * `sudo -n` of Python.
   */
  readonly installed?: string;
  /** Time that one request may take on the host, in all. Default: 120 s. */
  readonly requestTimeoutMs?: number;
  /** Folder of the records on the host. Default: /var/lib/stackward. */
  readonly stateFolder?: string;
}

type Access = 'read' | 'write';

/** A host on which a shell script can be run. It serves one request at a time. */
export abstract class ProgramHost implements Host {
  #session: Session | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly stateFolder: string;

  constructor(
    readonly name: string,
    private readonly options: ProgramOptions,
  ) {
    this.stateFolder = options.stateFolder ?? defaultStateFolder;
    if (options.installed !== undefined && !/^(\/[\w.-]+)+$/.test(options.installed))
      throw new UnrecoverableError(
        `the path of the installed program may hold letters, digits, ".", "_", "-" and "/", and is ${options.installed}; correct "installed" of stackward.yaml`,
        { where: `host:${name}` },
      );
  }

  /** The words that run `sh -c SCRIPT` on the host. */
  protected abstract argv(script: string): readonly string[];
  /** Time until the script has to run. */
  protected readonly connectTimeoutMs: number = 20_000;
  /**
   * The error of the connection; undefined if it was the program that ended.
   * @param isConnected a request may have been sent
   */
  protected abstract wayError(ended: Ended, isConnected: boolean, access: Access): StackwardError | undefined;

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async read<const Questions extends readonly HostRead[]>(questions: Questions): Promise<OutcomesOf<Questions>> {
    const answered = await this.ask(
      'read',
      questions.map((question) => [question]),
    );
    return answered.flat() as never;
  }

  write(sequences: readonly (readonly HostWrite[])[]): Promise<readonly (readonly Outcome<object>[])[]> {
    return this.ask('write', sequences);
  }

  private ask(access: Access, sequences: Sequences): Promise<readonly (readonly Outcome<never>[])[]> {
    const result = this.#turn.then(async () => {
      const outcomes: (readonly Outcome<never>[])[] = [];
      for (const part of this.split(sequences)) append(outcomes, await this.request(access, part));
      return outcomes;
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Splits the sequences into as many requests as the bounds of one request need. Sequences are independent of each
   * other.
   */
  private split(sequences: Sequences): Sequences[] {
    const parts: (readonly (HostRead | HostWrite)[])[][] = [];
    let room = { bytes: 0, questions: 0 };
    for (const sequence of sequences) {
      const bytes = asciiOf(sequence).length + 2;
      const questions = sequence.length + 1;
      if (bytes > maxBodyBytes || questions > maxQuestions)
        throw new UnrecoverableError(
          `what is to be written there in one sequence needs ${bytes} bytes and ${questions} questions, and one request may have ${maxBodyBytes} and ${maxQuestions}; divide what is declared for this host`,
          { where: `host:${this.name}` },
        );
      if (bytes > room.bytes || questions > room.questions) {
        parts.push([]);
        room = { bytes: maxBodyBytes, questions: maxQuestions };
      }
      parts.at(-1)?.push(sequence);
      room = { bytes: room.bytes - bytes, questions: room.questions - questions };
    }
    return parts;
  }

  private async request(access: Access, sequences: Sequences): Promise<readonly (readonly Outcome<never>[])[]> {
    // The host's deadline is shorter than ours, so that the answer has time to come back.
    const deadlineSeconds = Math.min(maxDeadlineSeconds, Math.max(1, Math.floor(this.requestTimeoutMs / 1250)));
    const request = frame(asciiOf({ version: protocolVersion, access, deadlineSeconds, sequences }));
    const json = await this.exchange(access, request);
    const parsed = parseAnswers(json, sequences);
    if (parsed.is !== 'answered') throw this.noAnswer(parsed);
    return parsed.answers.map((answers, row) =>
      answers.map((answer, column) => {
        if (answer.ok) return answer as never;
        const verb = sequences[row]?.[column];
        const error = outcomeError(answer.reason, answer.detail, `host:${this.name}`, verb);
        return { ok: false, reason: answer.reason, error, ...defined({ isUnknown: isUnknown(answer) || undefined }) };
      }),
    );
  }

  /**
   * If a session that has answered before ends during a read, the read is asked again in a new session. A write is
   * never repeated, because nobody knows whether it was done.
   */
  private async exchange(access: Access, request: Buffer): Promise<string> {
    for (;;) {
      const session = await this.openSession(access);
      const { isProven } = session;
      const needsSource = !isProven && this.options.installed === undefined;
      const said = await session.ask(
        needsSource ? Buffer.concat([sourceOfProgram(), request]) : request,
        this.requestTimeoutMs,
      );
      if (typeof said === 'string') return said;
      this.#session = undefined;
      if (access === 'write' || !isProven || said.timedOut || said.tooMuch) throw this.endOf(said, true, access);
    }
  }

  private async openSession(access: Access): Promise<Session> {
    if (this.#session && (await this.#session.isReady())) return this.#session;
    await this.close();
    const { installed } = this.options;
    const script = installed === undefined ? sentScript(sourceOfProgram().length) : installedScript(installed);
    this.#session = new Session(this.argv(script));
    const ended = await this.#session.connect(this.connectTimeoutMs);
    if (ended === undefined) return this.#session;
    this.#session = undefined;
    throw this.endOf(ended, false, access);
  }

  private endOf(ended: Ended, isConnected: boolean, access: Access): StackwardError {
    const { name, requestTimeoutMs } = this;
    const sent = isConnected ? access : 'read';
    const asked = { name, access: sent, installed: this.options.installed, requestTimeoutMs };
    return this.wayError(ended, isConnected, sent) ?? endError(ended, asked);
  }

  private get requestTimeoutMs(): number {
    return this.options.requestTimeoutMs ?? 120_000;
  }

  private noAnswer(parsed: Exclude<HostAnswers, { is: 'answered' }>): UnrecoverableError {
    const where = `host:${this.name}`;
    const program = this.options.installed ?? 'the program that was sent along';
    switch (parsed.is) {
      case 'versions':
        return new UnrecoverableError(
          `the program installed there speaks versions ${parsed.oldest} to ${parsed.version} of the protocol, and this stackward version ${protocolVersion}; ` +
            `install host/stackward-host.py of this release as ${this.options.installed} (docs/hosts.md)`,
          { where },
        );
      case 'refused':
        return outcomeError(parsed.reason, `the request as a whole was refused: ${parsed.detail}`, where, undefined);
      case 'malformed':
        return new UnrecoverableError(
          `${program} answered in a form that the protocol doesn't have (${parsed.detail}); nothing of it is used, so look what runs there in its place`,
          { where },
        );
    }
  }
}

type Sequences = readonly (readonly (HostRead | HostWrite)[])[];

/** Leaves room for the text around the sequences. */
const maxBodyBytes = maxRequestBytes - 4_096;

/** JSON in ASCII, so that no locale on the host can spoil it. */
const asciiOf = (value: object): string =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const frame = (json: string): Buffer => Buffer.from(`stackward-request ${json.length}\n${json}`, 'latin1');
