/**
 * What stands on a host so that exceptions come back when it starts: a shell script beside the stored rules, and what makes
 * the init system run it before Neutron's agent starts. The same for every owner, so that two pipelines don't undo each other. Pure.
 *
 * The script makes `neutron-filter-top` where it is missing: the agent then takes it over, puts its own jumps in front, and
 * ours stays (neutron@zed, agent/linux/iptables_manager.py; measured). What is in place already it leaves alone.
 */
import { fileHeader, type HostFacts } from '../../lib/host';

export type Init = HostFacts['init'];

/** In the order in which they are written; removed in the reverse. */
export type WantedFiles = ReadonlyMap<string, string>;

const header = `# ${fileHeader('every owner on this host')}\n`;

export const scriptPath = (stateFolder: string): string => `${stateFolder}/restore-at-boot`;

const unitPath = '/etc/systemd/system/stackward-restore.service';
const targetPath = '/etc/systemd/system/multi-user.target.d/stackward.conf';
const jobPath = '/etc/init/stackward-restore.conf';

/** Of either init system. */
export const allPaths = (stateFolder: string): string[] => [scriptPath(stateFolder), unitPath, targetPath, jobPath];

/** Empty where neither systemd nor upstart starts the host. */
export function filesFor(init: Init, stateFolder: string): WantedFiles {
  const script: [string, string] = [scriptPath(stateFolder), restoreScript];
  switch (init) {
    case 'systemd':
      return new Map([script, [unitPath, unit(stateFolder)], [targetPath, targetDropIn]]);
    case 'upstart':
      return new Map([script, [jobPath, job(stateFolder)]]);
    case 'other':
      return new Map();
  }
}

const agents = [
  'neutron-openvswitch-agent',
  'neutron-linuxbridge-agent',
  'neutron-plugin-openvswitch-agent',
  'neutron-plugin-linuxbridge-agent',
];

/** They load whole tables when they start. */
const loaders = ['netfilter-persistent', 'iptables', 'ip6tables', 'nftables', 'ufw', 'firewalld'];

const services = (names: readonly string[]): string => names.map((name) => `${name}.service`).join(' ');

const unit = (stateFolder: string): string => `${header}[Unit]
Description=Packet-filter exceptions that stackward keeps
After=${services(loaders)}
Before=${services(agents)}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${scriptPath(stateFolder)}
`;

const targetDropIn = `${header}[Unit]
Wants=stackward-restore.service
`;

const job = (stateFolder: string): string => `${header}description "Packet-filter exceptions that stackward keeps"
start on ${agents.map((name) => `starting ${name}`).join(' or ')}
task
exec /bin/sh ${scriptPath(stateFolder)}
`;

const restoreScript = `#!/bin/sh
${header}# Puts back the packet-filter exceptions that are stored in this folder. May be run at any time, any number of times.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
folder=\${0%/*}
failed=0

restore_file() {
  file=$1 tool=$2
  chain=$(sed -n 's/^:\\(stackward-[0-9a-f]*\\) .*/\\1/p' "$file" | head -n 1)
  variant=$(sed -n 's/^# iptables: //p' "$file" | head -n 1)
  [ -n "$chain" ] || return 0
  if command -v "$tool-$variant-restore" >/dev/null; then tool=$tool-$variant; fi
  case $("$tool-restore" --help 2>&1) in *--wait*) wait=--wait=10 ;; *) wait= ;; esac
  # Fails where it is there already, and then that is right.
  "$tool" -w -N neutron-filter-top 2>/dev/null || "$tool" -N neutron-filter-top 2>/dev/null
  for table in mangle filter; do
    part=$(sed -n "/^\\*$table\\$/,/^COMMIT\\$/p" "$file")
    [ -n "$part" ] || continue
    jump=$(printf '%s\\n' "$part" | sed -n "/^-A $chain /d;/ -j $chain\\$/p")
    "$tool-save" -t "$table" | grep -qxF -e "$jump" && continue
    printf '%s\\n' "$part" | "$tool-restore" -n $wait || failed=1
  done
}

for file in "$folder"/firewall-exception-*.ipv4; do
  if [ -f "$file" ]; then restore_file "$file" iptables; fi
done
for file in "$folder"/firewall-exception-*.ipv6; do
  if [ -f "$file" ]; then restore_file "$file" ip6tables; fi
done
exit $failed
`;
