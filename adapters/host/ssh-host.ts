/**
 * A host over the system's OpenSSH: one connection for all its requests, and a short session on it for each.
 *
 * The connection is a master of our own in a private folder, whatever ControlMaster the user has configured. Its session runs
 * `cat` and ends with our end of its stdin, so that a killed stackward leaves no connection behind.
 * All else (User, Port, IdentityFile, ProxyJump, …) is the user's ssh configuration.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import { childEnvironment } from '../process/child-environment';
import { lostError } from './host-errors';
import { ProgramHost, type ProgramOptions } from './host-program';
import { runProgram, type Ended } from '../process/run-program';
import { connectError, sshFailed } from './ssh-errors';

export interface SshOptions extends ProgramOptions {
  /** As given to ssh: a name of the ssh configuration, or `user@name`. */
  readonly destination: string;
  /** Another file instead of the user's own ssh configuration (`ssh -F`). */
  readonly configFile?: string;
  /** Default: 10 s until the host has answered, and as long again for the login. Whole seconds. */
  readonly connectTimeoutMs?: number;
}

interface Master {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly socket: string;
  readonly said: () => string;
}

const connected = 'stackward-connected';

export class SshHost extends ProgramHost {
  #master: Promise<Master> | undefined;

  constructor(
    name: string,
    private readonly ssh: SshOptions,
  ) {
    super(name, ssh);
    if (!/^[^\s-]\S*$/.test(ssh.destination))
      throw new UnrecoverableError(`it is no destination for ssh: "${ssh.destination}"`, { where: `host:${name}` });
  }

  protected async run(script: string, input: Buffer, timeoutMs: number, access: 'read' | 'write'): Promise<Ended> {
    const master = await (this.#master ??= this.connect());
    const argv = ['ssh', ...this.argumentsOf('no', master.socket), `sh -c '${script}'`];
    const ended = await runProgram(argv, input, timeoutMs);
    if (ended.code !== sshFailed) return ended;
    this.#master = undefined;
    const said = `${ended.stderr}\n${master.said()}`.replace(/\s+/g, ' ').trim();
    await end(master);
    throw lostError(
      `the connection was lost before the answer (ssh: ${said || 'it said nothing'})`,
      access,
      this.where,
    );
  }

  async close(): Promise<void> {
    const master = await this.#master?.catch(() => undefined);
    this.#master = undefined;
    if (master) await end(master);
  }

  private get where(): string {
    return `host:${this.name}`;
  }

  /** In front of the remote command. Each stands before the user's configuration, where it is the same option. */
  private argumentsOf(role: 'yes' | 'no', socket: string): string[] {
    const { configFile, connectTimeoutMs = 10_000, destination } = this.ssh;
    const fixed = {
      ControlMaster: role,
      ControlPath: socket,
      ControlPersist: 'no',
      BatchMode: 'yes',
      StrictHostKeyChecking: 'yes',
      ConnectTimeout: String(Math.ceil(connectTimeoutMs / 1000)),
      ServerAliveInterval: '15',
      ServerAliveCountMax: '3',
      ClearAllForwardings: 'yes',
      ForwardAgent: 'no',
      ForwardX11: 'no',
      PermitLocalCommand: 'no',
      RemoteCommand: 'none',
      RequestTTY: 'no',
      LogLevel: 'ERROR',
    };
    return [
      ...(configFile === undefined ? [] : ['-F', configFile]),
      ...Object.entries(fixed).flatMap(([option, value]) => ['-o', `${option}=${value}`]),
      ...['--', destination],
    ];
  }

  private async connect(): Promise<Master> {
    // A socket's path may have about 100 characters: $TMPDIR may be longer.
    const folder = mkdtempSync('/tmp/stackward-');
    const socket = join(folder, 's');
    const argv = [...this.argumentsOf('yes', socket), `sh -c 'echo ${connected}; exec cat'`];
    const child = spawn('ssh', argv, { detached: true, env: childEnvironment() });
    let said = '';
    child.stderr.on('data', (data) => (said = (said + String(data)).slice(-4000)));
    child.stdin.on('error', () => undefined);
    const master = { child, folder, socket, said: () => said };
    try {
      await this.untilConnected(master);
      return master;
    } catch (error) {
      this.#master = undefined;
      await end(master);
      throw error;
    }
  }

  private untilConnected({ child, said }: Master): Promise<void> {
    const timeoutMs = 2 * (this.ssh.connectTimeoutMs ?? 10_000);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const detail = `it has not let us in within ${timeoutMs / 1000} s; look at its load, its DNS and its PAM modules`;
        reject(new TransientError(detail, { where: this.where }));
      }, timeoutMs);
      let printed = '';
      child.stdout?.on('data', (data) => {
        printed = (printed + String(data)).slice(-4000);
        if (!printed.includes(connected)) return;
        clearTimeout(timer);
        resolve();
      });
      child.on('error', (cause) => {
        clearTimeout(timer);
        const detail = `ssh can't be started (${cause.message}); install OpenSSH's client`;
        reject(new UnrecoverableError(detail, { where: this.where, cause }));
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        reject(connectError(code, said(), this.name));
      });
    });
  }
}

/** Ends the master's session, or kills the master if that takes more than a second. */
async function end({ child, folder }: Master): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), 1_000);
    child.stdin?.end();
    await gone;
    clearTimeout(timer);
  }
  rmSync(folder, { recursive: true, force: true });
}
