/**
 * A machine whose init is a real systemd: process ids, mounts, network and name of its own, over the files of this machine.
 * It ends with the process that started it.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ProgramHost } from '../../adapters/host/host-program';

/** $1: a folder for what is written there. $2: the name of its control group. */
const start = `
set -eu
mount -t tmpfs tmpfs /run
mount -t proc proc /proc
mkdir -p "$1/work" "$1/etc"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc,workdir=$1/work" /etc
for group in systemd unified; do mkdir -p "/sys/fs/cgroup/$group/$2" && echo $$ > "/sys/fs/cgroup/$group/$2/cgroup.procs"; done
ip link set lo up
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=stackward.target --log-target=null
`;

const target = '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\n';

export class SystemdMachine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'stackward-systemd-'));
  private readonly group = `stackward-${this.folder.slice(-6)}`;
  private child: ChildProcess | undefined;
  private pid = 0;

  /** A file of its own below /etc, before it starts or after. */
  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read = (path: string): string => readFileSync(join(`/proc/${this.pid}/root`, path), 'utf8');

  async start(): Promise<void> {
    this.write('etc/systemd/system/stackward.target', target);
    mkdirSync(join(this.folder, 'work'), { recursive: true });
    const argv = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', 'sh', '-c', start, 'sh'];
    this.child = spawn('unshare', [...argv, this.folder, this.group], { stdio: ['ignore', 'inherit', 'inherit'] });
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`unshare ended with ${String(this.child.exitCode)}`);
      try {
        // `unshare` takes a moment until it has a child.
        const pid = execFileSync('pgrep', ['-P', String(this.child.pid)], { encoding: 'utf8' }).trim();
        this.pid = Number(pid);
        if (/running|degraded/.test(this.run('systemctl', 'is-system-running'))) return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private inside = (argv: readonly string[]): readonly string[] => [
    ...['nsenter', '--target', String(this.pid), '--mount', '--pid', '--net', '--uts', '--ipc', '--'],
    ...argv,
  ];

  run(...argv: readonly string[]): string {
    const [program = '', ...rest] = this.inside(argv);
    return execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  host(name: string): ProgramHost {
    const inside = this.inside;
    return new (class extends ProgramHost {
      protected argv = (script: string): readonly string[] => inside(['sh', '-c', script]);
      protected wayError = (): undefined => undefined;
    })(name, { stateFolder: '/etc/stackward-state' });
  }

  async stop(): Promise<void> {
    if (this.child?.exitCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    // The kernel takes a moment until the last process has left.
    const groups = `/sys/fs/cgroup/systemd/${this.group} /sys/fs/cgroup/unified/${this.group}`;
    const remove = `for i in $(seq 50); do find ${groups} -depth -type d -exec rmdir {} + && exit; sleep 0.1; done`;
    spawnSync('sh', ['-c', remove], { stdio: 'ignore' });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
