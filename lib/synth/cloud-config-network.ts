/**
 * The part of a UTM's network that lies in the guest: a script that runs at every boot, and files that keep other
 * programs away from its NICs.
 *
 * Goals: one text for the images of 2014 (ifupdown, upstart) and of today (netplan, systemd-networkd, NetworkManager);
 * the same state after every boot; a second run changes nothing.
 * How: at each boot, cloud-init runs the scripts in /var/lib/cloud/scripts/per-boot. It has done so since before 2014,
 * after the network and packages, and even if the metadata service is away (then user data is lost, and `bootcmd` with
 * it). The script asks only the kernel (`ip`, /sys). It finds a NIC by its MAC address, so neither order nor names
 * matter.
 * - The image configures the guest NIC: it uses DHCP on its first NIC. The script configures all other NICs.
 * cloud-init's own network configuration would give the members of the bridge an address, and networkd or
 * NetworkManager would restore it. So both are told to leave those MAC addresses alone (one file for each NIC, because
 * `MACAddress=` accepts only one up to systemd 239).
 * - The bridge has the MAC address of the port that has its IP address, so that Neutron's anti-spoofing accepts its
 * frames.
 * - The script switches IPv6 forwarding on, and sysctl.d doesn't. If forwarding were on when networkd starts, networkd
 * would refuse the router advertisements that give the guest NIC its address.
 * - /etc/hosts gets one line, which the script finds again by its comment. Its address is one that stays, or else
 * 127.0.1.1 (Debian's convention).
 * Given up: addresses before cloud-init's last stage. A firewall that is late forwards nothing, which is safe.
 */
import { attempt } from '../basics/attempt';
import { holds, isLinkLocal, networkOf, parseAddress } from '../net/ip-ranges';
import { isToken } from './terraform-text';

export interface Nic {
  /** `green`; for messages and file names. */
  readonly name: string;
  /** `fa:16:3e:00:00:02`, or a token. */
  readonly macAddress: string;
  /** `10.1.0.254/24`, with the prefix length. A token may stand for either part or for both. Default: none. */
  readonly addresses?: readonly string[];
  /** Target of the default route, which wins over one from DHCP. Default: no route is made. */
  readonly gateway?: string;
}

export interface Bridge {
  readonly name: string;
  /** The bridge gets the MAC address of the first member. */
  readonly members: readonly Nic[];
  readonly addresses: readonly string[];
  readonly gateway?: string;
}

export interface GuestNetwork {
  /** The NIC that the image configures by DHCP. Default: no NIC is left to the image. */
  readonly dhcp?: Nic;
  /** Default: no NIC is joined. */
  readonly bridge?: Bridge;
  /** NICs with addresses of their own. Members of the bridge are not among them. */
  readonly nics: readonly Nic[];
}

export interface GuestFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** Octal digits. Default: 0644. */
  readonly mode?: string;
}

const scriptPath = '/var/lib/cloud/scripts/per-boot/50-stackward-network';
const sysctlPath = '/etc/sysctl.d/60-stackward.conf';

/** The files that make the network. The same input gives the same files. */
export function renderNetworkFiles(hostname: string, network: GuestNetwork): readonly GuestFile[] {
  const owned = [...(network.bridge?.members ?? []), ...network.nics];
  const unmanaged = owned.map((nic) => `mac:${mac(nic)}`).join(';');
  return [
    { path: scriptPath, mode: '0755', content: renderScript(hostname, network) },
    { path: sysctlPath, content: 'net.ipv4.ip_forward = 1\n' },
    ...owned.map((nic) => ({
      path: `/etc/systemd/network/05-stackward-${nic.name}.network`,
      content: `[Match]\nMACAddress=${mac(nic)}\n\n[Link]\nUnmanaged=yes\n`,
    })),
    ...(owned.length === 0
      ? []
      : [
          {
            path: '/etc/NetworkManager/conf.d/60-stackward.conf',
            content: `[keyfile]\nunmanaged-devices=${unmanaged}\n`,
          },
        ]),
  ];
}

