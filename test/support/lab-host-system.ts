/**
 * A compute host of the lab as a separate machine, reached by a real sshd. The lab's hosts are network namespaces that
 * share one file system. This host also has its own /etc, /run, /var/lib, /usr/local/lib and /usr/local/sbin: files
 * that are written there lie in a layer above the machine's files, and are gone when the host ends. It ends together
 * with the process that started it.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ComputeHost } from '../../lab/environment';
import { ovsFolder } from '../../lab/stack/compute-host';
import { getLab } from './lab-cloud';
import type { Sshd } from './sshd';

const execute = promisify(execFile);
const own = ['etc', 'run', 'var/lib', 'usr/local/lib', 'usr/local/sbin'];

/**
 * Programs whose starts are counted. They are in the folder that comes first in the PATH of sshd and of the host
 * program.
 */
const noted = { python3: '/usr/bin/python3', 'iptables-nft-restore': '/usr/sbin/iptables-nft-restore' };

/** `ip netns exec` gives the host its own mount namespace, with the /sys of the network namespace. */
const start = `
set -eu
mount -t tmpfs tmpfs /mnt
# Namespaces of routers, those of later on as well, and the host's own Open vSwitch where its tools look for it.
mkdir -p /mnt/netns && mount --rbind /run/netns /mnt/netns
for folder in ${own.join(' ')}; do
  mkdir -p "/mnt/above/$folder" "/mnt/work/$folder"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/above/$folder,workdir=/mnt/work/$folder" "/$folder"
done
mkdir -p /run/systemd/system /run/netns /run/openvswitch
mount --rbind /mnt/netns /run/netns
mount --bind "$1" /run/openvswitch
# A bash that sshd starts reads it, and it may put another folder in front of PATH.
[ ! -e ~root/.bashrc ] || mount --bind /dev/null ~root/.bashrc
${Object.entries(noted)
  .map(
    ([name, program]) => `cat >/usr/local/sbin/${name} <<'END'
#!/bin/sh
echo "${name} $*" >>/mnt/noted
exec ${program} "$@"
END
chmod 755 /usr/local/sbin/${name}`,
  )
  .join('\n')}
: >/mnt/noted
echo ready
exec cat
`;

export class LabHostSystem {
  private constructor(
    private readonly child: ChildProcess,
    private readonly pid: number,
  ) {}

  static async start(host: ComputeHost): Promise<LabHostSystem> {
    const argv = ['netns', 'exec', host.namespace, 'sh', '-c', start, 'sh', ovsFolder(getLab(), host)];
    const child = spawn('ip', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout! })) {
      if (line === 'ready') return new LabHostSystem(child, child.pid!);
    }
    throw new Error(`the host in ${host.namespace} did not start`);
  }

  /** Adds it to the client's ssh configuration under this name. */
  addTo(sshd: Sshd, name: string): void {
    const daemon = ['/usr/sbin/sshd', '-i', '-f', join(sshd.folder, 'sshd_config')];
    sshd.addWay(name, {
      path: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
      lines: [`ProxyCommand ${this.#inside(daemon).join(' ')}`],
    });
  }

  /** The content of a file on the host; undefined if it doesn't exist. */
  read(path: string): string | undefined {
    const file = this.#path(path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** Runs a shell line on the host as root. */
  async run(line: string): Promise<string> {
    const [program = '', ...argv] = this.#inside(['sh', '-c', line]);
    return (await execute(program, argv)).stdout;
  }

  /** The number of requests to the host, and of writing runs of iptables-restore, since it started. */
  get counts(): { requests: number; restores: number } {
    const lines = this.read('/mnt/noted')!.split('\n');
    return {
      requests: lines.filter((line) => line.startsWith('python3 ')).length,
      restores: lines.filter((line) => line.startsWith('iptables-nft-restore ') && !line.includes('--help')).length,
    };
  }

  async stop(): Promise<void> {
    this.child.stdin?.end();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  #inside(argv: readonly string[]): string[] {
    return ['nsenter', `--target=${String(this.pid)}`, '--mount', '--net', '--', ...argv];
  }

  /** The path by which other processes of the machine see the file. */
  #path(path: string): string {
    return join(`/proc/${String(this.pid)}/root`, path);
  }
}
