/**
 * A host over the system's OpenSSH: one ssh process serves all requests, whatever ControlMaster the user has
 * configured.
 *
 * The input of ssh ends with this process, so a killed stackward leaves no connection behind. Every other setting
 * (User, Port, IdentityFile, ProxyJump, …) is the user's ssh configuration.
 */
import { TransientError, UnrecoverableError, type StackwardError } from '../../lib/basics/errors';
import { lostError } from './host-errors';
import { ProgramHost, type ProgramOptions } from './host-program';
import type { Ended } from './session';
import { connectError, sshFailed } from './ssh-errors';

export interface SshOptions extends ProgramOptions {
  /** The destination as given to ssh: a name of the ssh configuration, or `user@name`. */
  readonly destination: string;
  /** A file that replaces the user's own ssh configuration (`ssh -F`). */
  readonly configFile?: string;
  /** Time until the host has to answer, and as long again for the login; whole seconds. Default: 10 s. */
  readonly connectTimeoutMs?: number;
}

export class SshHost extends ProgramHost {
  protected override readonly connectTimeoutMs: number;

  constructor(
    name: string,
    private readonly ssh: SshOptions,
  ) {
    super(name, ssh);
    this.connectTimeoutMs = 2 * this.answerTimeoutMs;
    if (!/^[^\s-]\S*$/.test(ssh.destination))
      throw new UnrecoverableError(
        `it is no destination for ssh: "${ssh.destination}"; correct "ssh" of stackward.yaml`,
        { where: `host:${name}` },
      );
  }

  /** Each option comes before the user's configuration and overrides the same option there. */
  protected argv(script: string): readonly string[] {
    const { configFile, destination } = this.ssh;
    const fixed = {
      ControlMaster: 'no',
      ControlPath: 'none',
      BatchMode: 'yes',
      StrictHostKeyChecking: 'yes',
      ConnectTimeout: String(Math.ceil(this.answerTimeoutMs / 1000)),
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
    const options = Object.entries(fixed).flatMap(([option, value]) => ['-o', `${option}=${value}`]);
    const configuration = configFile === undefined ? [] : ['-F', configFile];
    return ['ssh', ...configuration, ...options, '--', destination, `sh -c '${script}'`];
  }

  protected wayError(ended: Ended, isConnected: boolean, access: 'read' | 'write'): StackwardError | undefined {
    const where = `host:${this.name}`;
    const { code, stderr, error, timedOut } = ended;
    if (error !== undefined) {
      const detail = `ssh can't be started (${error.message}); install OpenSSH's client`;
      return new UnrecoverableError(detail, { where, cause: error });
    }
    if (!isConnected && timedOut) {
      const detail = `it has not let us in within ${this.connectTimeoutMs / 1000} s; look at its load, its DNS and its PAM modules`;
      return new TransientError(detail, { where });
    }
    if (!isConnected) return connectError(code, stderr, this.name);
    if (code !== sshFailed) return undefined;
    const said = stderr.replace(/\s+/g, ' ').trim() || 'it said nothing';
    return lostError(`the connection was lost before the answer (ssh: ${said})`, access, where);
  }

  private get answerTimeoutMs(): number {
    return this.ssh.connectTimeoutMs ?? 10_000;
  }
}
