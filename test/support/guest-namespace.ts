/**
 * A guest without a hypervisor: namespaces of its own (network, mounts, hostname) in which the real cloud-init of this
 * machine boots from user data. Its disk is a folder (/etc and /var/lib), so a second boot is a reboot: the kernel's
 * state is new and the disk's stays. All of it ends with the process; `remove` deletes the disk.
 */
import { defined } from '../../lib/basics/defined';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Modules of a stock image that matter here. It owns hostname and /etc/hosts, as Debian's does, until user data says no. */
const cloudCfg = `
datasource_list: [NoCloud, None]
network: {config: disabled}
manage_etc_hosts: true
preserve_hostname: true
cloud_init_modules: [write-files, set_hostname, update_hostname, update_etc_hosts]
cloud_config_modules: []
cloud_final_modules: [scripts-per-boot]
system_info:
  distro: debian
  paths: {cloud_dir: /var/lib/cloud/, templates_dir: /etc/cloud/templates/, run_dir: /run/cloud-init}
`;

/** The files of /etc that a Debian program needs; none is secret. */
const copied =
  'passwd group alternatives ld.so.cache ld.so.conf nsswitch.conf os-release debian_version cloud/templates';

const boot = `
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t sysfs sysfs /sys
mount --bind "$DISK/etc" /etc
mount --bind "$DISK/var-lib" /var/lib
for folder in /run /var/log; do mount -t tmpfs tmpfs "$folder"; done
hostname "$(cat /etc/hostname)"
ip link set lo up
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
for nic in $NICS; do
  name=\${nic%%=*}
  ip link add "$name" address "\${nic#*=}" type veth peer name "far-$name"
  ip link set "far-$name" up
done
eval "$IMAGE"
cloud-init init >/run/cloud-init.log 2>&1
status=0
cloud-init modules --mode=final >>/run/cloud-init.log 2>&1 || status=$?
report() {
  mkdir "$OUT/$1"
  ip -j -d address show >"$OUT/$1/links"
  ip -j route show >"$OUT/$1/routes"
  ip -j -6 route show >"$OUT/$1/routes6"
  cp /etc/hosts "$OUT/$1/hosts"
  stat -c %i /etc/hosts >"$OUT/$1/hosts-inode"
  hostname >"$OUT/$1/hostname"
  for nic in $NICS; do echo "\${nic#*=} $(cat "/proc/sys/net/ipv6/conf/\${nic%%=*}/accept_ra")"; done >"$OUT/$1/accept-ra"
  cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding >"$OUT/$1/forwarding"
}
report booted
echo "$status" >"$OUT/status"
eval "$THEN"
`;

export interface GuestState {
  /**
   * Addresses by MAC, whatever the device is called, and the bridge's by its name. Link-local addresses are listed for
   * members alone, which should have none.
   */
  readonly devices: Readonly<Record<string, { up: boolean; mac: string; bridge?: string; addresses: string[] }>>;
  /** `default via GATEWAY dev MAC-OR-BRIDGE metric N`, both families. */
  readonly defaultRoutes: readonly string[];
  /** IPv4, IPv6. */
  readonly forwarding: readonly [string, string];
  /** By MAC: `2` accepts router advertisements while forwarding. */
  readonly acceptRa: Readonly<Record<string, string>>;
  readonly hosts: string;
  /** Another number after a write. */
  readonly hostsInode: string;
  readonly hostname: string;
}

export interface Boot {
  /** Device name → MAC, in the kernel's order. */
  readonly nics: Readonly<Record<string, string>>;
  /** Shell, before cloud-init: what the image's own network configuration would do. */
  readonly image?: string;
  /** Shell, after cloud-init; `report NAME` records a state. */
  readonly then?: string;
}

export interface Booted {
  /** `booted`, and those that `then` reported. */
  readonly states: Readonly<Record<string, GuestState>>;
  /** 0 when cloud-init's last stage, with the per-boot script in it, succeeded. */
  readonly status: number;
  readonly output: string;
}

export class GuestNamespace {
  readonly #root = mkdtempSync(join(tmpdir(), 'stackward-guest-'));
  #boots = 0;

