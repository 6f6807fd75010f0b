/**
 * What stands on a host so that exceptions come back when it starts: a shell script beside the stored rules, and what makes
 * the init system run it before Neutron's agent starts. The same for every owner, so that two pipelines don't undo each other. Pure.
 *
 * The script makes `neutron-filter-top` where it is missing: the agent then takes it over, puts its own jumps in front, and
 * ours stays (neutron@zed, agent/linux/iptables_manager.py; measured). What is in place already it leaves alone. It must be
 * made in the variant of iptables that the agent uses: with one in each, nobody knows any more which is the agent's.
 */
import { fileHeader, type HostFacts } from '../../lib/host';

export type Init = HostFacts['init'];

/** In the order in which they are written; removed in the reverse. */
export type WantedFiles = ReadonlyMap<string, string>;

const header = `# ${fileHeader('every owner on this host')}\n`;

export const scriptPath = (stateFolder: string): string => `${stateFolder}/restore-at-boot`;

const unitPath = '/etc/systemd/system/stackward-restore.service';
/** Its folder may be ours alone. */
export const dropInPath = '/etc/systemd/system/multi-user.target.d/stackward.conf';
const jobPath = '/etc/init/stackward-restore.conf';

/** Of either init system. */
export const allPaths = (stateFolder: string): string[] => [scriptPath(stateFolder), unitPath, dropInPath, jobPath];

/** Empty where neither systemd nor upstart starts the host. */
export function filesFor(init: Init, stateFolder: string): WantedFiles {
  const script: [string, string] = [scriptPath(stateFolder), restoreScript];
  switch (init) {
    case 'systemd':
      return new Map([script, [unitPath, unit(stateFolder)], [dropInPath, targetDropIn]]);
    case 'upstart':
      return new Map([script, [jobPath, job(stateFolder)]]);
    case 'other':
      return new Map();
  }
}

/** Units and jobs of packages: Debian and RDO; SUSE; Icehouse's Ubuntu. */
const agents = [
  'neutron-openvswitch-agent',
  'neutron-linuxbridge-agent',
  'openstack-neutron-openvswitch-agent',
  'openstack-neutron-linuxbridge-agent',
  'neutron-plugin-openvswitch-agent',
  'neutron-plugin-linuxbridge-agent',
];

/** What else starts an agent: DevStack, and containers by themselves, of Kubernetes, Kolla and TripleO. */
const otherStarters = [
  'devstack@q-agt',
  'devstack@neutron-agent',
  'docker',
  'podman-restart',
  'kubelet',
  ...['neutron_openvswitch_agent', 'neutron_linuxbridge_agent'].flatMap((name) => [
    `kolla-${name}-container`,
    `container-${name}`,
  ]),
  'tripleo_neutron_ovs_agent',
];

/**
 * They load whole tables when they start. With network.target come those that stand before the network, and what ifupdown
 * or initscripts load with an interface; ferm, FireHOL and Shorewall may come later.
 */
const loaders = [
  ...['netfilter-persistent', 'iptables', 'ip6tables', 'nftables', 'ufw', 'firewalld', 'ferm', 'firehol'],
  ...['shorewall', 'shorewall6', 'shorewall-lite', 'shorewall6-lite', 'SuSEfirewall2'],
];

const services = (names: readonly string[]): string => names.map((name) => `${name}.service`).join(' ');

/** For the whole script, whatever holds the lock of the tables. */
const timeoutSeconds = 60;

const unit = (stateFolder: string): string => `${header}[Unit]
Description=Packet-filter exceptions that stackward keeps
After=network-pre.target network.target
After=${services(loaders)}
Before=${services(agents)}
Before=${services(otherStarters)}

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=${timeoutSeconds}
ExecStart=/bin/sh ${scriptPath(stateFolder)}
`;

const targetDropIn = `${header}[Unit]
Wants=stackward-restore.service
`;

const job = (stateFolder: string): string => `${header}description "Packet-filter exceptions that stackward keeps"
start on ${agents.map((name) => `starting ${name}`).join(' or ')}
task
exec timeout ${timeoutSeconds} /bin/sh ${scriptPath(stateFolder)}
`;

const restoreScript = `#!/bin/sh
${header}# Puts back the packet-filter exceptions that are stored in this folder. May be run at any time, any number of times.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
folder=\${0%/*}
failed=0
contained=
for sign in /etc/kolla /var/lib/kolla /etc/kubernetes; do
  if [ -d "$sign" ]; then contained=yes; fi
done

has_hook() {
  "$1-save" -t filter | grep -q '^:neutron-filter-top '
}

restore_file() {
  file=$1 tool=$2
  chain=$(sed -n 's/^:\\(stackward-[0-9a-f]*\\) .*/\\1/p' "$file" | head -n 1)
  variant=$(sed -n 's/^# iptables: //p' "$file" | head -n 1)
  [ -n "$chain" ] || return 0
  # That which holds the agent's chain. Else an agent on the host uses what iptables is now; one in a container brings its own.
  found=
  for one in "$tool-$variant" "$tool-nft" "$tool-legacy"; do
    if [ -z "$found" ] && command -v "$one-save" >/dev/null && has_hook "$one"; then found=$one; fi
  done
  if [ -z "$found" ] && [ -n "$contained" ] && command -v "$tool-$variant-save" >/dev/null; then found=$tool-$variant; fi
  tool=\${found:-$tool}
  case $("$tool-restore" --help 2>&1) in *--wait*) wait=--wait=5 ;; *) wait= ;; esac
  if ! has_hook "$tool"; then
    printf '*filter\\n-N neutron-filter-top\\nCOMMIT\\n' | "$tool-restore" -n $wait || { failed=1; return 0; }
  fi
  for table in mangle filter; do
    part=$(sed -n "/^\\*$table\\$/,/^COMMIT\\$/p" "$file")
    [ -n "$part" ] || continue
    jump=$(printf '%s\\n' "$part" | sed -n "/^-A $chain /d;/ -j $chain\\$/p")
    "$tool-save" -t "$table" | grep -qxF -e "$jump" && continue
    printf '%s\\n' "$part" | "$tool-restore" -n $wait || { failed=1; return 0; }
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
