/**
 * The set-up of docs/hosts.md for least privilege: a temporary login that sudoers allows to run only the installed
 * program, and requests of any form, also of forms that stackward never sends.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocolVersion } from '../../lib/hosts/host';
import { makeLogin, type Login } from './login';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');

export interface RawAnswer {
  readonly ok: boolean;
  readonly reason?: string;
  readonly detail?: string;
  readonly value?: { readonly content?: string };
}

export interface Raw {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly answers: readonly (readonly RawAnswer[])[];
  readonly refused: RawAnswer | undefined;
}

export class LeastPrivilege {
  readonly login: Login;
  /** A folder that belongs to root alone, on a file system with extended attributes. */
  readonly folder: string;
  readonly installed: string;

  /** @param python the first line of the program */
  constructor(python = '/usr/bin/python3') {
    this.folder = mkdtempSync('/var/lib/stackward-test-');
    chmodSync(this.folder, 0o755);
    mkdirSync(this.path('program'));
    this.installed = this.path('program/stackward-host');
    writeFileSync(this.installed, source.replace('#!/usr/bin/python3', `#!${python}`), { mode: 0o755 });
    this.login = makeLogin('/bin/sh', [`${this.installed} ""`]);
  }

  path = (name: string): string => join(this.folder, name);

  allow(limits: { read?: readonly string[]; write?: readonly string[] }): void {
    writeFileSync(`${this.installed}.limits`, JSON.stringify(limits));
  }

  /** The words that run a command as the login. */
  asLogin = (...argv: string[]): string[] => [
    ...['setpriv', `--reuid=${this.login.name}`, `--regid=${this.login.name}`, '--clear-groups', '--'],
    ...argv,
  ];

  /**
   * Runs the program as the login does, through sudo.
   * @param before a command that runs sudo
   */
  send(input: string | Buffer, before: readonly string[] = []): Raw {
    const [program = '', ...args] = this.asLogin(...before, 'sudo', '-n', this.installed);
    const ended = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 64 << 20 });
    const json = /^stackward-answer \d+\n(.*)$/m.exec(ended.stdout)?.[1];
    const parsed = JSON.parse(json ?? '{}') as { answers?: RawAnswer[][]; refused?: RawAnswer };
    const { status, stdout, stderr } = ended;
    return { status, stdout, stderr, answers: parsed.answers ?? [], refused: parsed.refused };
  }

  /** Sends each question as a separate sequence. */
  ask(access: 'read' | 'write', questions: readonly object[], before: readonly string[] = []): readonly RawAnswer[] {
    const { answers } = this.send(requestOf({ access, sequences: questions.map((question) => [question]) }), before);
    return answers.map(([answer]) => answer ?? { ok: false });
  }

  remove(): void {
    this.login.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The reasons of failed answers, or true for others, each once. */
export const reasons = (answers: readonly RawAnswer[]) => [...new Set(answers.map(({ ok, reason }) => reason ?? ok))];

export const framed = (body: string): string => `stackward-request ${body.length}\n${body}`;

export const requestOf = (more: object): string =>
  framed(JSON.stringify({ version: protocolVersion, deadlineSeconds: 60, ...more }));