function renderScript(hostname: string, { dhcp, bridge, nics }: GuestNetwork): string {
  const lines: string[] = [];
  const place = (addressing: { addresses?: readonly string[]; gateway?: string }) => {
    for (const address of addressing.addresses ?? []) lines.push(call('address', [address]));
    if (addressing.gateway === undefined) return;
    // Neutron allows a gateway outside of the cidr: the guest reaches it on the link.
    if (isOutside(addressing.gateway, addressing.addresses ?? []))
      lines.push(`[ -z "$device" ] || ip route replace '${addressing.gateway}' dev "$device" || failed=1`);
    lines.push(call('gateway', [addressing.gateway]));
  };
  if (dhcp) lines.push(call('guest', [mac(dhcp)]));
  if (bridge) {
    lines.push(call('bridge', [bridge.name, ...bridge.members.map(mac)]));
    place(bridge);
  }
  for (const nic of nics) {
    lines.push(call('nic', [mac(nic)]));
    place(nic);
  }
  const [lasting] = [...(bridge?.addresses ?? []), ...nics.flatMap((nic) => nic.addresses ?? [])];
  lines.push(call('hosts', [hostname, lasting ?? '127.0.1.1']));
  return `${functions}\n${lines.join('\n')}\nexit $failed\n`;
}

/** True if the gateway is in none of the known networks of the NIC. A link-local gateway is on every link. */
function isOutside(gateway: string, addresses: readonly string[]): boolean {
  if ([gateway, ...addresses].some(isToken)) return false;
  const networks = addresses.flatMap((address) => attempt(() => networkOf(address)) ?? []);
  const parsed = attempt(() => parseAddress(gateway));
  return parsed !== undefined && !isLinkLocal(parsed) && !networks.some((network) => holds(network, parsed));
}

/** Neutron and /sys write MACs in lower case. */
const mac = (nic: Nic): string => (isToken(nic.macAddress) ? nic.macAddress : nic.macAddress.toLowerCase());

const call = (name: string, args: readonly string[]): string =>
  [name, ...args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`)].join(' ');

const functions = `#!/bin/sh
# Written by stackward; run by cloud-init at every boot. Running it again changes nothing.
# A NIC that is missing is reported, the others are set up all the same.
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
failed=0 device='' guest=''

complain() {
  echo "stackward: $*" >&2
  failed=1
}

# device_with MAC: sets device. A bridge is passed over, because it bears the MAC of a member.
device_with() {
  for path in /sys/class/net/*; do
    device=\${path##*/}
    [ -d "$path/bridge" ] || [ "$(cat "$path/address" 2>/dev/null)" != "$1" ] || return 0
  done
  device=''
  complain "no network device has the MAC address $1"
  return 1
}

# set_ipv6 DEVICE KEY VALUE: nothing where the kernel was started without IPv6.
set_ipv6() {
  [ ! -e "/proc/sys/net/ipv6/conf/$1/$2" ] || echo "$3" >"/proc/sys/net/ipv6/conf/$1/$2" || failed=1
}

# guest MAC: the image configures it.
guest() {
  device_with "$1" && guest=$device
}

# nic MAC
nic() {
  device_with "$1" && ip link set dev "$device" up || failed=1
}

# bridge NAME MAC...: a member has no address of its own, or the kernel would answer on the wrong device.
bridge() {
  name=$1 first=$2
  shift
  [ -d "/sys/class/net/$name/bridge" ] || ip link add name "$name" type bridge || failed=1
  ip link set dev "$name" address "$first" || failed=1
  for member in "$@"; do
    device_with "$member" || continue
    [ -e "/sys/class/net/$name/brif/$device" ] || ip link set dev "$device" master "$name" || failed=1
    ip address flush dev "$device" || failed=1
    set_ipv6 "$device" disable_ipv6 1
    ip link set dev "$device" up || failed=1
  done
  device=$name
  ip link set dev "$device" up || failed=1
}

# address ADDRESS/LENGTH: on the device set last
address() {
  [ -n "$device" ] || return 0
  ip address replace "$1" dev "$device" || failed=1
  case $1 in
    *:*) set_ipv6 all forwarding 1
      [ -z "$guest" ] || set_ipv6 "$guest" accept_ra 2 ;;
  esac
}

# gateway ADDRESS: through the device set last, before the routes that DHCP and advertisements bring
gateway() {
  [ -n "$device" ] || return 0
  case $1 in
    *:*) ip -6 route replace default via "$1" dev "$device" metric 1 || failed=1 ;;
    *) ip route replace default via "$1" dev "$device" || failed=1 ;;
  esac
}

# hosts NAME ADDRESS
hosts() {
  line="\${2%/*} $1 # stackward"
  [ "$(grep '# stackward$' /etc/hosts)" != "$line" ] || return 0
  cp -a /etc/hosts /etc/hosts.stackward &&
    { grep -v '# stackward$' /etc/hosts; echo "$line"; } >/etc/hosts.stackward &&
    mv /etc/hosts.stackward /etc/hosts || failed=1
}

sysctl -q -p ${sysctlPath} || failed=1
`;