  constructor(userData: string) {
    chmodSync(this.#root, 0o755);
    const etc = join(this.#root, 'etc');
    const seed = join(this.#root, 'var-lib/cloud/seed/nocloud');
    mkdirSync(join(etc, 'cloud'), { recursive: true });
    mkdirSync(seed, { recursive: true });
    for (const name of copied.split(' ').filter((file) => existsSync(join('/etc', file))))
      cpSync(join('/etc', name), join(etc, name), { recursive: true, verbatimSymlinks: true });
    // No newline at the end: a line added after it must still be one of its own.
    writeFileSync(join(etc, 'hosts'), '127.0.0.1 localhost\n::1 localhost');
    writeFileSync(join(etc, 'hostname'), 'image\n');
    writeFileSync(join(etc, 'cloud/cloud.cfg'), cloudCfg);
    writeFileSync(join(seed, 'user-data'), userData);
    writeFileSync(join(seed, 'meta-data'), '{instance-id: one, local-hostname: from-metadata}\n');
  }

  /** A file of the guest's disk, such as `/etc/hosts`. */
  read(path: string): string {
    return readFileSync(this.#onDisk(path), 'utf8');
  }

  /** Writes to the guest's disk between two boots. */
  write(path: string, content: string): void {
    writeFileSync(this.#onDisk(path), content);
  }

  /** The metadata service is gone: cloud-init finds no user data at the next boot. */
  loseMetadata(): void {
    rmSync(join(this.#root, 'var-lib/cloud/seed'), { recursive: true });
    rmSync(join(this.#root, 'var-lib/cloud/instance'), { force: true });
  }

  boot({ nics, image = '', then = '' }: Boot): Booted {
    const out = join(this.#root, `boot-${String((this.#boots += 1))}`);
    mkdirSync(out);
    const run = spawnSync('unshare', ['--net', '--mount', '--uts', '--fork', 'sh', '-c', boot], {
      encoding: 'utf8',
      env: {
        DISK: this.#root,
        OUT: out,
        IMAGE: image,
        THEN: then,
        NICS: Object.entries(nics)
          .map((pair) => pair.join('='))
          .join(' '),
      },
    });
    if (run.status !== 0) throw new Error(`the guest did not boot (${String(run.status)}): ${run.stdout}${run.stderr}`);
    const names = spawnSync('find', [out, '-mindepth', '1', '-type', 'd', '-printf', '%f\n'], { encoding: 'utf8' });
    return {
      states: Object.fromEntries(
        names.stdout
          .split('\n')
          .filter(Boolean)
          .map((name) => [name, readState(join(out, name))]),
      ),
      status: Number(readFileSync(join(out, 'status'), 'utf8')),
      output: run.stdout + run.stderr,
    };
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }

  #onDisk(path: string): string {
    return join(this.#root, path.replace(/^\/var\/lib\//, '/var-lib/'));
  }
}

interface Link {
  readonly ifname: string;
  readonly address: string;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly metric?: number;
}

function readState(folder: string): GuestState {
  const text = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  const links = (JSON.parse(text('links')) as Link[]).filter(({ ifname }) => !/^(lo|far-)/.test(ifname));
  const label = (link: Link) => (link.linkinfo?.info_kind === 'bridge' ? link.ifname : link.address);
  const labels = new Map(links.map((link) => [link.ifname, label(link)]));
  const routes = [...(JSON.parse(text('routes')) as Route[]), ...(JSON.parse(text('routes6')) as Route[])];
  const [v4 = '', v6 = ''] = text('forwarding').split('\n');
  return {
    devices: Object.fromEntries(
      links.map((link) => [
        label(link),
        {
          up: link.flags.includes('UP'),
          mac: link.address,
          ...defined({ bridge: link.master }),
          addresses: link.addr_info
            .filter(({ scope }) => scope !== 'link' || link.master !== undefined)
            .map(({ local, prefixlen }) => `${local}/${String(prefixlen)}`)
            .sort(),
        },
      ]),
    ),
    defaultRoutes: routes
      .filter(({ dst }) => dst === 'default')
      .map(
        ({ gateway, dev, metric = 0 }) =>
          `default via ${gateway ?? '-'} dev ${labels.get(dev) ?? dev} metric ${String(metric)}`,
      )
      .sort(),
    forwarding: [v4, v6],
    acceptRa: Object.fromEntries(
      text('accept-ra')
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    ),
    hosts: text('hosts'),
    hostsInode: text('hosts-inode'),
    hostname: text('hostname'),
  };
}

/** Why no guest can boot here; undefined where it can. */
export function missingForGuests(): string | undefined {
  if (process.getuid?.() !== 0) return 'namespaces with mounts need root';
  const tools = ['cloud-init', 'unshare', 'ip', 'sysctl'];
  const path = { ...process.env, PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${process.env['PATH'] ?? ''}` };
  const absent = tools.filter((tool) => spawnSync('sh', ['-c', 'command -v "$0"', tool], { env: path }).status !== 0);
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
}
