/**
 * A compute host with its own file systems: files that are written below /etc, /var/lib, /usr/local and /run lie in a
 * layer above the machine's files, and are gone when the host ends. It ends together with the process that started it.
 * Its packet filter is that of a network namespace.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ProgramHost, type ProgramOptions } from '../../adapters/host/host-program';
import type { Sshd } from './sshd';

/** `ip netns exec` gives the host its own mount namespace. */
const start = (init: 'systemd' | 'upstart' | 'other'): string => `
set -eu
mount -t tmpfs tmpfs /mnt
for folder in etc var/lib usr/local; do
  mkdir -p "/mnt/above/$folder" "/mnt/work/$folder"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/above/$folder,workdir=/mnt/work/$folder" "/$folder"
done
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd /etc/init
chmod 755 /run /run/sshd
${init === 'systemd' ? 'mkdir -p /run/systemd/system' : ''}
${init === 'upstart' ? 'mount -t tmpfs tmpfs /usr/local/sbin && ln -s /bin/true /usr/local/sbin/initctl' : ''}
echo ready
exec cat
`;

export class FirewallMachine {
  private constructor(
    private readonly child: ChildProcess,
    private readonly pid: number,
  ) {}

  static async start(namespace: string, init: 'systemd' | 'upstart' | 'other' = 'systemd'): Promise<FirewallMachine> {
    const argv = ['netns', 'exec', namespace, 'sh', '-c', start(init)];
    const child = spawn('ip', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout! }))
      if (line === 'ready') return new FirewallMachine(child, child.pid!);
    throw new Error(`the machine in ${namespace} did not start`);
  }

  /** A connection to the host as root, without ssh. */
  host(name: string, options: ProgramOptions = {}): ProgramHost {
    const inside = (argv: readonly string[]) => this.inside(argv);
    return new (class extends ProgramHost {
      protected argv = (script: string): readonly string[] => inside(['sh', '-c', script]);
      protected wayError = (): undefined => undefined;
    })(name, options);
  }

  /** Adds the host to the client's ssh configuration, and returns its name there. */
  addTo(sshd: Sshd, name: string, user: string): string {
    const daemon = this.inside(['/usr/sbin/sshd', '-i', '-f', join(sshd.folder, 'sshd_config')]);
    return sshd.addWay(name, { user, lines: [`ProxyCommand ${daemon.join(' ')}`] });
  }

  /** Runs a program on the host as root, and returns its output. */
  run(...argv: readonly string[]): string {
    const [program = '', ...rest] = this.inside(argv);
    return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Restores the host's exceptions as its init system does, by running the command of the unit or the job. */
  boot(): { readonly code: number | null; readonly stderr: string } {
    const unit = this.read('/etc/systemd/system/stackward-restore.service');
    // systemd takes `$$` for a `$`, and `%%` for a `%`.
    const line = unit
      ? /^ExecStart=(.*)$/m.exec(unit)?.[1]?.replaceAll('$$', '$').replaceAll('%%', '%')
      : /^exec (.*)$/m.exec(this.read('/etc/init/stackward-restore.conf') ?? '')?.[1];
    if (line === undefined) throw new Error('nothing restores exceptions when this machine starts');
    const [program = '', ...rest] = this.inside(['sh', '-c', line]);
    const { status, stderr } = spawnSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    return { code: status, stderr };
  }

  /** The content of a file on the host; undefined if it doesn't exist. */
  read(path: string): string | undefined {
    const file = join(`/proc/${this.pid}/root`, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  async stop(): Promise<void> {
    this.child.stdin?.end();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  private inside(argv: readonly string[]): string[] {
    return ['nsenter', `--target=${this.pid}`, '--mount', '--net', '--', ...argv];
  }
}
