// Nova's fake driver plugs nothing. This does for a port what Nova and os-vif do on a host where the packet filter is
// iptables_hybrid: tap ─ qbr (a bridge of its own, where iptables sees the packets) ─ qvb/qvo ─ br-int. The agent finds
// the port by its id on the OVS interface, and Neutron calls it ACTIVE.
import { randomUUID } from 'node:crypto';
import { LabError, run } from './command';
import { COMPUTE_HOSTS, type ComputeHost, type Lab } from './environment';
import { batch, hasNamespace, inNamespace, listDevices, removeNamespace } from './namespaces';
import { ovsVsctl } from './stack/compute-host';

export interface PlugOptions {
  readonly host: string;
  readonly portId: string;
  readonly mac: string;
  /**
   * `ADDRESS/PREFIX` of a guest: a namespace whose eth0 is the other end of the tap. Default: a tap without a guest.
   */
  readonly guest?: string;
}

/**
 * Plugs a port; one that is plugged already is plugged anew.
 * @returns the guest's namespace, where a guest was asked for.
 */
export async function plug(lab: Lab, { host: name, portId, mac, guest }: PlugOptions): Promise<string | undefined> {
  const host = getHost(lab, name);
  await unplug(lab, name, portId);
  const { tap, bridge, inner, outer, guestNamespace } = namesOf(lab, portId);
  if (guest) await addGuest(lab, host, { tap, guestNamespace, mac, address: guest });
  await batch(lab, host.namespace, [
    `link add ${bridge} type bridge forward_delay 0 stp_state 0 mcast_snooping 0 ageing_time 0`,
    `link add ${inner} type veth peer name ${outer}`,
    ...(guest ? [] : [`tuntap add ${tap} mode tap`]),
  ]);
  await run(lab, inNamespace(host.namespace, ['sysctl', '-qw', `net.ipv6.conf.${bridge}.disable_ipv6=1`]));
  await batch(lab, host.namespace, [
    `link set ${inner} master ${bridge} up promisc on`,
    `link set ${outer} up promisc on`,
    `link set ${bridge} up`,
    `link set ${tap} master ${bridge} up`,
  ]);
  const ids = {
    'iface-id': portId,
    'iface-status': 'active',
    'attached-mac': `"${mac}"`,
    'vm-uuid': randomUUID(),
  };
  const settings = Object.entries(ids).map(([key, value]) => `external_ids:${key}=${value}`);
  await ovsVsctl(lab, host, 'add-port', 'br-int', outer, '--', 'set', 'Interface', outer, ...settings);
  return guest ? guestNamespace : undefined;
}

/** Takes the port's devices and its guest off the host. A missing device is no error. */
export async function unplug(lab: Lab, name: string, portId: string): Promise<void> {
  const host = getHost(lab, name);
  const { tap, bridge, outer, guestNamespace } = namesOf(lab, portId);
  await ovsVsctl(lab, host, '--if-exists', 'del-port', 'br-int', outer);
  const isThere = async (device: string): Promise<boolean> => (await listDevices(lab, host.namespace)).includes(device);
  for (const device of [outer, tap, bridge]) {
    if (!(await isThere(device))) continue;
    // When the guest behind a tap has gone, the kernel takes the tap away by itself some time later.
    await batch(lab, host.namespace, [`link delete ${device}`]).catch(async (error: unknown) => {
      if (await isThere(device)) throw error;
    });
  }
  removeNamespace(guestNamespace);
}

interface Guest {
  readonly tap: string;
  readonly guestNamespace: string;
  readonly mac: string;
  readonly address: string;
}

async function addGuest(lab: Lab, host: ComputeHost, { tap, guestNamespace, mac, address }: Guest): Promise<void> {
  await run(lab, ['ip', 'netns', 'add', guestNamespace]);
  await batch(lab, undefined, [
    `link add ${tap} netns ${host.namespace} type veth peer name eth0 address ${mac} netns ${guestNamespace}`,
  ]);
  await batch(lab, guestNamespace, ['link set lo up', 'link set eth0 up', `address add ${address} dev eth0`]);
  // The userspace switch passes packets on whose checksum was left to "the card", and nobody fills it in.
  await run(lab, inNamespace(guestNamespace, ['ethtool', '--offload', 'eth0', 'tx', 'off']));
}

function getHost(lab: Lab, name: string): ComputeHost {
  const host = lab.hosts.find((each) => each.name === name);
  if (!host) throw new LabError(`There is no compute host ${name}; there are ${COMPUTE_HOSTS.join(', ')}.`);
  if (!hasNamespace(host.namespace)) throw new LabError(`The host ${name} isn't up: run \`npx tsx lab/main.ts up\`.`);
  return host;
}

/** Neutron's and Nova's rule for device names: three letters and the first 11 characters of the port's id. */
function namesOf(lab: Lab, portId: string) {
  const short = portId.slice(0, 11);
  return {
    tap: `tap${short}`,
    bridge: `qbr${short}`,
    inner: `qvb${short}`,
    outer: `qvo${short}`,
    guestNamespace: `${lab.prefix}${short}`,
  };
}
